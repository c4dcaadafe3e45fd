import type { ErrorCode } from './flink-error.js'

/**
 * Cause and way out of the errors whose message does not say them, for the page of errors: a message is short, and most of what goes into
 * it is known where it is thrown. Nothing that runs a job reads this.
 */
export const ERROR_HELP: Partial<Readonly<Record<ErrorCode, string>>> = {
  CONFIG_FILE_UNREADABLE:
    'The file is there and this user may not read it, or it is a directory. `ls -l` shows which; FLINK_CONF_DIR names another directory.',
  CLI_ARGUMENT_INVALID:
    'The command line has an option, or a number of arguments, that the action does not take. `flink-ts <action> -h` shows those that it takes, with examples.',
  CLI_OPTION_WITHOUT_VALUE:
    'The option is followed by nothing, or by another option. Give it its value: `flink-ts <action> -h`.',
  ACTION_FAILED: 'Something outside of flink-ts failed while the command ran; the text is what it said.',
  PROGRAM_FILE_NOT_FOUND:
    'The path of the job is misspelled, or it is not compiled yet. A relative path begins in the working directory.',
  PROGRAM_NOT_A_FILE: 'The path of the job is a directory. Name the module in it, such as `dist/job.js`.',
  PROGRAM_SYNTAX_ERROR:
    'Node cannot parse the module: mostly it is written in a newer language than this Node knows, or was not compiled. The line is named.',
  PROGRAM_EXPORT_NOT_FOUND:
    'An import names something that its module does not export: a spelling mistake, or another version of the package than the one that the job was compiled with.',
  PROGRAM_IMPORT_FAILED:
    'The module, or one that it imports, threw while it was loaded. Packages are looked for as Node does it: install them beside the job file.',
  PROGRAM_EXITED:
    'main, or a package of it, called `process.exit`. Let main return instead: the run ends with its jobs, and `process.exitCode` gives it another exit code.',
  PROGRAM_MAIN_FAILED: 'main threw before it had a job. The error is its own.',
  PROGRAM_ARCHIVE_INVALID:
    'The archive is damaged, of another kind, or has entries that lead out of it. Pack it anew with `npm pack`.',
  PROGRAM_PARAMETER_INVALID:
    'An argument of the program, after the job file, is missing or no such value as `ParameterTool` was asked for.',
  GRAPH_INVALID: 'What main builds cannot be a job; the operator and the reason are named. Nothing has run.',
  UNALIGNED_CHECKPOINTS_REFUSED:
    'The job has what unaligned checkpoints do not go with. Leave them off, or set `execution.checkpointing.unaligned.forced: true` where the reason says that it helps.',
  TYPE_REGISTRATION_INVALID: 'Register a class itself (not an instance), once, under one name.',
  JOB_EXECUTION_FAILED: 'The cause stands below, and in the log of the job: `flink-ts logs <jobId>`.',
  JOB_NOT_RUNNING: 'The job has ended, or has not begun yet. `flink-ts list -a` shows its state.',
  JOB_STOPPED:
    'Somebody stopped the job while the command waited. It goes on from what was written: `flink-ts run -s <path>`.',
  OPERATOR_FAILED:
    'A function of the job threw; the place in your code stands below. A record that it cannot take may be left out or put aside with `onError`.',
  COORDINATOR_FAILED: 'A method of an operator coordinator, such as the enumerator of a source, threw or rejected.',
  OPERATOR_EVENT_UNHANDLED: 'Give the operator a method `handleOperatorEvent`, or let its coordinator send it nothing.',
  WORKER_DIED:
    'The thread ended by itself: a package with binaries crashed, or something called `process.exit`. The job restarts by its strategy.',
  CONTROL_REQUEST_INVALID: 'A request to the job is not as its API says. `src/rest/endpoints.md` has them all.',
  CONTROL_REQUEST_FAILED:
    'The job took the request and could not do it; the reason is its own. Its log says more: `flink-ts logs <jobId>`.',
  CONTROL_SOCKET_FAILED: 'The job ended meanwhile, or its socket was removed. `flink-ts list -a` shows how it is.',
  VERTEX_NOT_FOUND: 'Ids of vertices are those of `GET /jobs/<jobId>`; they change with the program.',
  SUBTASK_ATTEMPT_NOT_FOUND:
    'Subtasks count from 0, and attempts from 0 on; older attempts are forgotten after some restarts.',
  OPERATION_NOT_FOUND:
    'The id of the operation is wrong, or its result was asked for too late: results are kept for five minutes.',
  STDOUT_CLOSED: 'Who read the output has ended, such as `head`. Write to a file, or run the job detached (`-d`).',
  STANDARD_INPUT_REFUSED:
    'One source with parallelism 1 of an attached job may read standard input, and main may not. Read a file instead.',
  INTERNAL_ERROR: 'This is a defect of flink-ts. The job restarts by its strategy; please report it with the log.',
  ASSERTION_FAILED: 'This is a defect of flink-ts. The job restarts by its strategy; please report it with the log.',
  DATA_SET_NOT_FOUND: 'Cluster data sets are a part of Flink that is not here.',
  SESSION_UNRESPONSIVE:
    'The session is stopped (`kill -STOP`), or something else listens there and says nothing. Look who has the port, or wait longer with `-D client.timeout=5min`.',
  SESSION_ANSWER_INVALID: 'Another program listens at that address. Name that of the session with `-m host:port`.',
  SESSION_REQUEST_FAILED: 'The session took the request and could not do it; the reason is its own. Its log says more.',
  JAR_UPLOAD_REFUSED:
    'What was sent is no job archive. Send a `.tgz` made by `npm pack`, or a `.js` module, as one file of a form.',
  JAR_NOT_FOUND: 'The archive was deleted, or its id is misspelled: `GET /jars` lists those that are there.',
  PROGRAM_WITHOUT_JOB: 'main came to its end without `execute()`. A session runs programs that have a job.',
  PROGRAM_FAILED_AFTER_JOB: 'The job is done, and main threw or exited afterwards; the cause stands below.',
  PROGRAM_PACKING_FAILED:
    'A file that the job file imports cannot be read. Run it on this machine once (`-t local`) to see whether it is complete.',
  SESSION_START_FAILED:
    'The reason says why. `flink-ts start-cluster --foreground` shows what it says while it starts.',
  SESSION_ENDS: 'Wait until it has ended, start it again, and give it the job then.',
  RECORD_TOO_LARGE:
    'A record has to fit into memory several times. Cut it into pieces, or hand on where it lies instead of what it is.',
  ASYNC_RESULT_INVALID: 'An asynchronous function completes with an array of results, or with an error, once a record.',
  FIELD_NOT_USABLE:
    'A position is for tuples (arrays), a name for objects, and what is added up is a number. Look at what the operator before it emits.',
  KEY_INVALID:
    'A key is a text, a number, a bigint, a boolean, a Date, or a tuple or object of these; null, undefined, NaN in some places and functions are none.',
  RECORD_NOT_WRITABLE:
    'The record is not of the shape that the schema of the sink writes. Bring it into that shape in a `map`, or put such records aside with `onError`.',
  ACCUMULATOR_INVALID: 'Let `getLocalValue` give plain data: numbers, texts, arrays, objects, Map, Set.',
  ACCUMULATOR_MISUSED: 'An accumulator has one name, one class and one task; add it in `open`.',
  SCHEMA_REGISTRY_FAILED:
    'The registry is down, slow, or not at that address; it was asked several times (`max.retries`). The job restarts by its strategy.',
  SCHEMA_REGISTRY_REFUSED:
    'The registry answered no: wrong credentials, or a schema that is not compatible with those of its subject.',
  SOURCE_SPLIT_INVALID: 'Give each split a method `splitId()` with a text that no other split of the source has.',
  SOURCE_STATE_UNREADABLE:
    'The serializer of the source does not read what it wrote before. Let it read older versions (`getVersion`), or begin without the state (`-n`, another uid).',
  SOURCE_PART_INVALID: 'The source has a defect: that method has to return what is named.',
  SOURCE_READER_INVALID: 'The reader of the source has a defect: that method has to return what is named.',
  SINK_STATE_UNREADABLE:
    'The serializer of the sink does not read what it wrote before. Let it read older versions; to begin without the state loses what was to be committed.',
  SINK_PART_INVALID: 'The sink has a defect: that method has to return what is named.',
  BUCKET_INVALID: 'A bucket is a relative path below the directory of the sink, such as `country=pe`.',
  COMMIT_FAILED:
    'The outer system refused the commit. It is tried again after the restart, from the same checkpoint: nothing is lost.',
  KAFKA_PROPERTY_INVALID:
    'The reason says what the property takes. `src/connectors/kafka/README.md` says which have an effect.',
  KAFKA_RECORDS_UNREADABLE:
    'The batch is damaged, or packed by a codec that this Node has not (zstd is there from Node 22.15 on).',
  KAFKA_RECORD_INVALID:
    "The deserializer of the source threw at this record. `onError('skip')` or `onError('dead-letter', sink)` on the source lets the job go on without it.",
  KAFKA_RECORD_REFUSED:
    'The serializer of the sink gave what Kafka does not take, such as a partition that the topic has not.',
  KAFKA_WRITE_FAILED:
    'The broker did not take the records in time. The job goes back to its last checkpoint, and sends them again.',
  SESSION_GAP_INVALID: 'Let the function give whole milliseconds from 1 on, for every record.',
  STATE_ACCESS_WITHOUT_KEY:
    'Ask for the state in `open`, and use it while a record is processed or a timer fires. What has no key belongs in operator state.',
  QUERYABLE_STATE_INVALID:
    "A name is one state's alone in the job; windows' own state, and state without a key, has none.",
  STATE_QUERY_INVALID:
    'The key, or the type that is expected, is not that of the state. `flink-ts state ls <jobId>` shows both.',
  STATE_ENTRY_NOT_FOUND: 'No record of this key has come, or its state was cleared or has expired.',
  STATE_TYPE_INCOMPATIBLE:
    'The type of the state is not the one in the snapshot. Both are named, and what to write: `withSchema(version, { migrate })`. `flink-ts check` says so before a deployment.',
  STATE_VALUE_INVALID: 'The validator of the descriptor refuses the value. Correct the function, or the validator.',
  CHECKPOINT_NOT_READABLE:
    'The job has no completed checkpoint in files yet, or it was removed. Take a savepoint, and look into that.',
  JSON_FORM_INVALID: '`src/state-processor/json-form.md` says how each type is written.',
  SNAPSHOT_RESCALE_REFUSED:
    'The operator keeps state whose key groups only it can read. Run the job with the max parallelism that it has.',
  SNAPSHOTS_NOT_COMPARABLE:
    'Bring one of them to the max parallelism of the other first: `flink-ts savepoint rescale`.',
  CHECKPOINT_DECLINED:
    'A task could not take part; the reason says why. The next one comes after the interval; `execution.checkpointing.tolerable-failed-checkpoints` says how many may fail.',
  CHECKPOINT_EXPIRED:
    'Barriers come slowly through full channels, or the state takes long to write. `flink-ts top` shows who is busy; unaligned and incremental checkpoints help, and so does a longer `execution.checkpointing.timeout`.',
  CHECKPOINT_FAILURES_EXCEEDED:
    'The log names why each of them failed. `execution.checkpointing.tolerable-failed-checkpoints` says how many in a row a job survives.',
  CHECKPOINT_STATISTICS_NOT_FOUND: 'Only the newest checkpoints have statistics: older ones are forgotten.',
  TASK_CHECKPOINT_STATISTICS_NOT_FOUND: 'The vertex is not of this job, or took no part in that checkpoint.',
  CHECKPOINT_STORAGE_FAILED:
    'The directory is not writable, its disk is full, or its server does not answer. The job goes on from the checkpoint before it.',
  SAVEPOINT_DIRECTORY_FAILED:
    'Name a directory that this user may write to; its parent has to be there or to be creatable.',
  SNAPSHOT_NOT_FOUND:
    'The path is misspelled, or the snapshot was removed. `flink-ts savepoint inspect <directory>` lists those in a directory.',
  RECOVERY_SEVERAL_JOBS: 'Make a program of each job.',
  METRIC_REPORTER_INVALID: 'The reason names the key. `src/reporters/README.md` has those of each reporter.',
  UPGRADE_UNDER_WAY: 'Wait for the other one; `flink-ts list` shows what came of it.',
  UPGRADE_DOES_NOT_FIT: 'Give back the uids and types that the lines name, or accept the loss with `-n`.',
  UPGRADE_NOT_BEGUN: 'The cause stands below. The old program runs as before.',
  UPGRADE_GIVEN_UP: 'The old program runs as before. Ask again when the cause is out of the way.',
  UPGRADE_WITHOUT_JOB:
    'The new program ended before its job ran; what it printed says why. The old one runs as before, or again.',
  PATH_INVALID:
    'A path is absolute, relative to the working directory, or a URI such as `file:///tmp/x` and `hdfs://namenode:9000/x`.',
  FILE_NOT_FOUND:
    'The path is misspelled, the file was removed, or a relative path was meant to begin elsewhere: it begins in the directory in which the job was started.',
  FILE_ACCESS_REFUSED:
    'The user of the job may not do that: `ls -l` of the path and of its parents; on HDFS HADOOP_USER_NAME, on S3 the policy of the bucket.',
  FILE_IO_FAILED:
    'The disk or the server failed, as the reason says. The job restarts by its strategy, from its last checkpoint.',
  JOB_MANAGER_ADDRESS_INVALID: '`-m` takes a host and a port, as `localhost:8081`.',
  ENVIRONMENT_NOT_AVAILABLE:
    'What was called is there in jobs that flink-ts runs, and not in a script that `node` runs by itself.',
  JOB_RESULT_TIMED_OUT:
    'The command waited as long as it was told to. A longer `--timeout` waits longer; the job does not notice.',
  RESULTS_EXHAUSTED: '`for await` over the results ends by itself.',
  SESSION_JOB_RESTARTS:
    'The session starts the process again within a minute, and the job goes on from its newest checkpoint.',
  SERIALIZED_VALUE_INVALID: 'Correct the serializer that was given to the sink.',
  SOURCE_FETCH_INVALID: 'The split reader has a defect: also a fetch that found nothing gives a `RecordsBySplits`.',
  STATE_DESCRIPTOR_INVALID: 'Make the descriptor with `new`, of the kind of state that the method gives.',
  CACHED_FILES_INVALID: 'Write each file as `name:countries,path:/data/countries.csv`.',
  PROGRAM_FILE_MISSING_ARGUMENT: 'Name the job file after the options: `flink-ts run dist/job.js`.',
  PROGRAM_ENTRY_NOT_FOUND: '`-c` names an export of the module; those that there are stand in the message.',
  JAR_RUN_FAILED: 'The program failed before it had a job; the reason is its own.',
}
