import type { ListState } from '../../../src/api/state/list-state.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { HeapKeyedStateBackend } from '../../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import { OperatorStateBackend } from '../../../src/runtime/taskmanager/state/operator-state-backend.js'
import { listStateContract } from './list-state.contract.js'
import { backendOf } from './state-backend.contract.js'

const list = new ListStateDescriptor<unknown>('list')

listStateContract('keyed state', async () => {
  const backend = await backendOf({
    name: 'HeapKeyedStateBackend',
    keepsObjects: true,
    create: (parameters) => new HeapKeyedStateBackend(parameters),
  })
  backend.setCurrentKey('a', hashKey('a', 'auto'))
  return backend.getOrCreateKeyedState(list) as ListState<unknown>
})

listStateContract('operator state', () => Promise.resolve(new OperatorStateBackend('Count').getListState(list)))
