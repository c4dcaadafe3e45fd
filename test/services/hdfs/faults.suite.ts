import assert from 'node:assert/strict'
import { userInfo } from 'node:os'
import { after, test } from 'node:test'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../src/core/fs/file-system.js'
import type { RecoverableOutputStream } from '../../../src/core/fs/recoverable-writer.js'
import { RenamingRecoverableWriter } from '../../../src/core/fs/renaming-recoverable-writer.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { SystemRandom } from '../../../src/core/random/system-random.js'
import { createHdfsFileSystem } from '../../../src/filesystems/hdfs/create-hdfs-file-system.js'
import { killRounds } from '../kill-rounds.js'
import { hdfsFileSystem, newDirectory } from './hdfs-server.js'
import { proxiedHdfs } from './proxied-hdfs.js'

const seed = Number(process.env.FAULT_SEED ?? String(Date.now() % 1_000_000))
const { proxies, configuration } = await proxiedHdfs(seed)
after(() => Promise.all(proxies.map((proxy) => proxy.stop())))

function throughProxies(): Promise<FileSystem> {
  return createHdfsFileSystem(Configuration.fromMap(configuration), { HADOOP_USER_NAME: userInfo().username })
}

function patternOf(length: number, random: SeededRandom): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4))
  for (let at = 0; at < words.length; at += 1) words[at] = random.nextInt(2 ** 32)
  return Buffer.from(words.buffer, 0, length)
}

const isNetworkFailure = (error: unknown): boolean => FlinkError.is(error, 'FILE_IO_FAILED')

/** As a job does: what breaks is gone on with from the last checkpoint. Returns how often it was. */
async function writeAsJob(fileSystem: FileSystem, file: string, bytes: Buffer, random: SeededRandom): Promise<number> {
  const writer = new RenamingRecoverableWriter(fileSystem, new SystemRandom())
  let stream: RecoverableOutputStream = await writer.open(file)
  let known = await stream.persist()
  for (let restarts = 0; ; restarts += 1) {
    try {
      while (stream.position < bytes.length) {
        const end = stream.position + 1 + random.nextInt(900_000)
        for (let at = stream.position; at < Math.min(end, bytes.length); at = stream.position) {
          await stream.write(bytes.subarray(at, Math.min(at + 50_000, end)))
        }
        known = await stream.persist()
      }
      await (await stream.closeForCommit()).commit()
      return restarts
    } catch (error) {
      if (!isNetworkFailure(error)) throw error
      await stream.close().catch(() => undefined)
      stream = await writer.recover(known)
    }
  }
}

test('nothing is lost over a network that delays, stalls, cuts and resets', async () => {
  const random = new SeededRandom(seed)
  const direct = await hdfsFileSystem()
  const directory = await newDirectory(direct)
  let restarts = 0
  for (let round = 0; round < killRounds(); round += 1) {
    const fileSystem = await throughProxies()
    const file = `${directory}/${String(round)}`
    const bytes = patternOf(2_000_000 + random.nextInt(2_000_000), random)
    restarts += await writeAsJob(fileSystem, file, bytes, random)
    assert.ok(Buffer.from(await direct.readFile(file)).equals(bytes), 'committed as it was written')
    assert.ok(Buffer.from(await fileSystem.readFile(file)).equals(bytes), 'read as it is')
    const reader = await fileSystem.openForRead(file)
    for (let piece = 0; piece < 10; piece += 1) {
      const offset = random.nextInt(bytes.length)
      const read = Buffer.from(await reader.read(offset, 300_000))
      assert.ok(read.equals(bytes.subarray(offset, offset + 300_000)), `from ${String(offset)}`)
    }
    await reader.close()
    const made = await Promise.all(
      ['a', 'b', 'c'].map(async (text) => fileSystem.createNew?.(`${file}-new`, Buffer.from(text))),
    )
    assert.equal(made.filter((isMade) => isMade).length, 1)
    assert.equal(Buffer.from(await direct.readFile(`${file}-new`)).toString(), ['a', 'b', 'c'][made.indexOf(true)])
    const names = (await direct.list(directory)).map(({ name }) => name)
    assert.deepEqual(
      names.filter((name) => !name.startsWith('.')),
      [String(round), `${String(round)}-new`],
    )
    await direct.delete(file)
    await direct.delete(`${file}-new`)
  }
  const fates = proxies.map(({ counts }) => JSON.stringify(Object.fromEntries(counts))).join(' ')
  process.stdout.write(`${String(restarts)} restarts; connections to the NameNode and the DataNode: ${fates}\n`)
})
