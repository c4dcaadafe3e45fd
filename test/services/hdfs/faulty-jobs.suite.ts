import { faultyJobs } from '../faulty-jobs.js'
import { hdfsPlace } from './hdfs-server.js'
import { proxiedHdfs } from './proxied-hdfs.js'

faultyJobs('HDFS', hdfsPlace, proxiedHdfs)
