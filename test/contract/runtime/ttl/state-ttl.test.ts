import { HEAP, SORTED } from '../backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from '../rocksdb-under-test.js'
import { lifeOfStateContract, stateTtlContract } from './state-ttl.contract.js'
import { LIST_OF_TEXTS, MAP_ALL_ENTRIES, VALUE } from './ttl-contexts.js'

cleanUpAfterEach()
stateTtlContract(HEAP)
stateTtlContract(diskUnderTest({ driver: 'memory' }))
stateTtlContract(diskUnderTest({ driver: 'memory', cacheBytes: 0 }))
lifeOfStateContract(SORTED, [VALUE, LIST_OF_TEXTS, MAP_ALL_ENTRIES])
