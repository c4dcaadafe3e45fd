import { recoveries } from '../recoveries.js'
import { hdfsPlace } from './hdfs-server.js'

recoveries('HDFS', hdfsPlace)
