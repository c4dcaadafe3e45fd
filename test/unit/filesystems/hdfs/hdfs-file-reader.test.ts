import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'
import { exceptionOf, StubHdfs } from './stub-hdfs.js'

const uri = 'hdfs://namenode:9000/file'
const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251))
let stub: StubHdfs
let fileSystem: FileSystem

before(async () => {
  stub = await StubHdfs.start()
  fileSystem = await stub.fileSystem()
  const writer = await fileSystem.openForWrite(uri)
  await writer.write(content)
  await writer.close()
})
after(() => stub.stop())
beforeEach(() => {
  stub.requests.length = 0
  stub.faults.length = 0
})

function downloads(): string[] {
  const asked = stub.requests.filter(({ op, isAtDataNode }) => op === 'OPEN' && isAtDataNode)
  return asked.map(({ parameters }) => `${parameters.offset ?? ''}+${parameters.length ?? ''}`)
}

test('a file that is read from front to back is asked for once', async () => {
  const reader = await fileSystem.openForRead(uri)
  const parts: Uint8Array[] = []
  for (let offset = 0; offset < content.length; offset += 7000) parts.push(await reader.read(offset, 7000))
  assert.deepEqual(Buffer.concat(parts), content)
  assert.deepEqual(downloads(), ['0+100000'])
  await reader.close()
})

test('a download that breaks is read on from where it was', async () => {
  const reader = await fileSystem.openForRead(uri)
  stub.faults.push(['OPEN', { kind: 'half' }], ['OPEN', { kind: 'cut' }], ['OPEN', exceptionOf(500, 'IOException')])
  stub.faults.push(['OPEN', { kind: 'half' }])
  assert.deepEqual(Buffer.from(await reader.read(0, content.length)), content)
  assert.equal(downloads()[0], '0+100000')
  const offsets = downloads().map((one) => Number(one.split('+')[0]))
  assert.ok(offsets.at(-1) !== 0 && offsets.at(-1) === Math.max(...offsets), downloads().join())
  await reader.close()
})

test('who jumps gets what he asked for and no more, and reads at once are done one after another', async () => {
  const reader = await fileSystem.openForRead(uri)
  const [late, early] = await Promise.all([reader.read(90_000, 20_000), reader.read(10, 5)])
  assert.deepEqual(Buffer.from(late), content.subarray(90_000))
  assert.deepEqual(Buffer.from(early), content.subarray(10, 15))
  assert.deepEqual(downloads(), ['90000+10000', '10+5'])
  // Who reads on from there waits for nothing, and has the rest coming.
  stub.clock.waits.length = 0
  for (let offset = 15; offset < 35; offset += 5) {
    assert.deepEqual(Buffer.from(await reader.read(offset, 5)), content.subarray(offset, offset + 5))
  }
  assert.deepEqual(stub.clock.waits, [])
  assert.deepEqual(downloads().slice(2), ['15+99985'])
  await reader.close()
})

test('a download that never gives a byte is given up, with the file named', async () => {
  const reader = await fileSystem.openForRead(uri)
  stub.faults.push(...Array.from({ length: 20 }, () => ['OPEN', { kind: 'cut' }] as const))
  await assert.rejects(
    reader.read(0, 10),
    (error) => FlinkError.is(error, 'FILE_IO_FAILED') && error.message.includes(uri),
  )
  stub.faults.length = 0
  assert.equal((await reader.read(0, 10)).length, 10)
  await reader.close()
})
