import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { publishFile, replaceFile, replaceFileSoon } from '../../../../src/core/fs/publish-file.js'
import { InMemoryObjectStore } from '../../../contract/core/in-memory-object-store.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function contents(fileSystem: FileSystem): Promise<Record<string, string>> {
  const entries = await fileSystem.list('/d')
  const texts = await Promise.all(entries.map(({ path }) => fileSystem.readFile(path)))
  return Object.fromEntries(entries.map(({ name }, at) => [name, new TextDecoder().decode(texts[at])]))
}

describe('a file that is published', () => {
  for (const make of [InMemoryFileSystem, InMemoryObjectStore]) {
    it(`replaces the one before it as a whole, and nothing is left beside it: ${make.name}`, async () => {
      const fileSystem = new make()
      await fileSystem.mkdirs('/d')
      for (const text of ['one', 'two']) await publishFile(fileSystem, '/d/a', bytes(text))
      await replaceFileSoon(fileSystem, '/d/b', bytes('hint'))
      await replaceFile(fileSystem, '/d/c', bytes('three'), { part: '/d/part', isNew: true })
      assert.deepEqual(await contents(fileSystem), { a: 'two', b: 'hint', c: 'three' })
    })

    it(`is as it was until what comes before its name is done: ${make.name}`, async () => {
      const fileSystem = new make()
      await fileSystem.mkdirs('/d')
      await publishFile(fileSystem, '/d/a', bytes('one'))
      const beforeNamed = async (): Promise<void> => {
        assert.equal((await contents(fileSystem))['a'], 'one')
        throw new Error('stopped')
      }
      await assert.rejects(replaceFile(fileSystem, '/d/a', bytes('two'), { beforeNamed }), /stopped/)
      assert.equal((await contents(fileSystem))['a'], 'one')
    })
  }

  it('survives a crash of the machine', async () => {
    const disk = new InMemoryFileSystem()
    await disk.mkdirs('/d')
    await publishFile(disk, '/d/a', bytes('one'))
    disk.crash()
    assert.deepEqual(await contents(disk), { a: 'one' })
  })

  it('is refused in a store of objects where it has to be new and another is there', async () => {
    const store = new InMemoryObjectStore()
    await store.createNew('/d/a', bytes('of another'))
    await assert.rejects(replaceFile(store, '/d/a', bytes('mine'), { isNew: true }), {
      code: 'FILE_ACCESS_REFUSED',
      message: /another process has put a file there/,
    })
    assert.deepEqual(await contents(store), { a: 'of another' })
  })
})
