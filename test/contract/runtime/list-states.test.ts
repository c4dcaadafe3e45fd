import type { ListState } from '../../../src/api/state/list-state.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { OperatorStateBackend } from '../../../src/runtime/taskmanager/state/operator-state-backend.js'
import { HEAP } from './backends-under-test.js'
import { listStateContract } from './list-state.contract.js'
import { cleanUpAfterEach, diskUnderTest } from './rocksdb-under-test.js'
import { backendOf } from './state-backend.contract.js'

const list = new ListStateDescriptor<unknown>('list')

cleanUpAfterEach()

for (const kind of [HEAP, diskUnderTest({ driver: 'rocksdb' })]) {
  listStateContract(`keyed state of ${kind.name}`, async () => {
    const backend = await backendOf(kind)
    backend.setCurrentKey('a', hashKey('a', 'auto'))
    return backend.getOrCreateKeyedState(list) as ListState<unknown>
  })
}

listStateContract('operator state', () => Promise.resolve(new OperatorStateBackend('Count').getListState(list)))
