import { rocksdbContract } from './rocksdb.contract.js'
import { diskUnderTest } from './rocksdb-under-test.js'
import { backendFilesContract, restoredFilesContract } from './state-files.contract.js'

rocksdbContract('rocksdb')
backendFilesContract(diskUnderTest({ driver: 'rocksdb' }))
restoredFilesContract(diskUnderTest({ driver: 'rocksdb' }))
