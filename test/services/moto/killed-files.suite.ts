import { killedFiles } from '../killed-files.js'
import { motoPlace } from './moto-server.js'

killedFiles('S3 (moto)', motoPlace)
