import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalFileSystem } from '../../../src/core/fs/local-file-system.js'
import { describeCheckpointStorage } from './checkpoint-storage.contract.js'

describeCheckpointStorage('the local file system', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-ts-storage-'))
  return {
    fileSystem: new LocalFileSystem(),
    directory,
    close: () => rm(directory, { recursive: true }),
  }
})
