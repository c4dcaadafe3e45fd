import { durationOption, type ConfigOption } from './config-option.js'

/** Options of Flink's ClientOptions. */
export const ClientOptions: {
  readonly CLIENT_TIMEOUT: ConfigOption<number>
} = {
  CLIENT_TIMEOUT: durationOption('client.timeout', 60_000, {
    description: 'Longest wait of savepoint, stop, cancel and checkpoint.',
    deprecatedKeys: ['akka.client.timeout'],
  }),
}
