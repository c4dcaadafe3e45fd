import { intOption, stringOption, type ConfigOption } from './config-option.js'

/** Options of Flink's RestOptions. */
export const RestOptions: {
  readonly ADDRESS: ConfigOption<string | undefined>
  readonly PORT: ConfigOption<number>
} = {
  ADDRESS: stringOption('rest.address', undefined, {
    description:
      'The machine whose jobs are meant. A command refuses every name and address but those of this machine (`localhost`).',
    fallbackKeys: ['jobmanager.rpc.address'],
  }),
  PORT: intOption('rest.port', 8081, {
    minimum: 0,
    maximum: 65_535,
    description: 'Port of the REST endpoint.',
    deprecatedKeys: ['web.port'],
  }),
}
