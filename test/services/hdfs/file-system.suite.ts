import { RenamingRecoverableWriter } from '../../../src/core/fs/renaming-recoverable-writer.js'
import { SystemRandom } from '../../../src/core/random/system-random.js'
import { fileSystemContract } from '../../contract/core/file-system.contract.js'
import { recoverableWriterContract } from '../../contract/core/recoverable-writer.contract.js'
import { hdfsFileSystem, newDirectory } from './hdfs-server.js'

fileSystemContract('HDFS', async () => {
  const fileSystem = await hdfsFileSystem()
  return { fileSystem, directory: await newDirectory(fileSystem) }
})

recoverableWriterContract('The writer of files of HDFS', async () => {
  const fileSystem = await hdfsFileSystem()
  const writer = new RenamingRecoverableWriter(fileSystem, new SystemRandom())
  return { writer, fileSystem, directory: await newDirectory(fileSystem) }
})
