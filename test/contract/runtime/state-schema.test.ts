import { HEAP, SORTED } from './backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from './rocksdb-under-test.js'
import { stateSchemaContract } from './state-schema.contract.js'

cleanUpAfterEach()

stateSchemaContract(HEAP)
stateSchemaContract(SORTED, { forms: ['a savepoint'] })
stateSchemaContract(diskUnderTest({ driver: 'memory', cacheBytes: 2000 }))
for (const driver of ['rocksdb', 'lmdb'] as const) {
  const kinds = ['value', 'list', 'map', 'windowed'] as const
  stateSchemaContract(diskUnderTest({ driver }), { forms: ['a chain of checkpoints'], kinds, hasRefusals: false })
}
