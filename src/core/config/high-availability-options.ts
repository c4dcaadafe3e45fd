import { enumOption, pathOption, stringOption, type ConfigOption } from './config-option.js'

/** Options of Flink's HighAvailabilityOptions. */
export const HighAvailabilityOptions: {
  readonly MODE: ConfigOption<'NONE' | 'FILESYSTEM'>
  readonly STORAGE_PATH: ConfigOption<string | undefined>
  readonly CLUSTER_ID: ConfigOption<string>
} = {
  MODE: enumOption('high-availability.type', 'NONE', {
    description:
      'FILESYSTEM: all that a start of the job needs is kept in high-availability.storageDir, and `flink-ts run --recover <jobId>` starts it again when its process has died. Of the other types of Flink none is there.',
    deprecatedKeys: ['high-availability'],
    enumValues: ['NONE', 'FILESYSTEM'],
  }),
  STORAGE_PATH: pathOption('high-availability.storageDir', {
    description:
      'Directory in which jobs are kept for their recovery: program, arguments, configuration, and which checkpoint is the newest.',
  }),
  CLUSTER_ID: stringOption('high-availability.cluster-id', '/default', {
    description: 'Directory of these jobs in high-availability.storageDir, where several clusters share that.',
  }),
}
