import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, it } from 'node:test'
import fc from 'fast-check'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { LocalFileSystem } from '../../../src/core/fs/local-file-system.js'
import type { CommitRecoverable, RecoverableOutputStream } from '../../../src/core/fs/recoverable-writer.js'
import { RenamingRecoverableWriter } from '../../../src/core/fs/renaming-recoverable-writer.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { SystemRandom } from '../../../src/core/random/system-random.js'
import { recoverableWriterContract } from './recoverable-writer.contract.js'

const base = mkdtempSync(path.join(tmpdir(), 'flink-ts-recoverable-'))
after(() => {
  rmSync(base, { recursive: true, force: true })
})

recoverableWriterContract('The writer of local files', () => {
  const fileSystem = new LocalFileSystem()
  const directory = mkdtempSync(path.join(base, 'case-'))
  return Promise.resolve({
    writer: new RenamingRecoverableWriter(fileSystem, new SystemRandom()),
    fileSystem,
    directory,
  })
})

recoverableWriterContract('The writer of files in memory', async () => {
  const fileSystem = new InMemoryFileSystem()
  await fileSystem.mkdirs('/base')
  return { writer: new RenamingRecoverableWriter(fileSystem, new SeededRandom(1)), fileSystem, directory: '/base' }
})

it('a stream that the disk failed once makes nothing durable any more', async () => {
  const disk = new InMemoryFileSystem()
  await disk.mkdirs('/base')
  for (const failing of ['write', 'sync']) {
    let isFull = true
    disk.fault = (operation) => {
      const fails = isFull && operation === failing
      isFull = !fails && isFull
      if (fails) throw new Error('the disk is full')
    }
    const stream = await new RenamingRecoverableWriter(disk, new SystemRandom()).open('/base/a')
    const large = new Uint8Array(100_000)
    if (failing === 'write') await assert.rejects(async () => stream.write(large), /full/)
    else await assert.rejects(stream.persist(), /full/)
    await assert.rejects(async () => stream.write(large), /full/)
    await assert.rejects(stream.persist(), /full/)
    await assert.rejects(stream.closeForCommit(), /full/)
    await stream.close()
    await stream.close()
  }
})

it('a file that is found with its name is there durably, and one that is cut off is so before it gets its name', async () => {
  const disk = new InMemoryFileSystem()
  await disk.mkdirs('/base')
  const operations: string[] = []
  disk.fault = (operation) => operations.push(operation)
  const writer = new RenamingRecoverableWriter(disk, new SystemRandom())
  const written = async (name: string): Promise<CommitRecoverable> => {
    const stream = await writer.open(name)
    await stream.write(Uint8Array.of(1, 2, 3))
    return (await stream.closeForCommit()).getRecoverable()
  }
  const renamed = await written('/base/a')
  await disk.rename(renamed.temporaryPath, renamed.targetPath)
  await writer.recoverForCommit(renamed).commitAfterRecovery()
  disk.crash()
  assert.deepEqual(await disk.readFile('/base/a'), Uint8Array.of(1, 2, 3))
  const longer = { ...(await written('/base/b')), offset: 2 }
  operations.length = 0
  await writer.recoverForCommit(longer).commitAfterRecovery()
  assert.deepEqual(operations, ['status', 'continue', 'sync', 'close', 'rename', 'syncDirectory'])
  disk.crash()
  assert.deepEqual(await disk.readFile('/base/b'), Uint8Array.of(1, 2))
})

it('files in progress are found past links that lead in a circle, and past directories that nobody may look into', async () => {
  const fileSystem = new LocalFileSystem()
  const directory = mkdtempSync(path.join(base, 'case-'))
  const writer = new RenamingRecoverableWriter(fileSystem, new SystemRandom())
  const streams = [await writer.open(`${directory}/a`), await writer.open(`${directory}/bucket/b`)]
  for (const name of ['one', 'other']) symlinkSync('.', `${directory}/bucket/${name}`)
  symlinkSync('nowhere', `${directory}/dangling`)
  const list = fileSystem.list.bind(fileSystem)
  mkdirSync(`${directory}/lost+found`)
  fileSystem.list = (at) =>
    at.endsWith('lost+found')
      ? Promise.reject(new FlinkError('FILE_ACCESS_REFUSED', { path: at, operation: 'list', reason: 'EACCES' }))
      : list(at)
  const found = await writer.listInProgress(directory)
  assert.deepEqual(found.map(({ targetPath }) => targetPath).sort(), [`${directory}/a`, `${directory}/bucket/b`])
  for (const stream of streams) await stream.discard()
})

class Crash extends Error {}

/** What the checkpoint after so many operations of the disk knows, and what there has to be after it. */
interface Known {
  readonly inProgress?: CommitRecoverable
  readonly pending?: CommitRecoverable
  readonly text: string
}

/** Writes a file with checkpoints in between, and commits it: as a sink does, which tells `know` what each checkpoint has. */
async function write(
  fileSystem: InMemoryFileSystem,
  parts: readonly string[],
  known: Known,
  know: (known: Known) => void,
): Promise<void> {
  const writer = new RenamingRecoverableWriter(fileSystem, new SeededRandom(7))
  if (known.pending !== undefined) {
    await writer.recoverForCommit(known.pending).commitAfterRecovery()
    return
  }
  let stream: RecoverableOutputStream
  if (known.inProgress === undefined) stream = await writer.open('/out/part-0')
  else stream = await writer.recover(known.inProgress)
  let text = known.text
  for (const part of parts) {
    await stream.write(new TextEncoder().encode(part))
    text += part
    know({ inProgress: await stream.persist(), text })
  }
  await stream.write(new TextEncoder().encode('end'))
  const committer = await stream.closeForCommit()
  know({ pending: committer.getRecoverable(), text: `${text}end` })
  await committer.commit()
}

it('a file has exactly what the checkpoints know, wherever the machine crashes', async () => {
  const parts = fc.array(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 })
  const crashes = fc.array(fc.nat(25), { maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(parts, crashes, async (written, points) => {
      const fileSystem = new InMemoryFileSystem()
      let known: Known = { text: '' }
      for (const point of [...points, Number.POSITIVE_INFINITY]) {
        let operations = 0
        fileSystem.fault = () => {
          operations += 1
          if (operations > point) throw new Crash()
        }
        try {
          await write(fileSystem, written, known, (next) => (known = next))
          if (point === Number.POSITIVE_INFINITY) break
        } catch (error) {
          if (!(error instanceof Crash)) throw error
        }
        fileSystem.fault = () => undefined
        fileSystem.crash()
        const name = '/out/part-0'
        if (known.pending === undefined) assert.equal(await fileSystem.status(name), undefined)
      }
      fileSystem.crash()
      assert.equal(Buffer.from(await fileSystem.readFile('/out/part-0')).toString(), known.text)
    }),
    { numRuns: 300 },
  )
})
