import {
  booleanOption,
  durationOption,
  enumOption,
  intOption,
  memoryOption,
  pathOption,
  type ConfigOption,
} from './config-option.js'

/** Options of a session cluster: of Flink's WebOptions, JobManagerOptions and of its scripts, and its own. */
export const SessionOptions: {
  readonly PID_DIRECTORY: ConfigOption<string | undefined>
  readonly LOG_MAX: ConfigOption<number>
  readonly LOG_MAX_SIZE: ConfigOption<number>
  readonly SLOT_REQUEST_TIMEOUT: ConfigOption<number>
  readonly REFRESH_INTERVAL: ConfigOption<number>
  readonly SUBMIT_ENABLE: ConfigOption<boolean>
  readonly CANCEL_ENABLE: ConfigOption<boolean>
  readonly UPLOAD_DIRECTORY: ConfigOption<string | undefined>
  readonly JOBS_ON_SHUTDOWN: ConfigOption<'CHECKPOINT' | 'SAVEPOINT' | 'CANCEL' | 'LEAVE'>
} = {
  PID_DIRECTORY: pathOption('env.pid.dir', {
    description:
      'Directory of the pid file of a session cluster (`start-cluster`), which FLINK_PID_DIR names as well; unset: the run directory.',
  }),
  LOG_MAX: intOption('env.log.max', 10, {
    minimum: 1,
    description: 'Logs of a session cluster that are kept: those of its last starts, and pieces of one that got long.',
  }),
  LOG_MAX_SIZE: memoryOption('env.log.max-size', 100 * 1024 * 1024, {
    minimum: 1024,
    description: "This engine's own: the log of a session cluster that is longer is continued in a new file.",
  }),
  SLOT_REQUEST_TIMEOUT: durationOption('slot.request.timeout', 300_000, {
    description:
      'Time that a job waits in a session cluster for the slots that it needs (taskmanager.numberOfTaskSlots) before it fails.',
  }),
  REFRESH_INTERVAL: durationOption('web.refresh-interval', 3_000, {
    description: 'How often the dashboard asks a session cluster anew.',
  }),
  SUBMIT_ENABLE: booleanOption('web.submit.enable', true, {
    description:
      'Programs may be sent to a session cluster over REST (`run -m`, the dashboard). Without it `/jars` is not there.',
    deprecatedKeys: ['jobmanager.web.submit.enable'],
  }),
  CANCEL_ENABLE: booleanOption('web.cancel.enable', true, {
    description:
      'The dashboard of a session cluster offers to cancel jobs. As in Flink the REST API and its clients can without it.',
  }),
  UPLOAD_DIRECTORY: pathOption('web.upload.dir', {
    description:
      'Directory below which programs are kept that were sent to a session cluster; unset: in the run directory.',
    deprecatedKeys: ['jobmanager.web.upload.dir'],
  }),
  JOBS_ON_SHUTDOWN: enumOption('cluster.jobs-on-shutdown', 'CHECKPOINT', {
    description:
      "This engine's own: what becomes of the jobs of a session cluster that is told to stop (`stop-cluster`, SIGTERM, DELETE /cluster). CHECKPOINT: each is suspended, after a last checkpoint where it takes some, and the next `start-cluster` goes on with it. SAVEPOINT: each is stopped with a savepoint, for good. CANCEL: each is cancelled. LEAVE: they run on without it.",
    enumValues: ['CHECKPOINT', 'SAVEPOINT', 'CANCEL', 'LEAVE'],
  }),
}
