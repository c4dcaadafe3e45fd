import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { recoverableWriterFor } from '../../../src/core/fs/recoverable-writer-for.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { RenamingRecoverableWriter } from '../../../src/core/fs/renaming-recoverable-writer.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { LazyFileSystem } from '../../../src/filesystems/lazy-file-system.js'
import { fileSystemContract } from '../../contract/core/file-system.contract.js'
import { InMemoryObjectStore } from '../../contract/core/in-memory-object-store.js'
import { recoverableWriterContract } from '../../contract/core/recoverable-writer.contract.js'

fileSystemContract('A LazyFileSystem', async () => {
  const inner = new InMemoryFileSystem()
  await inner.mkdirs('hdfs://host:9000/base')
  return { fileSystem: new LazyFileSystem('files', () => Promise.resolve(inner)), directory: 'hdfs://host:9000/base' }
})

recoverableWriterContract('The writer of a lazy store of objects', async () => {
  const files = new InMemoryFileSystem()
  await files.mkdirs('s3://bucket/base')
  const store = Object.assign(files, {
    createRecoverableWriter: (names: SeededRandom) => new RenamingRecoverableWriter(files, names),
  })
  const fileSystem = new LazyFileSystem('objects', () => Promise.resolve(store))
  const fileSystems = new FileSystems(undefined, new SeededRandom(3)).register('s3', fileSystem)
  return { writer: recoverableWriterFor(fileSystems, 's3://bucket/base'), fileSystem, directory: 's3://bucket/base' }
})

describe('A LazyFileSystem', () => {
  it('says what it is without its driver, and loads that once', async () => {
    let loads = 0
    const fileSystem = new LazyFileSystem('objects', () => {
      loads += 1
      return Promise.resolve(new InMemoryObjectStore())
    })
    const writer = fileSystem.createRecoverableWriter?.(new SeededRandom(1))
    assert.equal(writer?.supportsResume(), true)
    assert.equal(writer.getCommitRecoverableSerializer().getVersion(), 2)
    assert.equal(fileSystem.isObjectStore, true)
    assert.equal(loads, 0)
    assert.equal(await fileSystem.createNew('s3://b/a', Uint8Array.of(1)), true)
    assert.equal(await fileSystem.createNew('s3://b/a', Uint8Array.of(2)), false)
    assert.deepEqual(await fileSystem.readFile('s3://b/a'), Uint8Array.of(1))
    assert.equal(loads, 1)
  })

  it('tries again to load what could not be loaded', async () => {
    let isThere = false
    const fileSystem = new LazyFileSystem('files', () => {
      return isThere ? Promise.resolve(new InMemoryFileSystem()) : Promise.reject(new Error('not yet'))
    })
    await assert.rejects(fileSystem.status('hdfs://h/a'), /not yet/)
    isThere = true
    assert.equal(await fileSystem.status('hdfs://h/a'), undefined)
    assert.equal(fileSystem.createRecoverableWriter, undefined)
  })
})
