import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { ErrorCode } from '../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../src/core/fs/file-system.js'

/** A file system and an existing, empty directory in it. */
export interface FileSystemUnderTest {
  readonly fileSystem: FileSystem
  readonly directory: string
}

type Make = () => Promise<FileSystemUnderTest>

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function write(fileSystem: FileSystem, file: string, ...parts: readonly string[]): Promise<void> {
  const writer = await fileSystem.openForWrite(file)
  for (const part of parts) await writer.write(bytes(part))
  await writer.sync()
  await writer.close()
}

async function textOf(fileSystem: FileSystem, file: string): Promise<string> {
  return new TextDecoder().decode(await fileSystem.readFile(file))
}

async function rejectsWith(code: ErrorCode, file: string, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => FlinkError.is(error, code) && error.message.includes(file))
}

/** What every FileSystem promises. */
export function fileSystemContract(name: string, make: Make): void {
  describe(`${name} as a FileSystem`, () => {
    contentContract(make)
    newFileContract(make)
    directoryContract(make)
    emptyDirectoryContract(make)
    failureContract(make)
  })
}

function contentContract(make: Make): void {
  it('gives back what was written in several parts', async () => {
    const { fileSystem, directory } = await make()
    await write(fileSystem, `${directory}/a`, 'one ', 'two ', '')
    assert.equal(await textOf(fileSystem, `${directory}/a`), 'one two ')
  })

  it('truncates a file that is written again', async () => {
    const { fileSystem, directory } = await make()
    await write(fileSystem, `${directory}/a`, 'a long text')
    await write(fileSystem, `${directory}/a`, 'short')
    assert.equal(await textOf(fileSystem, `${directory}/a`), 'short')
  })

  it('writes on after the beginning of a file that is to be kept, and creates one that is not there', async () => {
    const { fileSystem, directory } = await make()
    const file = `${directory}/a`
    for (const [keepBytes, expected] of [
      [100, 'new'],
      [100, 'newnew'],
      [2, 'nenew'],
      [0, 'new'],
    ] as const) {
      const writer = await fileSystem.openToContinue(file, keepBytes)
      await writer.write(bytes('new'))
      await writer.sync()
      await writer.close()
      assert.equal(await textOf(fileSystem, file), expected)
    }
  })

  it('reads any part of a file, and less at its end', async () => {
    const { fileSystem, directory } = await make()
    await write(fileSystem, `${directory}/a`, '0123456789')
    const reader = await fileSystem.openForRead(`${directory}/a`)
    const read = async (offset: number, length: number): Promise<string> =>
      new TextDecoder().decode(await reader.read(offset, length))
    assert.equal(reader.sizeBytes, 10)
    assert.equal(await read(3, 4), '3456')
    assert.equal(await read(8, 100), '89')
    assert.equal(await read(100, 5), '')
    await reader.close()
  })

  it('reads on with what has come, where it can: some bytes at least, up to the end', async () => {
    const { fileSystem, directory } = await make()
    const text = '0123456789'.repeat(50_000)
    await write(fileSystem, `${directory}/a`, text)
    const reader = await fileSystem.openForRead(`${directory}/a`)
    if (reader.readSome === undefined) return reader.close()
    const readFrom = async (from: number): Promise<string> => {
      let read = ''
      for (;;) {
        const some = (await reader.readSome?.(from + read.length, 100_000)) ?? assert.fail('it has gone')
        assert.ok(some.length <= 100_000)
        assert.equal(some.constructor, Uint8Array)
        if (some.length === 0) return read
        read += new TextDecoder().decode(some)
      }
    }
    assert.ok((await readFrom(0)) === text)
    assert.ok((await readFrom(77)) === text.slice(77))
    assert.equal(new TextDecoder().decode(await reader.read(5, 3)), '567')
    assert.equal(new TextDecoder().decode(await reader.readSome(8, 2)), '89')
    assert.equal((await reader.readSome(text.length, 5)).length, 0)
    await reader.close()
    await rejectsWith('FILE_IO_FAILED', `${directory}/a`, reader.readSome(0, 1))
  })

  it('gives out bytes that nobody else changes', async () => {
    const { fileSystem, directory } = await make()
    await write(fileSystem, `${directory}/a`, 'abc')
    ;(await fileSystem.readFile(`${directory}/a`)).fill(0)
    assert.equal(await textOf(fileSystem, `${directory}/a`), 'abc')
  })

  it('replaces a file by rename', async () => {
    const { fileSystem, directory } = await make()
    await write(fileSystem, `${directory}/old`, 'old')
    await write(fileSystem, `${directory}/new`, 'new')
    await fileSystem.rename(`${directory}/new`, `${directory}/old`)
    await fileSystem.syncDirectory(directory)
    assert.equal(await textOf(fileSystem, `${directory}/old`), 'new')
    assert.equal(await fileSystem.status(`${directory}/new`), undefined)
  })

  it('renames a directory with what is in it', async () => {
    const { fileSystem, directory } = await make()
    await fileSystem.mkdirs(`${directory}/a/b`)
    await write(fileSystem, `${directory}/a/b/c`, 'deep')
    await fileSystem.rename(`${directory}/a`, `${directory}/z`)
    assert.equal(await textOf(fileSystem, `${directory}/z/b/c`), 'deep')
    assert.equal(await fileSystem.status(`${directory}/a/b/c`), undefined)
  })
}

function newFileContract(make: Make): void {
  it('makes a file that is not there yet, of many who try at once one, and leaves it to its end', async () => {
    const { fileSystem, directory } = await make()
    if (fileSystem.createNew === undefined) return
    const createNew = fileSystem.createNew.bind(fileSystem)
    const file = `${directory}/new`
    const texts = ['one', 'two', 'three', 'four']
    const made = await Promise.all(texts.map((text) => createNew(file, bytes(text))))
    assert.equal(made.filter((isMade) => isMade).length, 1)
    assert.equal(await textOf(fileSystem, file), texts[made.indexOf(true)])
    assert.equal(await createNew(file, bytes('late')), false)
    assert.equal(await textOf(fileSystem, file), texts[made.indexOf(true)])
  })

  it('shows a file of an object store when it is closed, and the old one before', async () => {
    const { fileSystem, directory } = await make()
    if (fileSystem.isObjectStore !== true) return
    const file = `${directory}/a`
    await write(fileSystem, file, 'old')
    const writer = await fileSystem.openForWrite(file)
    await writer.write(bytes('new'))
    await writer.sync()
    assert.equal(await textOf(fileSystem, file), 'old')
    await writer.close()
    assert.equal(await textOf(fileSystem, file), 'new')
  })
}

function directoryContract(make: Make): void {
  it('makes directories with their parents, and those that are there again', async () => {
    const { fileSystem, directory } = await make()
    assert.equal(await fileSystem.mkdirs(`${directory}/a/b/c`), true)
    assert.equal(await fileSystem.mkdirs(`${directory}/a/b/c`), false)
    assert.equal(await fileSystem.mkdirs(`${directory}/a/b/d`), true)
    const status = await fileSystem.status(`${directory}/a/b`)
    assert.deepEqual([status?.name, status?.path, status?.isDirectory], ['b', `${directory}/a/b`, true])
  })

  it('makes a directory whose entry is synced later, with what is missing above it, and one that is there again', async () => {
    const { fileSystem, directory } = await make()
    assert.equal(await fileSystem.mkdirs(`${directory}/a`, 'synced later'), true)
    assert.equal(await fileSystem.mkdirs(`${directory}/a`, 'synced later'), false)
    assert.equal(await fileSystem.mkdirs(`${directory}/b/c`, 'synced later'), true)
    const statuses = [await fileSystem.status(`${directory}/a`), await fileSystem.status(`${directory}/b/c`)]
    assert.deepEqual(
      statuses.map((status) => status?.isDirectory),
      [true, true],
    )
    await write(fileSystem, `${directory}/file`, '')
    await rejectsWith(
      'FILE_ACCESS_REFUSED',
      `${directory}/file`,
      fileSystem.mkdirs(`${directory}/file`, 'synced later'),
    )
  })

  it('lists a directory by name, without what is deeper', async () => {
    const { fileSystem, directory } = await make()
    await fileSystem.mkdirs(`${directory}/b/deeper`)
    await write(fileSystem, `${directory}/c`, '123')
    await write(fileSystem, `${directory}/a`, '')
    assert.deepEqual(
      (await fileSystem.list(directory)).map(({ name, path, isDirectory }) => [name, path, isDirectory]),
      [
        ['a', `${directory}/a`, false],
        ['b', `${directory}/b`, true],
        ['c', `${directory}/c`, false],
      ],
    )
    assert.equal((await fileSystem.status(`${directory}/c`))?.sizeBytes, 3)
  })

  it('lists nothing where there is no directory, and has no status there', async () => {
    const { fileSystem, directory } = await make()
    await write(fileSystem, `${directory}/file`, '')
    assert.deepEqual(await fileSystem.list(`${directory}/none`), [])
    assert.equal(await fileSystem.status(`${directory}/none/x`), undefined)
    assert.equal(await fileSystem.status(`${directory}/file/x`), undefined)
  })

  it('deletes a directory with all that is in it, its neighbours not, and nothing without a complaint', async () => {
    const { fileSystem, directory } = await make()
    await fileSystem.mkdirs(`${directory}/a/b`)
    await write(fileSystem, `${directory}/a/b/c`, '1')
    await write(fileSystem, `${directory}/ab`, '2')
    await fileSystem.delete(`${directory}/a`)
    await fileSystem.delete(`${directory}/a`)
    await fileSystem.mkdirs(`${directory}/files`)
    for (const name of ['1', '2']) await write(fileSystem, `${directory}/files/${name}`, name)
    await fileSystem.delete(`${directory}/files/1`)
    await fileSystem.delete(`${directory}/files`)
    await fileSystem.mkdirs(`${directory}/empty`)
    await fileSystem.delete(`${directory}/empty`)
    assert.deepEqual(
      (await fileSystem.list(directory)).map(({ name }) => name),
      ['ab'],
    )
  })
}

function emptyDirectoryContract(make: Make): void {
  it('deletes an empty directory alone, and says whether it is gone', async () => {
    const { fileSystem, directory } = await make()
    await fileSystem.mkdirs(`${directory}/full/empty`)
    assert.equal(await fileSystem.deleteEmptyDirectory(`${directory}/full`), false)
    assert.equal(await fileSystem.deleteEmptyDirectory(`${directory}/full/empty`), true)
    assert.equal(await fileSystem.deleteEmptyDirectory(`${directory}/full/empty`), true)
    assert.deepEqual(await fileSystem.list(`${directory}/full`), [])
    await write(fileSystem, `${directory}/file`, '')
    await rejectsWith('FILE_ACCESS_REFUSED', `${directory}/file`, fileSystem.deleteEmptyDirectory(`${directory}/file`))
  })
}

function failureContract(make: Make): void {
  it('says FILE_NOT_FOUND and which file, for whatever is not there', async () => {
    const { fileSystem, directory } = await make()
    const missing = `${directory}/missing`
    await rejectsWith('FILE_NOT_FOUND', missing, fileSystem.readFile(missing))
    await rejectsWith('FILE_NOT_FOUND', missing, fileSystem.openForRead(missing))
    await rejectsWith('FILE_NOT_FOUND', missing, fileSystem.rename(missing, `${directory}/b`))
    // What has no directories of its own does not ask for them.
    if (fileSystem.isObjectStore === true) return
    await rejectsWith('FILE_NOT_FOUND', missing, fileSystem.openForWrite(`${missing}/file`))
    await rejectsWith('FILE_NOT_FOUND', missing, fileSystem.syncDirectory(missing))
  })

  it('says FILE_ACCESS_REFUSED when a file is taken for a directory or the other way round', async () => {
    const { fileSystem, directory } = await make()
    const file = `${directory}/file`
    await write(fileSystem, file, '')
    await rejectsWith('FILE_ACCESS_REFUSED', directory, fileSystem.readFile(directory))
    await rejectsWith('FILE_ACCESS_REFUSED', directory, fileSystem.openForRead(directory))
    await rejectsWith('FILE_ACCESS_REFUSED', directory, fileSystem.openForWrite(directory))
    await rejectsWith('FILE_ACCESS_REFUSED', directory, fileSystem.openToContinue(directory, 0))
    await rejectsWith('FILE_ACCESS_REFUSED', file, fileSystem.list(file))
    await rejectsWith('FILE_ACCESS_REFUSED', file, fileSystem.mkdirs(file))
    await rejectsWith('FILE_ACCESS_REFUSED', file, fileSystem.mkdirs(`${file}/deeper`))
  })

  it('refuses a writer and a reader that were closed, and lets them be closed twice', async () => {
    const { fileSystem, directory } = await make()
    const writer = await fileSystem.openForWrite(`${directory}/a`)
    await writer.close()
    await writer.close()
    await rejectsWith('FILE_IO_FAILED', `${directory}/a`, writer.write(bytes('late')))
    const reader = await fileSystem.openForRead(`${directory}/a`)
    await reader.close()
    await reader.close()
    await rejectsWith('FILE_IO_FAILED', `${directory}/a`, reader.read(0, 1))
  })
}
