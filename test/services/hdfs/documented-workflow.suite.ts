import { documentedWorkflow } from '../documented-workflow.js'
import { hdfsPlace } from './hdfs-server.js'

documentedWorkflow('HDFS', hdfsPlace)
