import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { FlinkError, type ErrorCode } from '../../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'
import { RenamingRecoverableWriter } from '../../../../src/core/fs/renaming-recoverable-writer.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { fileSystemContract } from '../../../contract/core/file-system.contract.js'
import { recoverableWriterContract } from '../../../contract/core/recoverable-writer.contract.js'
import { exceptionOf, StubHdfs } from './stub-hdfs.js'

let stub: StubHdfs
let fileSystem: FileSystem
let directories = 0
const root = 'hdfs://namenode:9000'

before(async () => {
  stub = await StubHdfs.start()
  fileSystem = await stub.fileSystem()
})
after(() => stub.stop())
beforeEach(() => {
  stub.requests.length = 0
  stub.clock.waits.length = 0
  stub.faults.length = 0
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function newDirectory(): Promise<string> {
  directories += 1
  const directory = `${root}/${String(directories)}`
  await fileSystem.mkdirs(directory)
  stub.requests.length = 0
  return directory
}

async function write(path: string, text: string): Promise<void> {
  const writer = await fileSystem.openForWrite(path)
  await writer.write(bytes(text))
  await writer.close()
}

async function failsWith(code: ErrorCode, words: RegExp, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, words)
    return true
  })
}

fileSystemContract('HDFS on a stub', async () => ({ fileSystem, directory: await newDirectory() }))
recoverableWriterContract('The writer of files of HDFS on a stub', async () => {
  const writer = new RenamingRecoverableWriter(fileSystem, new SeededRandom(directories))
  return { writer, fileSystem, directory: await newDirectory() }
})

test('a request is made again, after longer and longer waits, while the NameNode is busy, starts, or is not there', async () => {
  const directory = await newDirectory()
  const safeMode = exceptionOf(403, 'SafeModeException', 'Cannot create. Name node is in safe mode.')
  const busy = { kind: 'answer', status: 503, body: '<html>Service Unavailable</html>' } as const
  for (const fault of [safeMode, exceptionOf(403, 'RetriableException'), busy, { kind: 'cut' } as const]) {
    stub.faults.push(['MKDIRS', fault])
  }
  assert.equal(await fileSystem.mkdirs(`${directory}/a`), true)
  assert.equal(stub.clock.waits.length, 4)
  const [first = 0, , , last = 0] = stub.clock.waits
  assert.ok(first >= 100 && first <= 200 && last >= 800 && last <= 1600, String(stub.clock.waits))
})

test('what does not pass is told at once, with the address, the rule that gave it, and the path', async () => {
  const directory = await newDirectory()
  stub.faults.push(['MKDIRS', exceptionOf(403, 'AccessControlException', 'Permission denied: user=me, access=WRITE')])
  const words = new RegExp(
    `create of ${directory}/a failed: .*Permission denied.*http://${stub.address}: by fs.hdfs.webhdfs.address`,
  )
  await failsWith('FILE_ACCESS_REFUSED', words, fileSystem.mkdirs(`${directory}/a`))
  assert.deepEqual(stub.clock.waits, [])
})

test('a NameNode that stays busy is left alone after ten attempts', async () => {
  const directory = await newDirectory()
  for (let attempt = 0; attempt < 12; attempt += 1) stub.faults.push(['MKDIRS', exceptionOf(403, 'RetriableException')])
  await failsWith('FILE_IO_FAILED', /RetriableException/, fileSystem.mkdirs(`${directory}/a`))
  assert.equal(stub.ops().filter((op) => op === 'MKDIRS').length, 10)
})

test('an answer that is no JSON, no answer of Hadoop, or only half of one is no file that is missing', async () => {
  const path = `${await newDirectory()}/a`
  const garbage = { kind: 'answer', status: 200, body: '{"FileStatus":' } as const
  stub.faults.push(...Array.from({ length: 9 }, () => ['GETFILESTATUS', garbage] as const))
  await failsWith('FILE_IO_FAILED', /no JSON/, fileSystem.status(path))
  stub.faults.length = 0
  stub.faults.push(['GETFILESTATUS', { kind: 'answer', status: 404, body: '<html>Not Found</html>' }])
  await failsWith(
    'FILE_ACCESS_REFUSED',
    /HTTP 404: Not Found\. Is this the HTTP address of a NameNode/,
    fileSystem.status(path),
  )
  stub.faults.push(['GETFILESTATUS', { kind: 'answer', status: 401, body: '' }])
  await failsWith('FILE_ACCESS_REFUSED', /HADOOP_TOKEN/, fileSystem.status(path))
  await write(path, 'text')
  stub.faults.push(['GETFILESTATUS', { kind: 'half' }], ['GETFILESTATUS', { kind: 'answer', status: 200, body: '{}' }])
  await failsWith('FILE_IO_FAILED', /no status/, fileSystem.status(path))
  assert.equal((await fileSystem.status(path))?.sizeBytes, 4)
})

test('a quota and DataNodes without room are a full disk', async () => {
  const directory = await newDirectory()
  stub.faults.push(['CREATE', exceptionOf(403, 'DSQuotaExceededException', 'The DiskSpace quota of /1 is exceeded')])
  const noRoom = 'File /a could only be written to 0 of the 1 minReplication nodes. There are 1 datanode(s) running'
  await write(`${directory}/a`, 'tried again')
  for (let attempt = 0; attempt < 4; attempt += 1) stub.faults.push(['CREATE', exceptionOf(403, 'IOException', noRoom)])
  await failsWith('DISK_FULL', /could only be written/, write(`${directory}/b`, 'text'))
})

test('a NameNode on standby is left for the other one, at once and for good', async () => {
  const standby = await StubHdfs.start()
  const both = await stub.fileSystem(`${standby.address},${stub.address}`)
  standby.faults.push(...Array.from({ length: 9 }, () => ['MKDIRS', exceptionOf(403, 'StandbyException')] as const))
  standby.faults.push(
    ...Array.from({ length: 9 }, () => ['GETFILESTATUS', exceptionOf(403, 'StandbyException')] as const),
  )
  assert.equal(await both.mkdirs(`${root}/of-both`), true)
  assert.equal(await both.mkdirs(`${root}/of-both`), false)
  assert.deepEqual(standby.ops(), ['GETFILESTATUS'])
  assert.deepEqual(stub.clock.waits, [])
  await standby.stop()
})

test('nobody waits long for a NameNode that was never there', async () => {
  const gone = await StubHdfs.start()
  const address = gone.address
  await gone.stop()
  const words = new RegExp(`lookup of ${root}/a failed: .*ECONNREFUSED.*WebHDFS at http://${address}`)
  await failsWith('FILE_IO_FAILED', words, (await stub.fileSystem(address)).status(`${root}/a`))
  assert.equal(stub.clock.waits.length, 4)
})

test('a rename whose answer is lost is found out by what is there then', async () => {
  const directory = await newDirectory()
  await write(`${directory}/a`, 'new')
  await write(`${directory}/b`, 'old')
  stub.faults.push(['RENAME', { kind: 'lost' }])
  await fileSystem.rename(`${directory}/a`, `${directory}/b`)
  assert.equal(stub.textOf(`${directory.slice(root.length)}/b`), 'new')
  await write(`${directory}/c`, 'another')
  stub.faults.push(['RENAME', exceptionOf(404, 'FileNotFoundException')])
  await failsWith('FILE_NOT_FOUND', /c$/, fileSystem.rename(`${directory}/c`, `${directory}/b`))
})

test('a file is made new whole, by one of several, and nothing is left of the others', async () => {
  const directory = await newDirectory()
  const makers = ['one', 'two', 'three'].map(async (text) => fileSystem.createNew?.(`${directory}/a`, bytes(text)))
  const made = await Promise.all(makers)
  assert.equal(made.filter((isMade) => isMade).length, 1)
  const text = stub.textOf(`${directory.slice(root.length)}/a`)
  assert.equal(text, ['one', 'two', 'three'][made.indexOf(true)])
  stub.faults.push(['RENAME', { kind: 'lost' }])
  assert.equal(await fileSystem.createNew?.(`${directory}/b`, bytes('lost')), true)
  assert.equal(await fileSystem.createNew?.(`${directory}/b`, bytes('late')), false)
  assert.deepEqual(
    (await fileSystem.list(directory)).map(({ name }) => name),
    ['a', 'b'],
  )
})

test('HttpFS, which replaces nothing, is not taken to have renamed what it has not', async () => {
  const directory = await newDirectory()
  stub.isHttpFs = true
  try {
    await write(`${directory}/a`, 'old')
    await write(`${directory}/b`, 'new')
    await failsWith(
      'FILE_ACCESS_REFUSED',
      /a is there, and HttpFS/,
      fileSystem.rename(`${directory}/b`, `${directory}/a`),
    )
    assert.equal(stub.textOf(`${directory.slice(root.length)}/a`), 'old')
    stub.faults.push(['RENAME', { kind: 'lost' }])
    await fileSystem.rename(`${directory}/b`, `${directory}/c`)
    assert.equal(stub.textOf(`${directory.slice(root.length)}/c`), 'new')
    const made = await Promise.all(
      ['one', 'two'].map(async (text) => fileSystem.createNew?.(`${directory}/d`, bytes(text))),
    )
    assert.equal(made.filter((isMade) => isMade).length, 1)
    assert.equal(stub.textOf(`${directory.slice(root.length)}/d`), ['one', 'two'][made.indexOf(true)])
    const nowhere = `${directory}/none/a`
    stub.faults.push(['RENAME', { kind: 'answer', status: 200, body: '{"boolean":false}' }])
    await failsWith('FILE_ACCESS_REFUSED', /not renamed to .*none/, fileSystem.rename(`${directory}/c`, nowhere))
  } finally {
    stub.isHttpFs = false
  }
})

test('a NameNode before 2.9, which lists all at once, is understood', async () => {
  const directory = await newDirectory()
  for (const name of ['a', 'b', 'c']) await write(`${directory}/${name}`, name)
  stub.isOld = true
  try {
    const listed = await fileSystem.list(directory)
    assert.deepEqual(
      listed.map(({ name, sizeBytes }) => [name, sizeBytes]),
      [
        ['a', 1],
        ['b', 1],
        ['c', 1],
      ],
    )
    assert.deepEqual(await fileSystem.list(`${directory}/none`), [])
    await failsWith('FILE_ACCESS_REFUSED', /not a directory/, fileSystem.list(`${directory}/a`))
  } finally {
    stub.isOld = false
  }
})

test('names keep their spaces, percents, pluses and letters, and the user is told with each request', async () => {
  const path = `${await newDirectory()}/a b%2F+c&d=ü?#`
  await write(path, 'text')
  assert.equal((await fileSystem.status(path))?.path, path)
  assert.equal(Buffer.from(await fileSystem.readFile(path)).toString(), 'text')
  assert.ok(stub.requests.every(({ parameters }) => parameters['user.name'] === 'me'))
})

test('an older NameNode, which redirects instead of naming the DataNode, is understood', async () => {
  const path = `${await newDirectory()}/a`
  const location = `http://${stub.address}/data/v1${path.slice(root.length)}?op=CREATE&overwrite=true`
  stub.faults.push(['CREATE location', { kind: 'answer', status: 307, body: '', headers: { location } }])
  await write(path, 'text')
  assert.equal(stub.textOf(path.slice(root.length)), 'text')
})
