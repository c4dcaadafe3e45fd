import { enumOption, stringOption, type ConfigOption } from './config-option.js'

/** Options of Flink's JobManagerOptions. */
export const JobManagerOptions: {
  readonly EXECUTION_FAILOVER_STRATEGY: ConfigOption<'region' | 'full'>
  readonly ARCHIVE_DIR: ConfigOption<string | undefined>
} = {
  EXECUTION_FAILOVER_STRATEGY: enumOption('jobmanager.execution.failover-strategy', 'region', {
    description:
      'What restarts after the failure of a task: region: the tasks that channels connect with it, directly or through others, and those that share an operator coordinator with one of them; all others run on. full: all tasks. What no single task has failed by (a coordinator, too many failed checkpoints) restarts all.',
    enumValues: ['region', 'full'],
  }),
  ARCHIVE_DIR: stringOption('jobmanager.archive.fs.dir', undefined, {
    description: 'Directory into which jobs that have ended are written for the history server.',
  }),
}
