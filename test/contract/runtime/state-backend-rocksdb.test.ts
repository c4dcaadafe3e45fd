import { rocksdbContract } from './rocksdb.contract.js'
import { diskUnderTest } from './rocksdb-under-test.js'
import { backendFilesContract } from './state-files.contract.js'

rocksdbContract('rocksdb')
backendFilesContract(diskUnderTest({ driver: 'rocksdb' }))
