import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../src/core/fs/file-system.js'
import type { CommitRecoverable, RecoverableWriter } from '../../../src/core/fs/recoverable-writer.js'
import { recoverables } from '../../../src/core/fs/recoverables.js'

/** A writer of an existing, empty directory. */
export interface RecoverableWriterUnderTest {
  readonly writer: RecoverableWriter
  readonly fileSystem: FileSystem
  readonly directory: string
}

type Make = () => Promise<RecoverableWriterUnderTest>

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function namesIn(fileSystem: FileSystem, directory: string): Promise<string[]> {
  return (await fileSystem.list(directory)).map(({ name }) => name)
}

async function textOf(fileSystem: FileSystem, file: string): Promise<string> {
  return new TextDecoder().decode(await fileSystem.readFile(file))
}

async function targetsInProgress(writer: RecoverableWriter, directory: string): Promise<string[]> {
  return (await writer.listInProgress(directory)).map(({ targetPath }) => targetPath)
}

const isMixed = (error: unknown): boolean => FlinkError.is(error, 'FILE_IO_FAILED')
const isLost = (error: unknown): boolean => FlinkError.is(error, 'FILE_LOST_RECORDS')

/** By way of its bytes, as a checkpoint has it. */
function restored(recoverable: CommitRecoverable): CommitRecoverable {
  return recoverables.deserialize(recoverables.getVersion(), recoverables.serialize(recoverable))
}

/** What every RecoverableWriter promises. */
export function recoverableWriterContract(name: string, make: Make): void {
  describe(`${name} as a RecoverableWriter`, () => {
    it('shows a file under its name when it is committed, and before under one that begins with a dot', async () => {
      const { writer, fileSystem, directory } = await make()
      const stream = await writer.open(`${directory}/deep/part-0`)
      await stream.write(bytes('one '))
      await stream.write(bytes('two'))
      assert.equal(stream.position, 7)
      const committer = await stream.closeForCommit()
      const [inProgress, ...others] = await namesIn(fileSystem, `${directory}/deep`)
      if (fileSystem.isObjectStore === true) assert.equal(inProgress, undefined)
      else assert.match(inProgress ?? '', /^\.part-0\.inprogress\.[0-9a-f-]{36}$/)
      assert.deepEqual(others, [])
      assert.deepEqual(await targetsInProgress(writer, directory), [`${directory}/deep/part-0`])
      await committer.commit()
      assert.deepEqual(await targetsInProgress(writer, directory), [])
      assert.deepEqual(await namesIn(fileSystem, `${directory}/deep`), ['part-0'])
      assert.equal(await textOf(fileSystem, `${directory}/deep/part-0`), 'one two')
      await committer.commit()
    })

    it('keeps large writes and small ones in their order', async () => {
      const { writer, fileSystem, directory } = await make()
      const stream = await writer.open(`${directory}/a`)
      const parts = [10, 70_000, 1, 65_536, 65_535, 2, 200_000].map((length, index) => String(index).repeat(length))
      for (const part of parts) await stream.write(bytes(part))
      await (await stream.closeForCommit()).commit()
      assert.equal(await textOf(fileSystem, `${directory}/a`), parts.join(''))
    })

    it('goes on from what was persisted, and forgets what was written after it', async () => {
      const { writer, fileSystem, directory } = await make()
      const stream = await writer.open(`${directory}/a`)
      await stream.write(bytes('kept '))
      const resumable = await stream.persist()
      await stream.write(bytes('lost '.repeat(20_000)))
      await stream.persist()
      await stream.close()
      const again = await writer.recover(restored(resumable))
      assert.equal(again.position, 5)
      await again.write(bytes('new'))
      await (await again.closeForCommit()).commit()
      assert.equal(await textOf(fileSystem, `${directory}/a`), 'kept new')
      assert.equal(writer.supportsResume(), true)
    })

    it('commits after a restart, once or twice, without what was written after the checkpoint', async () => {
      const { writer, fileSystem, directory } = await make()
      const stream = await writer.open(`${directory}/a`)
      await stream.write(bytes('kept'))
      const recoverable = await stream.persist()
      await stream.write(bytes('lost'))
      await stream.closeForCommit()
      for (let round = 0; round < 2; round += 1) {
        await writer.recoverForCommit(restored(recoverable)).commitAfterRecovery()
        assert.equal(await textOf(fileSystem, `${directory}/a`), 'kept')
      }
    })

    it('says what is lost', async () => {
      const { writer, directory } = await make()
      const stream = await writer.open(`${directory}/a`)
      await stream.write(bytes('text'))
      const committer = await stream.closeForCommit()
      const recoverable = committer.getRecoverable()
      const more = { ...recoverable, offset: 5 }
      await assert.rejects(writer.recover(more), isLost)
      await assert.rejects(writer.recoverForCommit(more).commitAfterRecovery(), isLost)
      await assert.rejects(writer.recoverForCommit({ ...recoverable, offset: 3 }).commit(), isLost)
      await writer.cleanupRecoverableState(recoverable)
      await assert.rejects(writer.recover(recoverable), isLost)
      await assert.rejects(committer.commit(), isLost)
    })

    it('makes nothing of a file durable to which somebody else writes, or which somebody removed', async () => {
      const { writer, fileSystem, directory } = await make()
      const stopped = await writer.open(`${directory}/a`)
      await stopped.write(bytes('both '))
      const known = restored(await stopped.persist())
      await stopped.write(bytes('old '))
      const stream = await writer.recover(known)
      await stream.write(bytes('new'))
      await stopped.persist()
      // What two upload stays apart.
      if (fileSystem.isObjectStore === true) await stream.persist()
      else await assert.rejects(stream.persist(), isMixed)
      if (fileSystem.isObjectStore !== true) await assert.rejects(stream.closeForCommit(), isMixed)
      await stream.close()
      await stopped.close()
      const again = await writer.recover(known)
      await again.write(bytes('again'))
      await (await again.closeForCommit()).commit()
      assert.equal(await textOf(fileSystem, `${directory}/a`), 'both again')
      const removed = await writer.open(`${directory}/b`)
      await writer.cleanupRecoverableState(await removed.persist())
      await assert.rejects(removed.closeForCommit(), isMixed)
      await removed.close()
    })

    it('takes a file that is gone with both of its names, after a restart, for one that was committed and taken away', async () => {
      const { writer, fileSystem, directory } = await make()
      const stream = await writer.open(`${directory}/a/b`)
      await stream.write(bytes('text'))
      const committer = await stream.closeForCommit()
      const recoverable = restored(committer.getRecoverable())
      const again = writer.recoverForCommit(recoverable)
      assert.equal(await again.commitAfterRecovery(), 'committed')
      assert.equal(await again.commitAfterRecovery(), 'committed')
      await fileSystem.delete(`${directory}/a/b`)
      assert.equal(await again.commitAfterRecovery(), 'taken')
      await fileSystem.delete(`${directory}/a`)
      assert.equal(await again.commitAfterRecovery(), 'taken')
      await fileSystem.mkdirs(`${directory}/a`)
      const other = await fileSystem.openForWrite(`${directory}/a/b`)
      await other.write(bytes('another text'))
      await other.close()
      await assert.rejects(again.commitAfterRecovery(), isLost)
    })
  })
}
