import { durationOption, type ConfigOption } from './config-option.js'

/** Options of Flink's ExecutionOptions. */
export const ExecutionOptions: {
  readonly BUFFER_TIMEOUT: ConfigOption<number>
} = {
  BUFFER_TIMEOUT: durationOption('execution.buffer-timeout.interval', 100, {
    description: 'Longest time that a record waits in a half-full buffer while its task is busy.',
    deprecatedKeys: ['execution.buffer-timeout'],
  }),
}
