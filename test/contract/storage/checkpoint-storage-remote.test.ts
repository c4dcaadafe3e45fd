import type { FileSystem } from '../../../src/core/fs/file-system.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { InMemoryObjectStore } from '../core/in-memory-object-store.js'
import { describeCheckpointStorage } from './checkpoint-storage.contract.js'

/** Paths that are whole URIs, on files that can be renamed and on objects that cannot. */
const REMOTE: readonly (readonly [root: string, make: () => FileSystem])[] = [
  ['hdfs://namenode:9000', () => new InMemoryFileSystem()],
  ['hdfs://', () => new InMemoryFileSystem()],
  ['s3://bucket', () => new InMemoryObjectStore()],
]

for (const [root, make] of REMOTE) {
  describeCheckpointStorage(`${root}/ in memory`, async () => {
    const fileSystem = make()
    await fileSystem.mkdirs(`${root}/disk`)
    return { fileSystem, directory: `${root}/disk`, close: () => Promise.resolve() }
  })
}
