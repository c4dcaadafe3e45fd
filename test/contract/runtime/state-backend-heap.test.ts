import { HeapKeyedStateBackend } from '../../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import { keyedStateBackendContract } from './state-backend.contract.js'
import { keyedStateBackendProperties } from './state-backend-properties.js'

keyedStateBackendContract('HeapKeyedStateBackend', (options) => new HeapKeyedStateBackend(options))
keyedStateBackendProperties('HeapKeyedStateBackend', (options) => new HeapKeyedStateBackend(options))
