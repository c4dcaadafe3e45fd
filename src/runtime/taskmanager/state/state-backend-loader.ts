// Duty: the state backend that a job's configuration names: the one place that knows which there are.
// Invariants: a name that is none is refused where the option is read.
// Thread: the task worker.
import type { Configuration } from '../../../core/config/configuration.js'
import { StateBackendOptions } from '../../../core/config/state-backend-options.js'
import { HashMapStateBackend } from './hash-map-state-backend.js'
import type { StateBackend } from './state-backend.js'

export function loadStateBackend(configuration: Configuration): StateBackend {
  switch (configuration.get(StateBackendOptions.STATE_BACKEND)) {
    case 'hashmap':
    // Flink's older names say where checkpoints go; state is on the heap with them, too.
    case 'jobmanager':
    case 'filesystem':
      return new HashMapStateBackend()
  }
}
