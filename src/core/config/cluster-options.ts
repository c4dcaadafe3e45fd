import { durationOption, enumOption, homePathOption, pathOption, type ConfigOption } from './config-option.js'

/** Options of Flink's ClusterOptions. */
export const ClusterOptions: {
  readonly RUN_DIRECTORY: ConfigOption<string>
  readonly LOG_DIRECTORY: ConfigOption<string | undefined>
  readonly LOG_LEVEL: ConfigOption<'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'OFF'>
  readonly TASK_CANCELLATION_TIMEOUT: ConfigOption<number>
  readonly TASK_CANCELLATION_RESPONSE_TIMEOUT: ConfigOption<number>
} = {
  RUN_DIRECTORY: homePathOption('cluster.run-directory', '~/.flink-ts/run', {
    description:
      'Directory through which running jobs are found, by other commands and by the next start of the same job. A job that it does not take does not begin. It is of one machine (containers may share it): what runs on another cannot be told by it.',
  }),
  LOG_DIRECTORY: pathOption('env.log.dir', {
    description: 'Directory of log files and of the output of detached jobs; unset: log in the run directory.',
  }),
  LOG_LEVEL: enumOption('env.log.level', 'WARN', {
    description: 'Least severe log lines that are written.',
    enumValues: ['DEBUG', 'INFO', 'WARN', 'ERROR', 'OFF'],
  }),
  TASK_CANCELLATION_TIMEOUT: durationOption('task.cancellation.timeout', 180_000, {
    description:
      'Time that cancelled tasks have to close their functions before their worker is terminated; 0: no limit.',
  }),
  TASK_CANCELLATION_RESPONSE_TIMEOUT: durationOption('task.cancellation.response-timeout', 3_000, {
    description:
      'A worker whose thread takes no notice of a cancellation for so long (a function that never returns) is terminated; 0: no limit.',
  }),
}
