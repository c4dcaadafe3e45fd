import { enumOption, type ConfigOption } from './config-option.js'

/** Options of Flink's StateBackendOptions. */
export const StateBackendOptions: {
  readonly STATE_BACKEND: ConfigOption<'hashmap' | 'jobmanager' | 'filesystem'>
} = {
  STATE_BACKEND: enumOption('state.backend.type', 'hashmap', {
    description:
      'Where working state lives. All values here keep it on the heap; jobmanager also keeps checkpoints in memory.',
    deprecatedKeys: ['state.backend'],
    enumValues: ['hashmap', 'jobmanager', 'filesystem'],
  }),
}
