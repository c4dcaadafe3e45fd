import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'
import { exceptionOf, StubHdfs } from './stub-hdfs.js'

let stub: StubHdfs
let fileSystem: FileSystem
let path: string
let files = 0

before(async () => {
  stub = await StubHdfs.start()
  fileSystem = await stub.fileSystem()
})
after(() => stub.stop())
beforeEach(() => {
  files += 1
  path = `/file-${String(files)}`
  stub.requests.length = 0
  stub.faults.length = 0
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const large = Buffer.alloc(300_000, 'x')
const uri = (): string => `hdfs://namenode:9000${path}`

test('few bytes that did not arrive are sent again, and those that did are not', async () => {
  const writer = await fileSystem.openForWrite(uri())
  await writer.write(bytes('one '))
  stub.faults.push(['CREATE', { kind: 'cut' }], ['CREATE', { kind: 'lost' }])
  await writer.sync()
  assert.equal(stub.textOf(path), 'one ')
  await writer.write(bytes('two '))
  stub.faults.push(['APPEND', { kind: 'lost' }])
  await writer.sync()
  assert.equal(stub.textOf(path), 'one two ')
  await writer.write(bytes('three'))
  stub.faults.push(['APPEND', exceptionOf(403, 'AlreadyBeingCreatedException')])
  await writer.close()
  assert.equal(stub.textOf(path), 'one two three')
  assert.equal(stub.ops().includes('TRUNCATE'), false)
})

test('of bytes that arrived in part the rest is sent', async () => {
  const writer = await fileSystem.openForWrite(uri())
  await writer.write(bytes('one '))
  await writer.sync()
  stub.faults.push(['APPEND', { kind: 'part' }])
  await writer.write(bytes('two three'))
  await writer.close()
  assert.equal(stub.textOf(path), 'one two three')
  assert.equal(stub.requests.at(-2)?.body.toString(), 'three')
})

test('a writer that was given up takes nothing away from who goes on, also of as many bytes', async () => {
  const givenUp = await fileSystem.openForWrite(uri())
  await givenUp.write(bytes('kept '))
  await givenUp.sync()
  const writer = await fileSystem.openToContinue(uri(), 5)
  await writer.write(bytes('mine'))
  await writer.sync()
  stub.requests.length = 0
  await givenUp.write(bytes('late'))
  stub.faults.push(['APPEND', { kind: 'cut' }])
  const isTold = (error: unknown): boolean =>
    FlinkError.is(error, 'FILE_IO_FAILED') && error.message.includes('somebody else writes to it')
  await assert.rejects(givenUp.sync(), isTold)
  await writer.write(bytes(', all'))
  await writer.close()
  assert.equal(stub.textOf(path), 'kept mine, all')
  assert.equal(stub.ops().includes('TRUNCATE'), false)
})

for (const [size, mine] of [
  ['few', bytes('mine')],
  ['many', large],
] as const) {
  test(`${size} bytes after which the file is longer than it should be are not taken for written`, async () => {
    const first = await fileSystem.openForWrite(uri())
    await first.write(bytes('kept '))
    await first.close()
    const writer = await fileSystem.openToContinue(uri(), 5)
    const late = await fileSystem.openToContinue(uri(), 5)
    await late.write(bytes('late'))
    await late.close()
    await writer.write(mine)
    const isTold = (error: unknown): boolean =>
      FlinkError.is(error, 'FILE_IO_FAILED') && error.message.includes('somebody else writes to it')
    await assert.rejects(writer.sync(), isTold)
    await assert.rejects(writer.write(mine), isTold)
  })
}

test('many bytes go as they come, in one request, and a sync ends it', async () => {
  const writer = await fileSystem.openForWrite(uri())
  await writer.write(bytes('first '))
  await writer.write(large)
  await writer.write(large)
  assert.equal(stub.textOf(path), undefined)
  await writer.sync()
  assert.equal(stub.textOf(path)?.length, 600_006)
  await writer.write(bytes('last'))
  await writer.close()
  assert.equal(stub.textOf(path)?.slice(-5), 'xlast')
  assert.deepEqual(
    stub.ops().filter((op) => op.endsWith('bytes')),
    ['CREATE of bytes', 'APPEND of bytes'],
  )
})

test('a request on which nothing came for a while is ended, and the next bytes are appended', async () => {
  const writer = await fileSystem.openForWrite(uri())
  await writer.write(large)
  stub.clock.runHeld()
  await writer.write(bytes('end'))
  assert.equal(stub.textOf(path)?.length, 300_000)
  await writer.close()
  assert.equal(stub.textOf(path)?.length, 300_003)
})

test('a file of which the end got lost while nothing was written is not closed as if all were there', async () => {
  const isBroken = (error: unknown): boolean => FlinkError.is(error, 'FILE_IO_FAILED') && error.message.includes(uri())
  const writer = await fileSystem.openForWrite(uri())
  stub.faults.push(['CREATE', { kind: 'lost' }])
  await writer.write(large)
  stub.clock.runHeld()
  await assert.rejects(writer.close(), isBroken)
  await writer.close()
})

test('after a stream that broke nothing is written any more, and every call says so', async () => {
  const isBroken = (error: unknown): boolean => FlinkError.is(error, 'FILE_IO_FAILED') && error.message.includes(uri())
  stub.faults.push(['CREATE', { kind: 'cut' }])
  const writer = await fileSystem.openForWrite(uri())
  const write = async (): Promise<void> => {
    for (;;) await writer.write(large)
  }
  await assert.rejects(write(), isBroken)
  await assert.rejects(writer.write(bytes('more')), isBroken)
  await assert.rejects(writer.sync(), isBroken)
  await writer.close()
  assert.equal(stub.textOf(path), undefined)
})

test('what a DataNode says against a file in the middle of it counts more than the connection that it closes then', async () => {
  const quota = exceptionOf(403, 'DSQuotaExceededException', 'the quota is exceeded')
  stub.faults.push(['CREATE', quota])
  const writer = await fileSystem.openForWrite(uri())
  const write = async (): Promise<void> => {
    for (let count = 0; count < 1000; count += 1) await writer.write(large)
    await writer.sync()
  }
  await assert.rejects(
    write(),
    (error) => FlinkError.is(error, 'DISK_FULL') && error.message.includes('quota is exceeded'),
  )
  await writer.close()
})

test('a file is written on when its last block has been cut', async () => {
  const first = await fileSystem.openForWrite(uri())
  await first.write(bytes('kept lost'))
  await first.close()
  stub.cutting = 3
  const writer = await fileSystem.openToContinue(uri(), 5)
  await writer.write(bytes('new'))
  await writer.close()
  assert.equal(stub.textOf(path), 'kept new')
  assert.equal(stub.ops().filter((op) => op === 'TRUNCATE').length, 4)
})

test('a file that somebody else has not closed is taken over by a copy of what is to be kept', async () => {
  const first = await fileSystem.openForWrite(uri())
  await first.write(bytes('kept lost'))
  await first.close()
  stub.leased.add(path)
  const writer = await fileSystem.openToContinue(uri(), 5)
  assert.equal(stub.textOf(path), 'kept ')
  assert.equal(stub.leased.has(path), false)
  await writer.write(bytes('new'))
  await writer.close()
  assert.equal(stub.textOf(path), 'kept new')
  const left = (await fileSystem.list('hdfs://namenode:9000')).filter(({ name }) => name.includes('.copy.'))
  assert.deepEqual(left, [])
})
