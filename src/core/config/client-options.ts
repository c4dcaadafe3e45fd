import { durationOption, type ConfigOption } from './config-option.js'

/** Options of Flink's ClientOptions. */
export const ClientOptions: {
  readonly CLIENT_TIMEOUT: ConfigOption<number>
  readonly HEARTBEAT_INTERVAL: ConfigOption<number>
  readonly HEARTBEAT_TIMEOUT: ConfigOption<number>
} = {
  CLIENT_TIMEOUT: durationOption('client.timeout', 60_000, {
    description: 'Longest wait of savepoint, stop, cancel and checkpoint.',
    deprecatedKeys: ['akka.client.timeout'],
  }),
  HEARTBEAT_INTERVAL: durationOption('client.heartbeat.interval', 30_000, {
    minimum: 1,
    description: 'How often `run -sae` tells a session cluster that it is still there.',
  }),
  HEARTBEAT_TIMEOUT: durationOption('client.heartbeat.timeout', 180_000, {
    minimum: 1,
    description: 'Time after which a session cluster cancels the job of a `run -sae` that it has not heard of.',
  }),
}
