import { intOption, type ConfigOption } from './config-option.js'

/** Options of Flink's CoreOptions. */
export const CoreOptions: {
  readonly DEFAULT_PARALLELISM: ConfigOption<number>
} = {
  DEFAULT_PARALLELISM: intOption('parallelism.default', 1, {
    minimum: 1,
    description: 'Parallelism of jobs and operators that set none.',
  }),
}
