import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { FlinkError, type ErrorCode } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { FileCheckpointStorage } from '../../../src/storage/checkpoint-storage.js'
import { openSnapshot, refusalNamingSnapshots } from '../../../src/storage/snapshot-locator.js'
import { JOB, writeSample } from './snapshot-samples.js'

let disk: InMemoryFileSystem
let fileSystems: FileSystems

beforeEach(() => {
  disk = new InMemoryFileSystem()
  fileSystems = new FileSystems().register('file', disk)
})

async function take(checkpointId: number, jobId: string | undefined = JOB, timestamp = checkpointId): Promise<void> {
  const services = { fileSystems, random: new SeededRandom(checkpointId), inlineThresholdBytes: 0 }
  const location = await new FileCheckpointStorage('/cp', jobId, services).checkpointLocation(checkpointId)
  await writeSample(location, { checkpointId, timestamp }, services)
}

async function overwrite(file: string, bytes: Uint8Array): Promise<void> {
  const writer = await disk.openForWrite(file)
  await writer.write(bytes)
}

describe('what the user names after -s', () => {
  for (const pointer of [
    `/cp/${JOB}/chk-3`,
    `/cp/${JOB}/chk-3/`,
    `/cp/${JOB}/chk-3/_metadata`,
    `file:/cp/${JOB}/chk-3`,
    `file:///cp/${JOB}/chk-3/_metadata`,
  ]) {
    it(`may be ${pointer.replace(JOB, '<job>')}`, async () => {
      await take(3)
      const { metadata, externalPath } = await openSnapshot(pointer, fileSystems)
      assert.equal(metadata.checkpointId, 3)
      assert.equal(externalPath, `file:/cp/${JOB}/chk-3`)
    })
  }

  async function assertRefused(pointer: string, code: ErrorCode): Promise<void> {
    await assert.rejects(openSnapshot(pointer, fileSystems), (error) => {
      assert.ok(FlinkError.is(error, code), String(error))
      return true
    })
  }

  it('is refused when nothing is there, in the words of Flink', async () => {
    await assert.rejects(openSnapshot('/nowhere', fileSystems), {
      message: "Cannot find checkpoint or savepoint file/directory '/nowhere' on file system 'file'.",
    })
  })

  it('is refused when it is a directory without metadata', async () => {
    await disk.mkdirs('/empty')
    await assertRefused('/empty', 'SNAPSHOT_METADATA_MISSING')
  })

  it('is refused when it is a directory above snapshots, and those are named, the newest first', async () => {
    const directory = `/cp/${JOB}`
    await disk.mkdirs(`${directory}/empty`)
    await overwrite(`${directory}/notes.txt`, new Uint8Array(3))
    assert.doesNotMatch((await refusalNamingSnapshots(directory, fileSystems)).message, /Snapshots/)
    for (let id = 1; id <= 7; id += 1) await take(id, JOB, id === 3 ? 100 : id)
    await overwrite(`${directory}/chk-7/_metadata`, new Uint8Array(100))
    const { message } = await refusalNamingSnapshots(`file:${directory}`, fileSystems)
    assert.match(
      message,
      /directory\. Snapshots lie in it, the newest first: chk-3, chk-6, chk-5, chk-4, chk-2 and 1 more\. Name one of them\.$/,
    )
  })

  it('is refused when it is a file of another kind', async () => {
    await disk.mkdirs('/some')
    await overwrite('/some/text', new TextEncoder().encode('once upon a time'))
    await assertRefused('/some/text', 'SNAPSHOT_MAGIC_INVALID')
  })

  it('is refused when it is of a system that is not known', async () => {
    await assertRefused('hdfs://host/cp', 'FILE_SYSTEM_SCHEME_UNSUPPORTED')
  })
})
