/** What snapshots on any file system must do. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../src/core/fs/file-system.js'
import { parseFileUri } from '../../../src/core/fs/file-path.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { crc32c } from '../../../src/core/memory/crc32c.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import type { CompletedCheckpoint } from '../../../src/storage/checkpoint-metadata.js'
import {
  deleteSnapshot,
  discardLocation,
  FileCheckpointStorage,
  makeSavepointLocation,
  publishSnapshot,
} from '../../../src/storage/checkpoint-storage.js'
import { checkpointStreams } from '../../../src/storage/file-checkpoint-streams.js'
import { findLatestCheckpoint } from '../../../src/storage/latest-checkpoint.js'
import { openSnapshot } from '../../../src/storage/snapshot-locator.js'
import {
  JOB,
  sampleMetadata,
  stateHandleOf,
  stateTextIn,
  stateTextOf,
  writeSample,
} from '../../unit/storage/snapshot-samples.js'

export interface DiskUnderTest {
  readonly fileSystem: FileSystem
  /** An existing, empty directory. */
  readonly directory: string
  close(): Promise<void>
}

export function describeCheckpointStorage(name: string, openDisk: () => Promise<DiskUnderTest>): void {
  describe(`snapshots on ${name}`, () => {
    let disk: DiskUnderTest
    let fileSystems: FileSystems
    let storage: FileCheckpointStorage
    const random = new SeededRandom(7)

    beforeEach(async () => {
      disk = await openDisk()
      fileSystems = new FileSystems().register(parseFileUri(disk.directory).scheme, disk.fileSystem)
      storage = new FileCheckpointStorage(`${disk.directory}/cp`, JOB, { fileSystems, random, inlineThresholdBytes: 0 })
      await storage.initialise()
    })
    afterEach(() => disk.close())

    it('are found again with their state, newest first', async () => {
      for (const checkpointId of [1, 2]) {
        await writeSample(await storage.checkpointLocation(checkpointId), { checkpointId }, { fileSystems, random })
      }
      const { checkpoint: found, damaged } = await findLatestCheckpoint(`${disk.directory}/cp`, { fileSystems })
      assert.deepEqual(damaged, [])
      assert.ok(found)
      assert.equal(await stateTextIn(found, fileSystems), stateTextOf(2))
    })

    it('go without a trace, and once more without complaint', async () => {
      const location = await storage.checkpointLocation(1)
      const written = await writeSample(location, { checkpointId: 1 }, { fileSystems, random })
      await deleteSnapshot(written, fileSystems)
      await deleteSnapshot(written, fileSystems)
      await assert.rejects(openSnapshot(written.externalPath, fileSystems), (error) =>
        FlinkError.is(error, 'SNAPSHOT_NOT_FOUND'),
      )
    })

    it('whose state lies in the metadata go as well, and leave what is not theirs', async () => {
      const handle = { kind: 'inline', bytes: Uint8Array.of(1), crc32c: crc32c(Uint8Array.of(1)) } as const
      const publish = async (checkpointId: number): Promise<CompletedCheckpoint> =>
        publishSnapshot(
          await storage.checkpointLocation(checkpointId),
          sampleMetadata(handle, { checkpointId }),
          fileSystems,
        )
      const [first, second] = [await publish(1), await publish(2)]
      const directory = `${disk.directory}/cp/${JOB}`
      const notes = await disk.fileSystem.openForWrite(`${directory}/chk-2/notes.txt`)
      await notes.close()
      for (const snapshot of [first, first, second, second]) await deleteSnapshot(snapshot, fileSystems)
      assert.equal(await disk.fileSystem.status(`${directory}/chk-1`), undefined)
      const left = await disk.fileSystem.list(`${directory}/chk-2`)
      assert.deepEqual(
        left.map(({ name }) => name),
        ['notes.txt'],
      )
    })

    it('that were abandoned half-written go without a trace', async () => {
      const location = await storage.checkpointLocation(1)
      const stream = await checkpointStreams(location, fileSystems, random).createStream()
      await stream.write(new Uint8Array(10))
      await stream.closeAndGetHandle()
      await discardLocation(location, fileSystems)
      assert.equal(await disk.fileSystem.status(`${disk.directory}/cp/${JOB}/chk-1`), undefined)
    })

    it('that are savepoints can be moved', async () => {
      const target = `${disk.directory}/sp`
      const location = await makeSavepointLocation(target, JOB, { fileSystems, random, inlineThresholdBytes: 0 })
      const settings = { checkpointId: 5, isSavepoint: true }
      const written = await writeSample(location, settings, { fileSystems, random })
      const moved = `${disk.directory}/moved`
      await copyDirectory(disk.fileSystem, fileSystems.forUri(written.externalPath).path, moved)
      await deleteSnapshot(written, fileSystems)
      const opened = await openSnapshot(moved, fileSystems)
      assert.equal(opened.metadata.isSavepoint, true)
      assert.equal(await stateTextIn(opened, fileSystems), stateTextOf(5))
    })

    it('with a changed state file are noticed before the job starts, and when it is read', async () => {
      const location = await storage.checkpointLocation(1)
      const completed = await writeSample(location, { checkpointId: 1 }, { fileSystems, random })
      const handle = stateHandleOf(completed)
      assert.ok(handle.kind === 'file')
      await writeFile(disk.fileSystem, fileSystems.forUri(handle.uri).path, new Uint8Array(handle.lengthBytes))
      const isDamage = (error: unknown): boolean => FlinkError.is(error, 'SNAPSHOT_CORRUPT')
      await assert.rejects(openSnapshot(completed.externalPath, fileSystems), isDamage)
      await assert.rejects(stateTextIn(completed, fileSystems), isDamage)
    })

    it('cannot go where a file is in the way', async () => {
      await writeFile(disk.fileSystem, `${disk.directory}/file`, Uint8Array.of(1))
      const services = { fileSystems, random, inlineThresholdBytes: 0 }
      const blocked = new FileCheckpointStorage(`${disk.directory}/file`, JOB, services)
      await assert.rejects(blocked.initialise(), (error) => FlinkError.is(error, 'CHECKPOINT_STORAGE_FAILED'))
      await assert.rejects(makeSavepointLocation(`${disk.directory}/file`, JOB, services), (error) =>
        FlinkError.is(error, 'SAVEPOINT_DIRECTORY_FAILED'),
      )
    })
  })
}

async function writeFile(fileSystem: FileSystem, file: string, bytes: Uint8Array): Promise<void> {
  const writer = await fileSystem.openForWrite(file)
  await writer.write(bytes)
  await writer.close()
}

async function copyDirectory(fileSystem: FileSystem, from: string, to: string): Promise<void> {
  await fileSystem.mkdirs(to)
  for (const { name, path } of await fileSystem.list(from)) {
    await writeFile(fileSystem, `${to}/${name}`, await fileSystem.readFile(path))
  }
}
