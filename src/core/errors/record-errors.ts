/** Errors about record. See error-table.ts for the columns. */
export const RECORD_ERRORS = {
  ITERATION_HAS_ENDED: {
    message:
      "'{operator}' was given a record after its iteration had ended: by a function that emits at the end of its data, or by a timer of the clock. Such records are waited for no longer than iterate(maxWaitTimeMillis) says.",
    fault: 'user',
    recovery: 'restart',
  },
  RECORD_NOT_SERIALIZABLE: {
    message:
      '{operator} emitted a record that cannot travel: {path} is {kind}. Emit plain data (objects, arrays, Map, Set, Date, BigInt, typed arrays), or register the class with env.getConfig().registerType(...).',
    fault: 'user',
    recovery: 'restart',
  },
  RECORD_CLASS_NOT_REGISTERED: {
    message:
      '{operator} received a record with an instance of {className}, but in its worker no class of that name is registered. The program has to call env.getConfig().registerType({className}) in every run of it: main runs in each worker.',
    fault: 'user',
    recovery: 'fail',
  },
  RECORD_TOO_LARGE: {
    message: '{operator} emitted a record of {sizeBytes} bytes, more than the limit of {limitBytes} bytes.',
    fault: 'user',
    recovery: 'restart',
  },
  ASYNC_NOT_ALLOWED: {
    message:
      '{operator}: {method}{source} returned a Promise, but it is called between records and must be synchronous. Wait where a Promise is allowed: in open, in the run of a source, in the fetch of a split reader, in the invoke of a sink, or for each record in a function of AsyncDataStream.orderedWait or unorderedWait.',
    fault: 'user',
    recovery: 'fail',
  },
  ASYNC_TIMEOUT: {
    message:
      '{operator}: asyncInvoke{source} had no result after {timeout}. Call resultFuture.complete(results) or completeExceptionally(error) on every path, or resolve the promise; give it a longer timeout; or add a method timeout(input, resultFuture), which completes in its place. The record: {record}',
    fault: 'user',
    recovery: 'restart',
  },
  ASYNC_RESULT_INVALID: {
    message: '{operator}: {method}{source} {reason}',
    fault: 'user',
    recovery: 'fail',
  },
  RESULTS_NOT_COLLECTED: {
    message:
      '{operator}: {method}{source} returned an array, which goes nowhere. Give each result to the collector: out.collect(result).',
    fault: 'user',
    recovery: 'fail',
  },
  RESULT_MISSING: {
    message: '{operator}: {method}{source} returned undefined. Is a return missing?',
    fault: 'user',
    recovery: 'fail',
  },
  FIELD_NOT_USABLE: {
    message: '{call} needs {expected} as field {field} of each record, but it is {given} in {record}.',
    fault: 'user',
    recovery: 'fail',
  },
  NULL_KEY: {
    message:
      '{operator}: the key of a record is null. Filter such records before keyBy, or give them a key of their own.',
    fault: 'user',
    recovery: 'restart',
  },
  KEY_INVALID: {
    message: '{operator}: the key cannot be used: {reason}',
    fault: 'user',
    recovery: 'restart',
  },
  KEY_TYPES_DIFFER: {
    message:
      '{operator}: the keys of its two streams are of different types, {first} and {second}, so records of both would never meet. Let both key selectors give one type; where it is meant to be several, declare Types.GENERIC().',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 500,
    exitCode: 1,
  },
  TIMESTAMP_INVALID: {
    message:
      '{operator}: {timestamp} is no timestamp for the record {record}. An assigner, and a reader of a source, have to give event time in ms since the epoch, between -(2 ** 53) and 2 ** 53.',
    fault: 'user',
    recovery: 'restart',
  },
  OPERATOR_OUTPUT_INVALID: {
    message:
      '{operator}: output.collect takes a StreamRecord, and was given {given}. Emit output.collect(new StreamRecord(value, timestampMs)), or element.replace(value) of the element that came in.',
    fault: 'user',
    recovery: 'fail',
  },
  KEY_GROUP_REFUSED: {
    message:
      '{operator}: the key group {keyGroup} {reason}. An operator sets keys, and writes raw keyed state, of the key groups of its own subtask only: getKeyGroupList() has them.',
    fault: 'user',
    recovery: 'fail',
  },
  RECORD_NOT_DESERIALIZABLE: {
    message: '{schema} cannot read a message: {reason}. It says {record}. {advice}',
    fault: 'user',
    recovery: 'restart',
  },
  RECORD_NOT_WRITABLE: {
    message: '{schema} cannot write {record}: {reason}.',
    fault: 'user',
    recovery: 'restart',
  },
  CSV_RECORD_INVALID: {
    message:
      'writeAsCsv() can only be used on streams of tuples, and was given {given} (task {task}). Make tuples first: map((record) => [record.name, record.count]).',
    fault: 'user',
    recovery: 'fail',
  },
  SERIALIZED_VALUE_INVALID: {
    message:
      'The schema of a sink gave {given} where bytes are wanted (task {task}): serialize(value) returns a Uint8Array or a text.',
    fault: 'user',
    recovery: 'fail',
  },
  ACCUMULATOR_INVALID: {
    message:
      "{operator}: the local value of the accumulator '{name}' travels to the result of the job, so it has to be plain data: {reason}",
    fault: 'user',
    recovery: 'fail',
  },
  ACCUMULATOR_MISUSED: {
    message: '{place}: {reason}',
    fault: 'user',
    recovery: 'fail',
  },
  ACCUMULATOR_EXISTS: {
    message:
      "{operator}: the accumulator '{name}' already exists in this task and cannot be added: {owner} has added it. Chained functions are one task: give each accumulator a name of its own, or add to the one that getAccumulator returns.",
    fault: 'user',
    recovery: 'fail',
  },
  ACCUMULATOR_IS_ANOTHER: {
    message:
      "{operator}: '{name}' is asked for as {wanted}, but the accumulator that {owner} has added under this name is {found}. Give each of them a name of its own.",
    fault: 'user',
    recovery: 'fail',
  },
  ACCUMULATOR_TYPES_DIFFER: {
    message:
      "The accumulator object '{name}' was created with two different types: {first} and {second}. Give each of them a name of its own.",
    fault: 'user',
    recovery: 'fail',
  },
  ACCUMULATOR_MERGE_FAILED: {
    message:
      "The accumulators '{name}' of the subtasks could not be merged: {reason}. Of the other accumulator merge finds its class, what getLocalValue gave, and its ordinary fields that hold plain data; #private fields and functions do not travel between subtasks.",
    fault: 'user',
    recovery: 'fail',
  },
  KEY_NOT_DETERMINISTIC: {
    message:
      '{operator}: its key selector gave {key} for a record that was sent by another key. It is called by the sender and by the receiver of a record and must give the same key each time: no clock, no random numbers, no counter in it, and nothing may change the record, or the key that it gave, in between.',
    fault: 'user',
    recovery: 'fail',
  },
  SOURCE_BUFFER_OVERFLOW: {
    message:
      '{operator} collected {limit} records without waiting although the job could not take them. Await what ctx.collect returns, or make run a generator.',
    fault: 'user',
    recovery: 'fail',
  },
} as const
