import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { describeCheckpointStorage } from './checkpoint-storage.contract.js'

describeCheckpointStorage('a file system in memory', async () => {
  const fileSystem = new InMemoryFileSystem()
  await fileSystem.mkdirs('/disk')
  return { fileSystem, directory: '/disk', close: () => Promise.resolve() }
})
