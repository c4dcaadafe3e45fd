import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { RenamingRecoverableWriter } from '../../../src/core/fs/renaming-recoverable-writer.js'
import { SystemRandom } from '../../../src/core/random/system-random.js'
import { serviceScript } from '../service-script.js'
import { hdfsFileSystem, NAME_NODE_HTTP, newDirectory } from './hdfs-server.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const fileSystem = await hdfsFileSystem()

async function server(...args: readonly string[]): Promise<void> {
  const { code, output } = await serviceScript('hdfs', args)
  assert.equal(code, 0, output)
}

after(() => server('start'))

test('while the NameNode is started again, files are written, read, renamed and listed all the same', async () => {
  const directory = await newDirectory(fileSystem)
  const writer = await fileSystem.openForWrite(`${directory}/a`)
  await writer.write(bytes('one '))
  await writer.sync()
  await server('kill', 'nn')
  await server('run', 'nn')
  await writer.write(bytes('two'))
  await writer.close()
  await server('kill', 'nn')
  await server('run', 'nn')
  await fileSystem.rename(`${directory}/a`, `${directory}/b`)
  await server('kill', 'nn')
  await server('run', 'nn')
  assert.deepEqual(
    (await fileSystem.list(directory)).map(({ name, sizeBytes }) => [name, sizeBytes]),
    [['b', 7]],
  )
  assert.equal(Buffer.from(await fileSystem.readFile(`${directory}/b`)).toString(), 'one two')
})

test('a file whose DataNode died while it was written goes on from what was persisted', async () => {
  const directory = await newDirectory(fileSystem)
  const recoverables = new RenamingRecoverableWriter(fileSystem, new SystemRandom())
  const stream = await recoverables.open(`${directory}/a`)
  await stream.write(bytes('kept '))
  const known = await stream.persist()
  const large = Buffer.alloc(1024 * 1024, 'lost')
  for (let count = 0; count < 4; count += 1) await stream.write(large)
  await server('kill', 'dn')
  await server('run', 'dn')
  const write = async (): Promise<void> => {
    for (;;) await stream.write(large)
  }
  await assert.rejects(write(), (error) => FlinkError.is(error, 'FILE_IO_FAILED'))
  await stream.close()
  const again = await recoverables.recover(known)
  await again.write(bytes('new'))
  await (await again.closeForCommit()).commit()
  assert.equal(Buffer.from(await fileSystem.readFile(`${directory}/a`)).toString(), 'kept new')
  assert.deepEqual(
    (await fileSystem.list(directory)).map(({ name }) => name),
    ['a'],
  )
})

test('a writer that was stopped with its request open is cut off by who goes on, or makes him notice', async () => {
  const directory = await newDirectory(fileSystem)
  const recoverables = new RenamingRecoverableWriter(fileSystem, new SystemRandom())
  const stopped = await recoverables.open(`${directory}/a`)
  await stopped.write(bytes('kept '))
  const known = await stopped.persist()
  await stopped.write(Buffer.alloc(1024 * 1024, 'old'))
  const again = await recoverables.recover(known)
  await again.write(bytes('new'))
  const [late] = await Promise.allSettled([stopped.persist()])
  await Promise.allSettled([stopped.close()])
  if (late.status === 'rejected') {
    assert.ok(FlinkError.is(late.reason))
    await (await again.closeForCommit()).commit()
  } else {
    // Its request began after the file was cut off: then who goes on hears of it, and goes on once more.
    await assert.rejects(again.closeForCommit(), (error) => FlinkError.is(error, 'FILE_IO_FAILED'))
    const onceMore = await recoverables.recover(known)
    await onceMore.write(bytes('new'))
    await (await onceMore.closeForCommit()).commit()
  }
  assert.equal(Buffer.from(await fileSystem.readFile(`${directory}/a`)).toString(), 'kept new')
})

test('who may not write is told so at once, by whom it was refused', async () => {
  const directory = await newDirectory(fileSystem)
  const stranger = await hdfsFileSystem(NAME_NODE_HTTP, 'stranger')
  const refused = async (work: Promise<unknown>): Promise<void> => {
    const isSo = (error: unknown): boolean =>
      FlinkError.is(error, 'FILE_ACCESS_REFUSED') && /Permission denied: user=stranger/.test(error.message)
    await assert.rejects(work, isSo)
  }
  await refused(stranger.mkdirs(`${directory}/a`))
  const writer = await stranger.openForWrite(`${directory}/b`)
  await writer.write(bytes('text'))
  await refused(writer.sync())
  await refused(stranger.delete(directory))
})

test('names with spaces, percents and other letters are those that were given', async () => {
  const directory = await newDirectory(fileSystem)
  const name = 'a b%20+c&d=ü?#;x'
  const writer = await fileSystem.openForWrite(`${directory}/${name}`)
  await writer.write(bytes('text'))
  await writer.close()
  assert.deepEqual(
    (await fileSystem.list(directory)).map((status) => status.name),
    [name],
  )
  assert.equal(Buffer.from(await fileSystem.readFile(`${directory}/${name}`)).toString(), 'text')
  await fileSystem.rename(`${directory}/${name}`, `${directory}/${name}2`)
  assert.equal((await fileSystem.status(`${directory}/${name}2`))?.sizeBytes, 4)
})

test('one of several who make a file new has made it', async () => {
  const directory = await newDirectory(fileSystem)
  const made = await Promise.all(
    ['1', '2', '3'].map(async (text) => fileSystem.createNew?.(`${directory}/a`, bytes(text))),
  )
  assert.equal(made.filter((isMade) => isMade).length, 1)
  assert.equal(Buffer.from(await fileSystem.readFile(`${directory}/a`)).toString(), String(made.indexOf(true) + 1))
})
