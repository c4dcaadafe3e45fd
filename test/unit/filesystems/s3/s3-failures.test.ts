import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, beforeEach, it } from 'node:test'
import { FlinkError, type ErrorCode } from '../../../../src/core/errors/flink-error.js'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { S3Connection } from '../../../../src/filesystems/s3/s3-connection.js'
import { S3FileSystem } from '../../../../src/filesystems/s3/s3-file-system.js'
import { s3SettingsOf } from '../../../../src/filesystems/s3/s3-settings.js'
import { StubS3Server } from './stub-s3-server.js'

const stub = await StubS3Server.start()
const fileSystem = await stub.fileSystem({}, { partSizeBytes: 10 })
stub.smallestPartBytes = 10
after(() => stub.stop())
beforeEach(() => {
  stub.trouble = () => undefined
  stub.objects.clear()
  stub.uploads.clear()
  stub.asked()
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function write(path: string, text: string): Promise<void> {
  const writer = await fileSystem.openForWrite(path)
  await writer.write(bytes(text))
  await writer.close()
}

/** Without what this machine says of AWS. */
async function withoutVariables<T>(work: () => Promise<T>): Promise<T> {
  const { AWS_REGION, AWS_CONFIG_FILE } = process.env
  delete process.env.AWS_REGION
  process.env.AWS_CONFIG_FILE = '/nowhere'
  try {
    return await work()
  } finally {
    for (const [name, value] of Object.entries({ AWS_REGION, AWS_CONFIG_FILE })) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
  }
}

const isError =
  (code: ErrorCode, ...parts: string[]) =>
  (error: unknown): boolean =>
    FlinkError.is(error, code) && parts.every((part) => error.message.includes(part))

it('asks again where a store is overloaded, fails or breaks the connection, and not more often than it may', async () => {
  await write('s3://bucket/a', 'text')
  for (const trouble of [
    { status: 503, code: 'SlowDown' },
    { status: 500, code: 'InternalError' },
    'reset',
    'lost',
  ] as const) {
    let left = 3
    stub.trouble = () => (left-- > 0 ? trouble : undefined)
    assert.equal(Buffer.from(await fileSystem.readFile('s3://bucket/a')).toString(), 'text')
    left = 4
    const sent = stub.requests.length
    await assert.rejects(
      fileSystem.readFile('s3://bucket/a'),
      isError('FILE_IO_FAILED', stub.url, 's3://bucket/a', '4 attempts'),
    )
    assert.equal(stub.requests.length - sent, 4)
  }
})

it('says at once what no repetition helps against, and what to do', async () => {
  for (const [status, code, kind, advice] of [
    [403, 'AccessDenied', 'FILE_ACCESS_REFUSED', 'rights'],
    [403, 'InvalidAccessKeyId', 'FILE_ACCESS_REFUSED', 's3.access-key'],
    [403, 'SignatureDoesNotMatch', 'FILE_ACCESS_REFUSED', 's3.secret-key'],
    [301, 'PermanentRedirect', 'FILE_ACCESS_REFUSED', 's3.region'],
    [401, 'Whatever', 'FILE_ACCESS_REFUSED', 'credentials'],
    [400, 'InvalidBucketName', 'FILE_ACCESS_REFUSED', 'name of the bucket'],
    [507, 'XMinioStorageFull', 'DISK_FULL', 's3://bucket/a'],
    [400, 'Whatever', 'FILE_IO_FAILED', '400 Whatever'],
  ] as const) {
    stub.trouble = () => ({ status, code })
    stub.asked()
    await assert.rejects(fileSystem.readFile('s3://bucket/a'), isError(kind, 's3://bucket/a', advice))
    assert.equal(stub.asked().length, 1, code)
  }
  stub.trouble = () => undefined
  await assert.rejects(fileSystem.list('s3://other/a'), isError('FILE_ACCESS_REFUSED', 'NoSuchBucket', 'bucket other'))
})

it('says what to set where no request was sent, or none was understood', async () => {
  const elsewhere = await stub.fileSystem({ 's3.endpoint': stub.url.replace('http:', 'https:') })
  await assert.rejects(elsewhere.readFile('s3://bucket/a'), isError('FILE_ACCESS_REFUSED', 'http:// in front'))
  const settings = s3SettingsOf(Configuration.fromMap({ 's3.access-key': 'a', 's3.secret-key': 'b' }))
  const unregional = await withoutVariables(async () => new S3FileSystem(await S3Connection.open('s3', settings)))
  await assert.rejects(
    withoutVariables(() => unregional.readFile('s3://bucket/a')),
    isError('FILE_ACCESS_REFUSED', 'set s3.region', 's3.endpoint'),
  )
})

it('is soon done with a store that has never answered, and patient with one that has', async () => {
  const patient = await stub.fileSystem({ 's3.attempts.maximum': '7' })
  stub.trouble = () => 'reset'
  await assert.rejects(patient.readFile('s3://bucket/a'), isError('FILE_IO_FAILED', stub.url, '6 attempts'))
  stub.trouble = () => undefined
  await write('s3://bucket/a', 'text')
  await patient.readFile('s3://bucket/a')
  stub.trouble = () => 'reset'
  await assert.rejects(patient.readFile('s3://bucket/a'), isError('FILE_IO_FAILED', stub.url, '7 attempts'))
})

it('reads on from where it was when an answer ends too early', async () => {
  const text = 'x'.repeat(100_000) + 'y'.repeat(100_000)
  stub.objects.set('a', { bytes: Buffer.from(text), etag: '"1"', metadata: {} })
  let left = 3
  stub.trouble = ({ method }) => (method === 'GET' && left-- > 0 ? 'half' : undefined)
  stub.requests.length = 0
  assert.equal(Buffer.from(await fileSystem.readFile('s3://bucket/a')).toString(), text)
  assert.deepEqual(
    stub.requests.map(({ headers }) => headers.range),
    [undefined, 'bytes=100000-199999', 'bytes=150000-199999', 'bytes=175000-199999'],
  )
})

it('reads no object that took the place of the one that was opened', async () => {
  await write('s3://bucket/a', 'old text')
  const reader = await fileSystem.openForRead('s3://bucket/a')
  await write('s3://bucket/a', 'new text')
  await assert.rejects(reader.read(0, 8), isError('FILE_IO_FAILED', '412'))
  await reader.close()
})

it('fails where the bytes of an object are no longer those that the store has a checksum of', async () => {
  const stored = Buffer.alloc(200_000, 'x')
  const checksum = createHash('sha256').update(stored).digest('base64')
  const damaged = Buffer.from(stored)
  damaged[7] = 0
  const isTold = isError('FILE_IO_FAILED', 's3://bucket/a', 'Checksum mismatch')
  for (const [bytes, isWhole] of [
    [stored, true],
    [damaged, false],
  ] as const) {
    stub.objects.set('a', { bytes, etag: '"1"', metadata: {}, checksum })
    const reader = await fileSystem.openForRead('s3://bucket/a')
    assert.equal((await reader.read(0, 150_000)).length, 150_000)
    for (const read of [fileSystem.readFile('s3://bucket/a'), reader.read(150_000, 50_000)]) {
      if (isWhole) await read
      else await assert.rejects(read, isTold)
    }
    await reader.close()
  }
})

it('reads here and there without what lies between, and what lies after each other as one answer', async () => {
  stub.objects.set('a', { bytes: Buffer.alloc(3_000_000, 'abc'), etag: '"1"', metadata: {} })
  const reader = await fileSystem.openForRead('s3://bucket/a')
  stub.requests.length = 0
  for (let offset = 0; offset < 500_000; offset += 50_000) await reader.read(offset, 50_000)
  assert.deepEqual(
    stub.requests.splice(0).map(({ headers }) => headers.range),
    [undefined],
  )
  await reader.read(2_000_000, 10)
  await reader.read(1_000_000, 300_000)
  await reader.read(1_300_000, 10)
  assert.deepEqual(
    stub.requests.map(({ headers }) => headers.range),
    ['bytes=2000000-2262143', 'bytes=1000000-1299999', 'bytes=1300000-2348575'],
  )
  await reader.close()
})

it('uploads in parts what is longer than one, completes it when it is closed, and leaves nothing of one that failed', async () => {
  await write('s3://bucket/a', '0123456789abc')
  assert.equal(stub.objects.get('a')?.bytes.toString(), '0123456789abc')
  assert.equal(stub.uploads.size, 0)
  stub.trouble = ({ method, query }) =>
    method === 'PUT' && query.get('partNumber') === '2' ? { status: 400, code: 'Whatever' } : undefined
  const writer = await fileSystem.openForWrite('s3://bucket/a')
  await writer.write(bytes('x'.repeat(25)))
  await assert.rejects(writer.close(), isError('FILE_IO_FAILED', 'Whatever'))
  await writer.close()
  assert.equal(stub.objects.get('a')?.bytes.toString(), '0123456789abc')
  assert.equal(stub.uploads.size, 0)
})

it('knows what it has done where an answer is lost', async () => {
  let isLost = false
  const once = (method: string, query: string): void => {
    isLost = false
    stub.trouble = (request) => {
      const strikes = !isLost && request.method === method && (query === '' || request.query.has(query))
      isLost ||= strikes
      return strikes ? 'lost' : undefined
    }
  }
  once('POST', 'uploadId')
  await write('s3://bucket/a', '0123456789abc')
  assert.equal(isLost, true)
  assert.equal(stub.objects.get('a')?.bytes.toString(), '0123456789abc')
  once('PUT', '')
  assert.equal(await fileSystem.createNew('s3://bucket/new', bytes('own')), true)
  assert.equal(isLost, true)
  once('PUT', '')
  assert.equal(await fileSystem.createNew('s3://bucket/new', bytes('other')), false)
  assert.equal(stub.objects.get('new')?.bytes.toString(), 'own')
})

it('takes a connection on which nothing comes for broken', async () => {
  const impatient = await stub.fileSystem({ 's3.connection.timeout': '100 ms', 's3.attempts.maximum': '2' })
  stub.trouble = () => 'silent'
  await assert.rejects(impatient.readFile('s3://bucket/a'), isError('FILE_IO_FAILED', 'timed out', '2 attempts'))
})

it('deletes a thousand keys with a request, and never a bucket', async () => {
  for (let index = 0; index < 2500; index += 1)
    stub.objects.set(`a/${String(index)}`, { bytes: Buffer.alloc(0), etag: '"1"', metadata: {} })
  await fileSystem.delete('s3://bucket/a')
  assert.equal(stub.objects.size, 0)
  assert.equal(stub.asked().filter((line) => line.startsWith('POST  ?delete')).length, 3)
  await assert.rejects(fileSystem.delete('s3://bucket'), isError('FILE_ACCESS_REFUSED', 'bucket'))
})

it('leaves the first part of a long file to the store when it is written on', async () => {
  await write('s3://bucket/a', '0123456789abcdef')
  const writer = await fileSystem.openToContinue('s3://bucket/a', 12)
  await writer.write(bytes('more'))
  assert.equal(stub.objects.get('a')?.bytes.toString(), '0123456789abcdef')
  stub.requests.length = 0
  await writer.close()
  assert.equal(stub.objects.get('a')?.bytes.toString(), '0123456789abmore')
  assert.equal(
    stub.requests.some(({ method }) => method === 'GET'),
    false,
  )
})
