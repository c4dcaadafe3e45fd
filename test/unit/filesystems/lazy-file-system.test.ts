import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { FileSystem } from '../../../src/core/fs/file-system.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { recoverableWriterFor } from '../../../src/core/fs/recoverable-writer-for.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { LazyFileSystem } from '../../../src/filesystems/lazy-file-system.js'
import { fileSystemContract } from '../../contract/core/file-system.contract.js'
import { InMemoryObjectStore } from '../../contract/core/in-memory-object-store.js'
import { recoverableWriterContract } from '../../contract/core/recoverable-writer.contract.js'
import { StubS3Server } from './s3/stub-s3-server.js'

const stub = await StubS3Server.start()
let directories = 0
after(() => stub.stop())

async function make(): Promise<{ readonly fileSystem: FileSystem; readonly directory: string }> {
  const fileSystem = new LazyFileSystem('objects', () => stub.fileSystem())
  directories += 1
  const directory = `s3://bucket/lazy-${String(directories)}`
  await fileSystem.mkdirs(directory)
  return { fileSystem, directory }
}

fileSystemContract('A lazy store of objects', make)

recoverableWriterContract('The writer of a lazy store of objects', async () => {
  const { fileSystem, directory } = await make()
  const fileSystems = new FileSystems(undefined, new SeededRandom(3)).register('s3', fileSystem)
  return { writer: recoverableWriterFor(fileSystems, directory), fileSystem, directory }
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
    assert.equal(fileSystem.isObjectStore, true)
    assert.equal(loads, 0)
    assert.equal(await fileSystem.createNew('s3://b/a', Uint8Array.of(1)), true)
    assert.equal(await fileSystem.createNew('s3://b/a', Uint8Array.of(2)), false)
    assert.deepEqual(await fileSystem.readFile('s3://b/a'), Uint8Array.of(1))
    assert.equal(loads, 1)
  })

  it('hands every call on to its driver', async () => {
    const inner = new InMemoryFileSystem()
    const fileSystem = new LazyFileSystem('files', () => Promise.resolve(inner))
    const [directory, file] = ['hdfs://h/a/b', 'hdfs://h/a/b/c']
    assert.equal(await fileSystem.mkdirs(directory), true)
    const writer = await fileSystem.openForWrite(file)
    await writer.write(Uint8Array.of(1, 2, 3))
    await writer.close()
    await (await fileSystem.openToContinue(file, 2)).close()
    await fileSystem.rename(file, `${file}2`)
    await fileSystem.syncDirectory(directory)
    const reader = await fileSystem.openForRead(`${file}2`)
    assert.deepEqual(await reader.read(1, 5), Uint8Array.of(2))
    assert.deepEqual(
      (await fileSystem.list(directory)).map(({ name }) => name),
      ['c2'],
    )
    assert.equal((await fileSystem.status(directory))?.isDirectory, true)
    assert.equal(await fileSystem.realPath(directory), directory)
    assert.equal(await fileSystem.deleteEmptyDirectory(directory), false)
    await fileSystem.delete(directory)
    assert.equal(await inner.status(directory), undefined)
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
