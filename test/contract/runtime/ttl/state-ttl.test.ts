import { HEAP, SORTED } from '../backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from '../rocksdb-under-test.js'
import { lifeOfStateContract, stateTtlContract } from './state-ttl.contract.js'
import {
  AGGREGATING,
  LIST_OF_NUMBERS,
  LIST_OF_TEXTS,
  MAP_ALL_ENTRIES,
  MAP_PER_NULL_ELEMENT,
  VALUE,
} from './ttl-contexts.js'

cleanUpAfterEach()
stateTtlContract(HEAP)
stateTtlContract(diskUnderTest({ driver: 'memory' }), [LIST_OF_TEXTS, MAP_PER_NULL_ELEMENT])
stateTtlContract(diskUnderTest({ driver: 'memory', cacheBytes: 0 }), [
  VALUE,
  LIST_OF_NUMBERS,
  MAP_ALL_ENTRIES,
  AGGREGATING,
])
lifeOfStateContract(SORTED, [VALUE, LIST_OF_TEXTS, MAP_ALL_ENTRIES])
