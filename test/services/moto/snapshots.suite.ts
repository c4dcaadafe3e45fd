import { snapshots } from '../snapshots.js'
import { motoPlace } from './moto-server.js'

snapshots('S3 (moto)', motoPlace)
