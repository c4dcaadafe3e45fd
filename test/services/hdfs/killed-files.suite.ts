import { killedFiles } from '../killed-files.js'
import { hdfsPlace } from './hdfs-server.js'

killedFiles('HDFS', hdfsPlace)
