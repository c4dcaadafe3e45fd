import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import type { CommitRecoverable } from '../../../../src/core/fs/recoverable-writer.js'
import { recoverables } from '../../../../src/core/fs/recoverables.js'
import { SystemRandom } from '../../../../src/core/random/system-random.js'
import type { S3FileSystem } from '../../../../src/filesystems/s3/s3-file-system.js'
import { StubS3Server } from './stub-s3-server.js'

const TARGET = 's3://bucket/out/part-0'
const stub = await StubS3Server.start()
stub.smallestPartBytes = 8
after(() => stub.stop())

/** What the newest checkpoint knows. */
interface Known {
  readonly inProgress?: CommitRecoverable
  readonly pending?: CommitRecoverable
  readonly written: number
}

const PIECES = ['tiny', ' and much longer than a part', '', ' end', ' and one more part']

/** Goes on from a checkpoint, with checkpoints in between, and commits the file: as a sink does. */
async function run(fileSystem: S3FileSystem, known: Known, know: (known: Known) => void): Promise<void> {
  const files = fileSystem.createRecoverableWriter(new SystemRandom())
  const kept = (recoverable: CommitRecoverable): CommitRecoverable =>
    recoverables.deserialize(recoverables.getVersion(), recoverables.serialize(recoverable))
  if (known.pending !== undefined) {
    assert.equal(await files.recoverForCommit(known.pending).commitAfterRecovery(), 'committed')
    return
  }
  const stream = await (known.inProgress === undefined ? files.open(TARGET) : files.recover(known.inProgress))
  for (const [index, piece] of PIECES.entries()) {
    if (index < known.written) continue
    await stream.write(new TextEncoder().encode(piece))
    know({ inProgress: kept(await stream.persist()), written: index + 1 })
  }
  const committer = await stream.closeForCommit()
  know({ pending: kept(committer.getRecoverable()), written: PIECES.length })
  await committer.commit()
}

it('a file has exactly what the checkpoints know, whichever request was the last of a process, and whether it was done', async () => {
  for (const trouble of ['reset', 'lost'] as const) {
    for (let last = 0, isWhole = false; !isWhole; last += 1) {
      stub.objects.clear()
      stub.uploads.clear()
      let known: Known = { written: 0 }
      const know = (next: Known): void => void (known = next)
      let requests = 0
      stub.trouble = () => {
        requests += 1
        if (requests <= last) return undefined
        return requests === last + 1 ? trouble : 'reset'
      }
      const dying = await stub.fileSystem({ 's3.attempts.maximum': '1' }, { partSizeBytes: 8 })
      isWhole = await run(dying, known, know).then(
        () => true,
        () => false,
      )
      stub.trouble = () => undefined
      const isThere = stub.objects.has('out/part-0')
      assert.ok(!isThere || known.pending !== undefined, 'nobody sees a file that is not to be committed')
      const fileSystem = await stub.fileSystem({}, { partSizeBytes: 8 })
      await run(fileSystem, known, know)
      // Those of an attempt of which no checkpoint knew.
      const files = fileSystem.createRecoverableWriter(new SystemRandom())
      for (const file of await files.listInProgress('s3://bucket/out')) await files.cleanupRecoverableState(file)
      assert.equal(stub.objects.get('out/part-0')?.bytes.toString(), PIECES.join(''))
      assert.deepEqual([...stub.objects.keys()], ['out/part-0'])
      assert.equal(stub.uploads.size, 0)
    }
  }
})

it('lists what nobody committed, also of processes that are no more, and removes it with its tails', async () => {
  stub.objects.clear()
  stub.uploads.clear()
  const fileSystem = await stub.fileSystem({}, { partSizeBytes: 8 })
  const files = fileSystem.createRecoverableWriter(new SystemRandom())
  for (const name of ['a', 'deep/b']) {
    const stream = await files.open(`s3://bucket/out/${name}`)
    await stream.write(new TextEncoder().encode('a part and a tail'))
    await stream.persist()
    await stream.close()
  }
  const found = await files.listInProgress('s3://bucket/out')
  assert.deepEqual(
    found.map(({ targetPath, offset }) => [targetPath, offset]),
    [
      ['s3://bucket/out/a', 16],
      ['s3://bucket/out/deep/b', 16],
    ],
  )
  assert.equal(stub.objects.size, 2)
  for (const file of found) await files.cleanupRecoverableState(file)
  assert.equal(stub.objects.size + stub.uploads.size, 0)
  assert.deepEqual(await files.listInProgress('s3://bucket/out'), [])
})

it('makes an empty file, also one that was gone on with', async () => {
  stub.objects.clear()
  const fileSystem = await stub.fileSystem()
  const files = fileSystem.createRecoverableWriter(new SystemRandom())
  const known = await (await files.open(TARGET)).persist()
  await (await (await files.recover(known)).closeForCommit()).commit()
  assert.equal((await fileSystem.status(TARGET))?.sizeBytes, 0)
})
