import { FlinkError, type ErrorCode } from '../../core/errors/flink-error.js'

const RUNTIME = 'org.apache.flink.runtime'
const CHECKPOINT_EXCEPTION = `${RUNTIME}.checkpoint.CheckpointException`
const JOB_NOT_FOUND = `${RUNTIME}.messages.FlinkJobNotFoundException`
const ILLEGAL_CONFIGURATION = 'org.apache.flink.configuration.IllegalConfigurationException'
const INVOCATION = 'org.apache.flink.client.program.ProgramInvocationException'
const NO_FILE = 'java.io.FileNotFoundException'
const IO = 'java.io.IOException'
const ILLEGAL_STATE = 'java.lang.IllegalStateException'
const TIMEOUT = 'java.util.concurrent.TimeoutException'

/** What Flink throws in the same case, where there is one. */
const CLASSES: Partial<Record<ErrorCode, string>> = {
  JOB_NOT_FOUND,
  JOB_PROCESS_DIED: JOB_NOT_FOUND,
  // A job that has ended has no JobMaster that could be asked.
  JOB_NOT_RUNNING: JOB_NOT_FOUND,
  JOB_ALREADY_TERMINAL: `${RUNTIME}.messages.FlinkJobTerminatedWithoutCancellationException`,
  JOB_CANCELED: `${RUNTIME}.client.JobCancellationException`,
  JOB_EXECUTION_FAILED: `${RUNTIME}.client.JobExecutionException`,
  NO_RESOURCE_AVAILABLE: `${RUNTIME}.jobmanager.scheduler.NoResourceAvailableException`,
  RESTARTS_EXHAUSTED: `${RUNTIME}.JobException`,
  STOP_AFTER_SAVEPOINT_FAILED: `${RUNTIME}.scheduler.stopwithsavepoint.StopWithSavepointStoppingException`,
  JOB_STOPPED: CHECKPOINT_EXCEPTION,
  JOB_RESULT_TIMED_OUT: TIMEOUT,
  JOB_UNRESPONSIVE: TIMEOUT,
  CHECKPOINT_DECLINED: CHECKPOINT_EXCEPTION,
  CHECKPOINT_EXPIRED: CHECKPOINT_EXCEPTION,
  TASKS_NOT_RUNNING: CHECKPOINT_EXCEPTION,
  DRAIN_FAILED: CHECKPOINT_EXCEPTION,
  CHECKPOINT_FAILURES_EXCEEDED: 'org.apache.flink.util.FlinkRuntimeException',
  TASK_CANCEL_TIMEOUT: 'org.apache.flink.util.FlinkRuntimeException',
  WORKER_OUT_OF_MEMORY: 'java.lang.OutOfMemoryError',
  CHECKPOINT_STORAGE_FAILED: IO,
  SAVEPOINT_DIRECTORY_FAILED: IO,
  MEMORY_STATE_TOO_LARGE: IO,
  SNAPSHOT_NOT_FOUND: NO_FILE,
  SNAPSHOT_METADATA_MISSING: NO_FILE,
  SNAPSHOT_MAGIC_INVALID: IO,
  SNAPSHOT_VERSION_UNSUPPORTED: IO,
  SNAPSHOT_CORRUPT: IO,
  SNAPSHOT_NOT_A_FILE: IO,
  STATE_UNMATCHED: ILLEGAL_STATE,
  COORDINATOR_STATE_UNMATCHED: ILLEGAL_STATE,
  MAX_PARALLELISM_MISMATCH: ILLEGAL_STATE,
  STATE_TYPE_INCOMPATIBLE: 'org.apache.flink.util.StateMigrationException',
  STATE_MIGRATION_FAILED: 'org.apache.flink.util.StateMigrationException',
  FILE_NOT_FOUND: NO_FILE,
  INPUT_NOT_FOUND: NO_FILE,
  FILE_ACCESS_REFUSED: 'java.nio.file.AccessDeniedException',
  FILE_IO_FAILED: IO,
  DISK_FULL: IO,
  FILE_SYSTEM_SCHEME_UNSUPPORTED: 'org.apache.flink.core.fs.UnsupportedFileSystemSchemeException',
  PATH_INVALID: 'java.lang.IllegalArgumentException',
  CONFIG_VALUE_INVALID: ILLEGAL_CONFIGURATION,
  CHECKPOINT_DIRECTORY_MISSING: ILLEGAL_CONFIGURATION,
  SAVEPOINT_DIRECTORY_MISSING: ILLEGAL_STATE,
  INCREMENTAL_CHECKPOINT_UNSUPPORTED: ILLEGAL_STATE,
  PROGRAM_NO_JOB: 'org.apache.flink.client.program.ProgramMissingJobException',
  PROGRAM_NOT_A_MODULE: INVOCATION,
  PROGRAM_SYNTAX_ERROR: INVOCATION,
  PROGRAM_IMPORT_FAILED: INVOCATION,
  PROGRAM_ENTRY_NOT_FOUND: INVOCATION,
  PROGRAM_MAIN_FAILED: INVOCATION,
  PROGRAM_ARCHIVE_INVALID: INVOCATION,
  ASSERTION_FAILED: ILLEGAL_STATE,
  INTERNAL_ERROR: ILLEGAL_STATE,
}

/** Of all that Flink has no word for. */
const FLINK_EXCEPTION = 'org.apache.flink.util.FlinkException'

/** The class by which users of Flink, and their scripts, know an error. Errors of user code keep the name that they have. */
export function javaClassName(error: Error, name: string): string {
  if (FlinkError.is(error)) return CLASSES[error.code] ?? FLINK_EXCEPTION
  // What Node says of a call to the system.
  if ('syscall' in error) return IO
  return name === 'ReasonError' ? FLINK_EXCEPTION : name
}

/** All that an error of ours may be called. */
export const JAVA_CLASS_NAMES: readonly string[] = [...new Set([...Object.values(CLASSES), FLINK_EXCEPTION])]
