import { rocksdbContract } from './rocksdb.contract.js'

rocksdbContract('lmdb')
