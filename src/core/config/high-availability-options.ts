import { stringOption, type ConfigOption } from './config-option.js'

/** Options of Flink's HighAvailabilityOptions. */
export const HighAvailabilityOptions: {
  readonly MODE: ConfigOption<string>
} = {
  MODE: stringOption('high-availability.type', 'NONE', {
    description: 'Where another JobManager finds the jobs of one that died.',
    deprecatedKeys: ['high-availability'],
  }),
}
