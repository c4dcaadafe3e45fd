import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { fileSystemContract } from './file-system.contract.js'

fileSystemContract('InMemoryFileSystem', async () => {
  const fileSystem = new InMemoryFileSystem()
  await fileSystem.mkdirs('/base')
  return { fileSystem, directory: '/base' }
})
