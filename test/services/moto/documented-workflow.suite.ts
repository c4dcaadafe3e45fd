import { documentedWorkflow } from '../documented-workflow.js'
import { motoPlace } from './moto-server.js'

documentedWorkflow('S3 (moto)', motoPlace)
