import { recoveries } from '../recoveries.js'
import { motoPlace } from './moto-server.js'

recoveries('S3 (moto)', motoPlace)
