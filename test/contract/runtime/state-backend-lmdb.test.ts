import { restoredChainContract } from './restored-chain.contract.js'
import { incrementalCheckpointContract } from './incremental-checkpoint.contract.js'
import { rocksdbContract } from './rocksdb.contract.js'
import { diskUnderTest } from './rocksdb-under-test.js'

rocksdbContract('lmdb')
incrementalCheckpointContract(diskUnderTest({ driver: 'lmdb' }))
restoredChainContract(diskUnderTest({ driver: 'lmdb' }))
