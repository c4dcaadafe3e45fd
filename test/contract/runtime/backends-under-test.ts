import { HeapKeyedStateBackend } from '../../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import { SortedKeyedStateBackend } from './sorted/sorted-keyed-state-backend.js'
import type { BackendUnderTest } from './state-backend.contract.js'

export const HEAP: BackendUnderTest = {
  name: 'HeapKeyedStateBackend',
  keepsObjects: true,
  create: (parameters) => new HeapKeyedStateBackend(parameters),
}

export const SORTED: BackendUnderTest = {
  name: 'A backend of sorted bytes',
  keepsObjects: false,
  sharesFiles: true,
  isSlow: true,
  create: (parameters) => new SortedKeyedStateBackend(parameters),
}
