import { rocksdbContract } from './rocksdb.contract.js'

rocksdbContract('memory')
