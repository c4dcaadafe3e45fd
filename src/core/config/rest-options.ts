import { intOption, type ConfigOption } from './config-option.js'

/** Options of Flink's RestOptions. */
export const RestOptions: {
  readonly PORT: ConfigOption<number>
} = {
  PORT: intOption('rest.port', 8081, {
    minimum: 0,
    maximum: 65_535,
    description: 'Port of the REST endpoint.',
    deprecatedKeys: ['web.port'],
  }),
}
