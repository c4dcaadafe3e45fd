import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FileWriter } from '../../../../src/core/fs/file-system.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'

async function written(disk: InMemoryFileSystem, file: string, text: string): Promise<FileWriter> {
  const writer = await disk.openForWrite(file)
  await writer.write(new TextEncoder().encode(text))
  return writer
}

async function textOf(disk: InMemoryFileSystem, file: string): Promise<string | undefined> {
  if ((await disk.status(file)) === undefined) return undefined
  return new TextDecoder().decode(await disk.readFile(file))
}

async function diskWithDirectory(): Promise<InMemoryFileSystem> {
  const disk = new InMemoryFileSystem()
  await disk.mkdirs('/d')
  return disk
}

describe('a crash of the InMemoryFileSystem', () => {
  it('takes a file whose directory was not synced, even when its content was', async () => {
    const disk = await diskWithDirectory()
    await (await written(disk, '/d/a', 'x')).sync()
    disk.crash()
    assert.equal(await textOf(disk, '/d/a'), undefined)
  })

  it('leaves a file empty whose directory was synced but whose content was not', async () => {
    const disk = await diskWithDirectory()
    await written(disk, '/d/a', 'x')
    await disk.syncDirectory('/d')
    disk.crash()
    assert.equal(await textOf(disk, '/d/a'), '')
  })

  it('leaves what was synced, and only what was written before the sync', async () => {
    const disk = await diskWithDirectory()
    const writer = await written(disk, '/d/a', 'kept')
    await writer.sync()
    await disk.syncDirectory('/d')
    await writer.write(new TextEncoder().encode(' lost'))
    disk.crash()
    assert.equal(await textOf(disk, '/d/a'), 'kept')
  })

  it('takes a rename and a deletion back when the directory was not synced', async () => {
    const disk = await diskWithDirectory()
    for (const name of ['a', 'b']) await (await written(disk, `/d/${name}`, name)).sync()
    await disk.syncDirectory('/d')
    await disk.rename('/d/a', '/d/c')
    await disk.delete('/d/b')
    disk.crash()
    assert.deepEqual([await textOf(disk, '/d/a'), await textOf(disk, '/d/b')], ['a', 'b'])
    assert.equal(await textOf(disk, '/d/c'), undefined)
  })

  it('may have emptied a file that is being written again', async () => {
    const disk = await diskWithDirectory()
    await (await written(disk, '/d/a', 'old')).sync()
    await disk.syncDirectory('/d')
    await written(disk, '/d/a', 'new')
    disk.crash()
    assert.equal(await textOf(disk, '/d/a'), '')
  })

  it('takes a directory whose entry was to be synced later, with what is in it, and leaves those above it', async () => {
    const disk = await diskWithDirectory()
    await disk.mkdirs('/d/made/later', 'synced later')
    await disk.mkdirs('/d/made/synced', 'synced later')
    await (await written(disk, '/d/made/later/a', 'x')).sync()
    await disk.syncDirectory('/d/made/later')
    disk.crash()
    assert.deepEqual(
      (await disk.list('/d/made')).map(({ name }) => name),
      [],
    )
    assert.equal((await disk.status('/d/made'))?.isDirectory, true)
  })

  it('leaves directories that were made', async () => {
    const disk = await diskWithDirectory()
    await disk.mkdirs('/d/e/f')
    disk.crash()
    assert.equal((await disk.status('/d/e/f'))?.isDirectory, true)
  })
})

describe('the fault hook of the InMemoryFileSystem', () => {
  it('is asked once an operation, and makes it fail without effect', async () => {
    const disk = await diskWithDirectory()
    await written(disk, '/d/a', 'x')
    const seen: string[] = []
    disk.fault = (operation, file) => {
      seen.push(`${operation} ${file}`)
      if (operation === 'rename') throw new Error('the disk is gone')
    }
    await assert.rejects(disk.rename('/d/a', '/d/b'), /the disk is gone/)
    assert.equal(await textOf(disk, '/d/a'), 'x')
    assert.deepEqual(seen, ['rename /d/a', 'status /d/a', 'read /d/a'])
  })
})
