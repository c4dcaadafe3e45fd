/** Errors about state. See error-table.ts for the columns. */
export const STATE_ERRORS = {
  KEYED_STATE_ON_NON_KEYED_STREAM: {
    message:
      "{operator} asked for keyed state '{state}', but its input is not keyed. Keyed state can only be used on a 'keyed stream', i.e., after a 'keyBy()' operation.",
    fault: 'user',
    recovery: 'fail',
  },
  TIMERS_ON_NON_KEYED_STREAM: {
    message:
      "{operator} sets or deletes a timer, but its input is not keyed. Timers are only supported on a 'keyed stream', i.e., after a 'keyBy()' operation.",
    fault: 'user',
    recovery: 'fail',
  },
  TIMER_TIMESTAMP_INVALID: {
    message:
      '{operator}: {given} is no time for a timer. Give it a number of milliseconds since the epoch; a record has null as ctx.timestamp() until the WatermarkStrategy of fromSource or assignTimestampsAndWatermarks gives it one.',
    fault: 'user',
    recovery: 'fail',
  },
  STATE_DESCRIPTOR_INVALID: {
    message: '{operator} asked for state with {given}, where a descriptor belongs: new {expected}(name, ...).',
    fault: 'user',
    recovery: 'fail',
  },
  STATE_NAME_CONFLICT: {
    message:
      "State '{state}' of {operator} was registered as {existing} and is asked for as {requested}. Give each state its own name.",
    fault: 'user',
    recovery: 'fail',
  },
  STATE_ACCESS_WITHOUT_KEY: {
    message:
      "State '{state}' of {operator} was used where there is no current key: outside of the processing of a record or the firing of a timer (in open(), in a checkpoint hook, in a callback that comes later), or with a broadcast element, which has none.",
    fault: 'user',
    recovery: 'fail',
  },
  STATE_ASKED_AFTER_CLOSE: {
    message:
      "{operator} asked for state '{state}' after it was closed. Ask for it in open() or initializeState(), and let nothing that a function has begun go on after its close().",
    fault: 'user',
    recovery: 'fail',
  },
  QUERYABLE_STATE_INVALID: {
    message: "State '{state}' cannot be made queryable as {name}: {reason}.",
    fault: 'user',
    recovery: 'fail',
  },
  QUERYABLE_NAME_TAKEN: {
    message:
      "The queryable state '{name}' is there twice in the job: as state '{first}' and as state '{second}'. Whoever asks for it could mean either, so give each queryable state a name of its own (setQueryable, asQueryableState).",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  QUERYABLE_STATE_UNKNOWN: {
    message: "Job {jobId} has no queryable state '{name}'. {advice}",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 404,
  },
  QUERYABLE_STATE_AMBIGUOUS: {
    message: "The queryable state '{name}' is there in several jobs: {jobs}. Say which one is meant, by its id.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  STATE_KEY_UNKNOWN: {
    message: "The queryable state '{name}' of job {jobId} has nothing under the key {key}.{advice}",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 404,
  },
  STATE_QUERY_INVALID: {
    message: "The queryable state '{name}' cannot be asked for that: {reason}.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  STATE_ENTRY_NOT_FOUND: {
    message: '{what} has nothing for the key {key}.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 404,
  },
  STATE_NOT_AVAILABLE: {
    message: "The queryable state '{name}' of job {jobId} cannot be read now: {reason}. {advice}",
    fault: 'external',
    recovery: 'fail',
    httpStatus: 503,
  },
  STATE_QUERY_TIMED_OUT: {
    message:
      "The queryable state '{name}' was not read within {timeout}: {task} did not answer. It is in the middle of a record that takes long, or restores its state; the job goes on. Ask again, or with a longer timeout.",
    fault: 'external',
    recovery: 'fail',
    httpStatus: 504,
  },
  STATE_ANSWER_TOO_LARGE: {
    message:
      "The answer about the queryable state '{name}' has over {limitBytes} bytes. Ask for fewer keys at a time; a single value that is larger can be read from a savepoint only.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 413,
  },
  QUERIED_STATE_READ_ONLY: {
    message:
      "{method} of the queried state '{name}': what a client was given is a copy, and changes nothing in the job. Only the functions of the job change its state.",
    fault: 'user',
    recovery: 'fail',
  },
  BROADCAST_STATE_NOT_DECLARED: {
    message:
      "{operator} asked for broadcast state '{state}', which was not declared: broadcast(...) was given {declared}. Give it this descriptor as well, or correct the name.",
    fault: 'user',
    recovery: 'fail',
  },
  BROADCAST_STATE_READ_ONLY: {
    message:
      "{operator} called {method} of broadcast state '{state}' outside of processBroadcastElement. All subtasks have to hold the same map, so it is changed by broadcast elements only, which each of them is given.",
    fault: 'user',
    recovery: 'fail',
  },
  STATE_NOT_SERIALIZABLE: {
    message:
      "State '{state}' of {operator} holds a value that cannot be stored: {path} is {kind}. Store plain data, declare the type, or register the class with env.getConfig().registerType(...).",
    fault: 'user',
    recovery: 'fail',
  },
  STATE_LIST_INVALID: {
    message:
      '{operator}: {method} returned {returned}, which is no list. Return an array of the elements to store, or null for none.',
    fault: 'user',
    recovery: 'fail',
  },
  STATE_VALUES_INVALID: {
    message:
      "State '{state}' of {operator}: {method} was given {given}, which is no list of values. Give it an array, or an empty one for none.",
    fault: 'user',
    recovery: 'fail',
  },
  STATE_CLASS_NOT_REGISTERED: {
    message:
      "State '{state}' of {operator} was stored with an instance of {className}, but no class of that name is registered. Call env.getConfig().registerType({className}), as the program did that wrote it; a class that has another name now, with the alias '{className}' beside it.",
    fault: 'user',
    recovery: 'fail',
  },
  STATE_ENTRIES_INVALID: {
    message:
      '{place}: putAll was given {given}, which is no map. Give it a Map, or a list of pairs: [[key, value], ...]; of an object that is Object.entries(...).',
    fault: 'user',
    recovery: 'fail',
  },
  STATE_BACKEND_INCOMPATIBLE: {
    message:
      "The keyed state of {operator} lies in files of the state backend '{backend}', which another one does not read. Run the job with state.backend.type: {backend}, or take a savepoint there and start from that: every state backend reads it.",
    fault: 'user',
    recovery: 'fail',
  },
  STATE_STORE_UNAVAILABLE: {
    message:
      "The state backend 'rocksdb' keeps its state in a package that is no part of flink-ts, and it cannot be loaded: {reason}. {advice}, or run the job with state.backend.type: hashmap, which needs none.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  STATE_STORE_FAILED: {
    message:
      'The state on the disk in {directory} cannot be used ({operation}): {reason}. Nothing of it is needed after a restart, which goes on from the newest checkpoint; where it fails again, check the disk or set state.backend.rocksdb.localdir to a directory on another one.',
    fault: 'external',
    recovery: 'restart',
  },
  STATE_DRIVER_INCOMPATIBLE: {
    message:
      "The keyed state of {operator} lies in files of the driver '{driver}', which '{current}' does not read. Set state.backend.rocksdb.driver: {driver}, or take a savepoint there and start from that: every driver and state backend reads it.",
    fault: 'user',
    recovery: 'fail',
  },
  STATE_TYPE_INCOMPATIBLE: {
    message: "State '{state}' of {operator} cannot be restored: {reason}",
    fault: 'user',
    recovery: 'fail',
  },
  STATE_MIGRATION_FAILED: {
    message:
      "State '{state}' of {operator} cannot be restored: {where} could not be migrated: {reason}. The snapshot is unchanged: correct migrate, or validate, of its descriptor and start from it again.",
    fault: 'user',
    recovery: 'fail',
  },
  STATE_VALUE_INVALID: {
    message: "State '{state}' of {operator} was given a value that its schema does not allow: {reason}",
    fault: 'user',
    recovery: 'fail',
  },
  CHECKPOINT_NOT_READABLE: {
    message: 'There is no checkpoint of job {jobId} to look into: {reason}.',
    fault: 'user',
    recovery: 'fail',
  },
  JSON_FORM_INVALID: {
    message: 'This is no value in the JSON form of state: {reason}.',
    fault: 'user',
    recovery: 'fail',
  },
  STATE_LINE_INVALID: {
    message: 'Line {line} of {file} is refused: {reason}. Nothing was written.',
    fault: 'user',
    recovery: 'fail',
  },
  SNAPSHOT_CONTENT_UNKNOWN: {
    message: 'The snapshot {path} has no {what}. {found}',
    fault: 'user',
    recovery: 'fail',
  },
  SNAPSHOT_TARGET_EXISTS: {
    message:
      'There is something at {path} already. Name a directory that is not there: a snapshot is never changed in place.',
    fault: 'user',
    recovery: 'fail',
  },
  SNAPSHOT_RESCALE_REFUSED: {
    message: 'The key groups of {operator} cannot be rewritten for a max parallelism of {maxParallelism}: {reason}.',
    fault: 'user',
    recovery: 'fail',
  },
  SNAPSHOTS_NOT_COMPARABLE: {
    message:
      'The two snapshots cannot be compared: {operator} has a max parallelism of {left} in the one and of {right} in the other, and {reason}.',
    fault: 'user',
    recovery: 'fail',
  },
} as const
