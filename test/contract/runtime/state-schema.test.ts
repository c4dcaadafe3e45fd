import { HEAP, SORTED } from './backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from './rocksdb-under-test.js'
import { stateSchemaContract } from './state-schema.contract.js'

cleanUpAfterEach()

stateSchemaContract(HEAP)
stateSchemaContract(SORTED, ['a savepoint'])
for (const driver of ['memory', 'rocksdb', 'lmdb'] as const) {
  stateSchemaContract(diskUnderTest({ driver }))
}
