import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { QuickLocalFileSystem } from '../../../src/core/fs/quick-local-file-system.js'
import { describeCheckpointStorage } from './checkpoint-storage.contract.js'

describeCheckpointStorage('the local file system of a job', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-ts-storage-'))
  return {
    fileSystem: new QuickLocalFileSystem(),
    directory,
    close: () => rm(directory, { recursive: true }),
  }
})
