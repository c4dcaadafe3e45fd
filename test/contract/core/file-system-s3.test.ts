import { after } from 'node:test'
import { SystemRandom } from '../../../src/core/random/system-random.js'
import { StubS3Server } from '../../unit/filesystems/s3/stub-s3-server.js'
import { fileSystemContract } from './file-system.contract.js'
import { recoverableWriterContract } from './recoverable-writer.contract.js'

const stub = await StubS3Server.start()
stub.pageSize = 2
const fileSystem = await stub.fileSystem()
let directories = 0
after(() => stub.stop())

async function make() {
  directories += 1
  const directory = `s3://bucket/case ${String(directories)}`
  await fileSystem.mkdirs(directory)
  return { fileSystem, directory }
}

fileSystemContract('S3', make)

recoverableWriterContract('The writer of files on S3', async () => {
  const { fileSystem, directory } = await make()
  return { writer: fileSystem.createRecoverableWriter(new SystemRandom()), fileSystem, directory }
})
