import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { SystemRandom } from '../../../src/core/random/system-random.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FaultProxy } from '../fault-proxy.js'
import { killRounds } from '../kill-rounds.js'
import { MOTO, motoFileSystem, newBucketDirectory, s3Options } from './moto-server.js'

const seed = Number(process.env.FAULT_SEED ?? String(Date.now() % 1_000_000))
const ROUNDS = killRounds()
const proxy = await FaultProxy.start({ port: Number(new URL(MOTO).port), seed })
after(() => proxy.stop())

const throughProxy = { ...s3Options(proxy.url), 's3.connection.timeout': '2 s', 's3.attempts.maximum': '12' }

function patternOf(length: number, random: SeededRandom): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4))
  for (let at = 0; at < words.length; at += 1) words[at] = random.nextInt(2 ** 32)
  return Buffer.from(words.buffer, 0, length)
}

describe('S3 over a network that delays, stalls, cuts and resets', () => {
  it('loses nothing of files that are written, read, committed, listed and deleted', async () => {
    const random = new SeededRandom(seed)
    const direct = await motoFileSystem()
    const directory = await newBucketDirectory(direct)
    for (let round = 0; round < ROUNDS; round += 1) {
      const fileSystem = await motoFileSystem(throughProxy)
      const file = `${directory}/${String(round)}`
      const bytes = patternOf(6_000_000 + random.nextInt(12_000_000), random)
      const writer = await fileSystem.openForWrite(file)
      for (let at = 0; at < bytes.length; at += 100_000) await writer.write(bytes.subarray(at, at + 100_000))
      await writer.close()
      assert.ok(Buffer.from(await direct.readFile(file)).equals(bytes), 'written as it was')
      assert.ok(Buffer.from(await fileSystem.readFile(file)).equals(bytes), 'read as it is')
      const reader = await fileSystem.openForRead(file)
      for (let piece = 0; piece < 10; piece += 1) {
        const offset = random.nextInt(bytes.length)
        const read = await reader.read(offset, 500_000)
        assert.ok(Buffer.from(read).equals(bytes.subarray(offset, offset + 500_000)), `from ${String(offset)}`)
      }
      for (let at = 0; at < bytes.length;) {
        const some = await reader.readSome?.(at, 1_000_000)
        assert.ok(some !== undefined && some.length > 0)
        assert.ok(Buffer.from(some).equals(bytes.subarray(at, at + some.length)), `some from ${String(at)}`)
        at += some.length
      }
      await reader.close()
      const files = fileSystem.createRecoverableWriter(new SystemRandom())
      const stream = await files.open(`${file}-part`)
      await stream.write(bytes.subarray(0, 1_000_000))
      const known = await stream.persist()
      await stream.write(bytes.subarray(0, 5_000_000))
      await stream.close()
      const again = await files.recover(known)
      await again.write(bytes.subarray(1_000_000))
      await (await again.closeForCommit()).commit()
      assert.ok(Buffer.from(await direct.readFile(`${file}-part`)).equals(bytes), 'committed as it was written')
      const made = await Promise.all(
        ['a', 'b', 'c'].map((text) => fileSystem.createNew(`${file}-new`, Buffer.from(text))),
      )
      assert.equal(made.filter((isMade) => isMade).length, 1)
      assert.equal(Buffer.from(await direct.readFile(`${file}-new`)).toString(), ['a', 'b', 'c'][made.indexOf(true)])
      const names = (await fileSystem.list(directory)).map(({ name }) => name)
      assert.deepEqual(names, [String(round), `${String(round)}-new`, `${String(round)}-part`])
      for (const name of names) await fileSystem.delete(`${directory}/${name}`)
      assert.deepEqual(await direct.list(directory), [])
    }
    process.stdout.write(`fates: ${JSON.stringify(Object.fromEntries(proxy.counts))}\n`)
  })

  it('goes on when a store comes back, and says which one it is when it does not', async () => {
    const direct = await motoFileSystem()
    const directory = await newBucketDirectory(direct)
    const patient = await motoFileSystem(throughProxy)
    const impatient = await motoFileSystem({ ...throughProxy, 's3.attempts.maximum': '3' })
    proxy.goDown()
    const timer = setTimeout(() => proxy.comeUp(), 500)
    await (await patient.openForWrite(`${directory}/a`)).close()
    clearTimeout(timer)
    proxy.goDown()
    await assert.rejects(
      impatient.readFile(`${directory}/a`),
      (error) =>
        FlinkError.is(error, 'FILE_IO_FAILED') &&
        error.message.includes(proxy.url) &&
        error.message.includes(`${directory}/a`) &&
        error.message.includes('3 attempts'),
    )
    proxy.comeUp()
  })
})
