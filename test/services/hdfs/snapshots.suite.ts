import { snapshots } from '../snapshots.js'
import { hdfsPlace } from './hdfs-server.js'

snapshots('HDFS', hdfsPlace)
