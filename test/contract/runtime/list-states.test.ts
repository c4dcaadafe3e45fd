import type { ListState } from '../../../src/api/state/list-state.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { HeapKeyedStateBackend } from '../../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import { OperatorStateBackend } from '../../../src/runtime/taskmanager/state/operator-state-backend.js'
import { listStateContract } from './list-state.contract.js'
import { backendOf } from './state-backend.contract.js'

const list = new ListStateDescriptor<unknown>('list')

listStateContract('keyed state', () => {
  const backend = backendOf((options) => new HeapKeyedStateBackend(options))
  backend.setCurrentKey('a', hashKey('a', 'auto'))
  return backend.getOrCreateKeyedState(list) as ListState<unknown>
})

listStateContract('operator state', () => new OperatorStateBackend('Count').getListState(list))
