/** Errors about job. See error-table.ts for the columns. */
export const JOB_ERRORS = {
  JOB_NOT_FOUND: {
    message: 'Could not find Flink job ({jobId}). `flink-ts list -a` shows the jobs that there are.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 404,
  },
  JOB_PROCESS_DIED: {
    message:
      'The process of job {jobId} has died without a word (killed, out of memory, a power loss), and the job with it; {advice}',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 404,
  },
  JOB_ALREADY_TERMINAL: {
    message:
      'Job cancellation failed because the job has already reached another terminal state ({state}). Job: {jobId}',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  JOB_CANCELED: {
    message: 'Job was cancelled. (JobID: {jobId})',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  NO_RESOURCE_AVAILABLE: {
    message:
      'Could not acquire the minimum required resources. The job needs {slots} slots, and its session cluster had not so many free within {timeout} (slot.request.timeout). Run it with a smaller parallelism, end other jobs, or start the session with more (taskmanager.numberOfTaskSlots).',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 503,
  },
  JOB_EXECUTION_FAILED: {
    message: 'Job failed (JobID: {jobId})',
    fault: 'user',
    recovery: 'fail',
  },
  JOB_WAIT_TIMED_OUT: {
    message:
      'Job {jobId} was waited for to be {awaited}, and after {timeout} it is {state}. It goes on: flink-ts list -a shows its state. To wait longer: --timeout.',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 503,
  },
  JOB_RESULT_TIMED_OUT: {
    message:
      'Job {jobId} gave no result within {timeout} (--timeout, or client.timeout); the job goes on with it, and flink-ts list shows how it is.',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 503,
  },
  JOB_ENDED_BEFORE_RUNNING: {
    message: 'Job {jobId} is {state}: it ended before all of its tasks ran. Why stands in {output}.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  JOB_NOT_RUNNING: {
    message: 'Job {jobId} is {state}: this needs a running job.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  JOB_STOPPED: {
    message: 'Job {jobId} was stopped meanwhile, with {path}.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  OPERATOR_FAILED: {
    message: '{operator} (subtask {subtask} of {parallelism}) failed: {reason}',
    fault: 'user',
    recovery: 'restart',
  },
  COORDINATOR_FAILED: {
    message: 'The coordinator {coordinator} of {operator} failed: {reason}',
    fault: 'user',
    recovery: 'restart',
  },
  ERROR_UNCAUGHT: {
    message:
      'Nobody caught an error in a worker that runs {running}: {reason}. It comes of a timer, a callback or a promise that nobody waits for.',
    fault: 'user',
    recovery: 'restart',
  },
  COORDINATOR_NOT_DONE: {
    message:
      'All tasks have finished, but {coordinator} has not done within {timeout} (execution.checkpointing.timeout) what it was told, such as a last commit. Does a promise of its methods never settle?',
    fault: 'user',
    recovery: 'restart',
  },
  OPERATOR_EVENT_NOT_CLONEABLE: {
    message:
      '{sender} sent an event that cannot travel: {reason}. Send plain data: objects, arrays, Map, Set, Date, BigInt, typed arrays; no functions and no promises.',
    fault: 'user',
    recovery: 'restart',
  },
  OPERATOR_INVALID: {
    message:
      'The factory of {operator} gave {given}, which is no operator. An operator has the methods of StreamOperator, in a source those of SourceStreamOperator, and as inputs a list: one Input for each input in the plan, none in a source.',
    fault: 'user',
    recovery: 'fail',
  },
  OPERATOR_EVENT_UNHANDLED: {
    message: '{operator} got an event of its coordinator, and has no handleOperatorEvent that takes one.',
    fault: 'user',
    recovery: 'fail',
  },
  OPERATOR_WITHOUT_COORDINATOR: {
    message: '{operator} sent an event to its coordinator, and has none. Name a coordinator in its specification.',
    fault: 'user',
    recovery: 'fail',
  },
  WORKER_DIED: {
    message: '{worker} died: {reason}',
    fault: 'external',
    recovery: 'restart',
  },
  WORKER_OUT_OF_MEMORY: {
    message:
      '{worker} ran out of memory. Give workers more with taskmanager.memory.task.heap.size, raise the parallelism, hold less in memory, or keep keyed state on the disk with state.backend.type: rocksdb.',
    fault: 'user',
    recovery: 'restart',
  },
  TASK_CANCEL_TIMEOUT: {
    message:
      '{task} did not end within {timeout} after its cancellation, so its worker was terminated. Does a function of it never return, or a promise never settle?',
    fault: 'user',
    recovery: 'restart',
  },
  RESTARTS_EXHAUSTED: {
    message: 'Recovery is suppressed by the restart strategy {strategy}. The cause is the failure that came last.',
    fault: 'user',
    recovery: 'fail',
  },
  STOP_AFTER_SAVEPOINT_FAILED: {
    message:
      'A savepoint has been created at: {path}, but the corresponding job {jobId} failed during stopping. The savepoint is consistent, but might have uncommitted transactions. If you want to commit the transaction please restart a job from this savepoint.',
    fault: 'external',
    recovery: 'fail',
  },
  RUN_DIRECTORY_UNUSABLE: {
    message: 'The run directory {path} cannot be used: {reason}. {advice}',
    fault: 'external',
    recovery: 'fail',
  },
  LOG_DIRECTORY_UNUSABLE: {
    message: 'The log directory {path} cannot be used: {reason}. Set env.log.dir to a directory of yours.',
    fault: 'external',
    recovery: 'fail',
  },
  CONTROL_REQUEST_INVALID: {
    message: '{reason}',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  CONTROL_REQUEST_FAILED: {
    message: 'The job answered with an error: {reason}',
    fault: 'external',
    recovery: 'fail',
  },
  CONTROL_SOCKET_FAILED: {
    message: 'Job {jobId} cannot be reached over its control socket: {reason}',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 503,
  },
  JOB_UNRESPONSIVE: {
    message:
      'Job {jobId} does not answer: its process ({pid}) lives, but sent no answer within {timeout}. It may be stopped (`kill -CONT {pid}` lets it go on) or busy without a pause; what it was told to do it may still do afterwards.',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 503,
  },
  VERTEX_NOT_FOUND: {
    message: "No vertex with ID '{vertexId}' exists.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 404,
  },
  SUBTASK_ATTEMPT_NOT_FOUND: {
    message: '{text}',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 404,
  },
  RESCALING_DISABLED: {
    message: 'Rescaling is temporarily disabled. See FLINK-12312.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 503,
  },
  OPERATION_NOT_FOUND: {
    message: '{text}',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 404,
  },
  PORT_IN_USE: {
    message: 'The address {address} is in use. Choose another port or end the process that holds it.',
    fault: 'user',
    recovery: 'fail',
  },
  SOCKET_CONNECTION_FAILED: {
    message:
      'The socket source could not connect to {host}:{port}: {reason}. Is the server listening (e.g. `nc -lk {port}`)?',
    fault: 'external',
    recovery: 'restart',
  },
  SOCKET_SINK_FAILED: {
    message:
      'The socket sink {what} to {host}:{port}: {reason}. Is the receiver listening? The job sends again what it sent since its last checkpoint, where its restart strategy allows.',
    fault: 'external',
    recovery: 'restart',
  },
  RESULTS_COME_AGAIN: {
    message:
      'The job started again, and would send results again that executeAndCollect has handed out. Without checkpoints nobody can tell them apart: turn checkpointing on with enableCheckpointing(interval), or give the job no restart strategy.',
    fault: 'user',
    recovery: 'fail',
  },
  RESULTS_EXHAUSTED: {
    message: 'next() was called, but the stream has no more results: ask hasNext() first, or use for await.',
    fault: 'user',
    recovery: 'fail',
  },
  RESULTS_NOT_ITERABLE: {
    message:
      'executeAndCollect gives results while the job runs, so they cannot be had all at once by a spread, by Array.from or by for ... of. Go over them with `for await (const value of results)`, or await executeAndCollect(limit), which gives an array.',
    fault: 'user',
    recovery: 'fail',
  },
  COLLECTED_TOO_MUCH: {
    message:
      'The program cannot run another job: it has collected over {limitBytes} bytes of results, and main runs again in every worker of the next job, with the same results. Write them to a file that the next job reads, or run it as a program of its own.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  STDOUT_CLOSED: {
    message: '{stream} was closed by the reader: the job cannot print any more.',
    fault: 'external',
    recovery: 'fail',
  },
  STANDARD_STREAM_FAILED: {
    message: '{stream} cannot be written: {reason}. What was to be printed is lost. Is the disk of its file full?',
    fault: 'external',
    recovery: 'restart',
  },
  STANDARD_INPUT_REFUSED: {
    message: 'Standard input cannot be read here: {reason}.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  INTERNAL_ERROR: {
    message: 'Internal error: {reason}',
    fault: 'engine',
    recovery: 'restart',
  },
  ASSERTION_FAILED: {
    message: 'Internal error, an assertion failed: {what}',
    fault: 'engine',
    recovery: 'restart',
  },
} as const
