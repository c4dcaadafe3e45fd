import { SystemRandom } from '../../../src/core/random/system-random.js'
import { fileSystemContract } from '../../contract/core/file-system.contract.js'
import { recoverableWriterContract } from '../../contract/core/recoverable-writer.contract.js'
import { motoFileSystem, newBucketDirectory } from './moto-server.js'

const fileSystem = await motoFileSystem()

fileSystemContract('S3 (moto)', async () => ({ fileSystem, directory: await newBucketDirectory(fileSystem) }))

recoverableWriterContract('The writer of files on S3 (moto)', async () => {
  const writer = fileSystem.createRecoverableWriter(new SystemRandom())
  return { writer, fileSystem, directory: await newBucketDirectory(fileSystem) }
})
