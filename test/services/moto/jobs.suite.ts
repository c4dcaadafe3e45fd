import { storedElsewhere } from '../stored-elsewhere.js'
import { motoFileSystem, newBucketDirectory, s3Options } from './moto-server.js'

storedElsewhere('S3 (moto)', async () => {
  const fileSystem = await motoFileSystem()
  return { fileSystem, directory: await newBucketDirectory(fileSystem), configuration: s3Options() }
})
