/** On a real disk: links, pipes and devices are what this is about. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { FlinkError, type ErrorCode } from '../../../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { LocalFileSystem } from '../../../../../src/core/fs/local-file-system.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { disposeOfSnapshot } from '../../../../../src/runtime/jobmanager/checkpoint/snapshot-disposal.js'
import { FileCheckpointStorage, makeSavepointLocation } from '../../../../../src/storage/checkpoint-storage.js'
import { JOB, writeSample } from '../../../storage/snapshot-samples.js'

const MAKE_PIPE = 'mkfifo'
const UUID = '01234567-89ab-4cde-8f01-23456789abcd'
const root = mkdtempSync(path.join(tmpdir(), 'flink-ts-disposal-'))
const fileSystems = new FileSystems().register('file', new LocalFileSystem())
let directory = ''
let seed = 0

beforeEach(() => {
  directory = mkdtempSync(path.join(root, 'test-'))
})

after(() => {
  rmSync(root, { recursive: true, force: true })
})

function services() {
  seed += 1
  return { fileSystems, random: new SeededRandom(seed), inlineThresholdBytes: 0 }
}

async function makeSavepoint(): Promise<string> {
  const location = await makeSavepointLocation(directory, JOB, services())
  const { externalPath } = await writeSample(location, { checkpointId: 5, isSavepoint: true }, services())
  return externalPath.replace('file:', '')
}

async function makeCheckpoint(): Promise<string> {
  const location = await new FileCheckpointStorage(directory, JOB, services()).checkpointLocation(5)
  const { externalPath } = await writeSample(location, { checkpointId: 5 }, services())
  return externalPath.replace('file:', '')
}

async function dispose(pointer: string, running: readonly string[] = []): Promise<void> {
  await disposeOfSnapshot(pointer, { fileSystems, isJobRunning: (jobId) => Promise.resolve(running.includes(jobId)) })
}

async function assertRefused(pointer: string, code: ErrorCode, running: readonly string[] = []): Promise<void> {
  await assert.rejects(dispose(pointer, running), (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    return true
  })
}

describe('disposing of a snapshot', () => {
  it('takes it away with its directory', async () => {
    const savepoint = await makeSavepoint()
    await dispose(savepoint)
    assert.deepEqual(readdirSync(directory), [])
  })

  it('leaves every file that its metadata do not name, whatever its name', async () => {
    const savepoint = await makeSavepoint()
    for (const name of [UUID, 'notes.txt', '_metadata.bak']) writeFileSync(path.join(savepoint, name), 'of the user')
    await dispose(savepoint)
    assert.deepEqual(readdirSync(savepoint).sort(), [UUID, '_metadata.bak', 'notes.txt'].sort())
  })

  it('by a copy of its metadata in another directory takes away that copy and nothing else', async () => {
    const savepoint = await makeSavepoint()
    const backups = path.join(directory, 'backups')
    mkdirSync(backups)
    cpSync(path.join(savepoint, '_metadata'), path.join(backups, 'copy-of-metadata'))
    writeFileSync(path.join(backups, UUID), 'of the user')
    writeFileSync(path.join(backups, '_metadata'), 'of the user, too')
    await dispose(path.join(backups, 'copy-of-metadata'))
    assert.deepEqual(readdirSync(backups).sort(), [UUID, '_metadata'].sort())
    assert.equal(readdirSync(savepoint).length, 2)
  })

  it('takes away a link and what it leads to', async () => {
    const savepoint = await makeSavepoint()
    const link = path.join(directory, 'latest')
    symlinkSync(savepoint, link)
    await dispose(link)
    assert.deepEqual(readdirSync(directory), [])
  })

  it('is refused for a checkpoint whose job lives, however it is named, and the checkpoint stays whole', async () => {
    const checkpoint = await makeCheckpoint()
    const link = path.join(directory, 'latest')
    symlinkSync(checkpoint, link)
    for (const pointer of [checkpoint, `${checkpoint}/_metadata`, link]) {
      await assertRefused(pointer, 'SNAPSHOT_IN_USE', [JOB])
    }
    assert.equal(readdirSync(checkpoint).length, 2)
    await dispose(checkpoint)
    assert.equal(existsSync(checkpoint), false)
  })

  it('is done, or finds nothing, when somebody else removes it at that moment', async () => {
    const codes: readonly ErrorCode[] = ['SNAPSHOT_NOT_FOUND', 'SNAPSHOT_METADATA_MISSING']
    for (let round = 0; round < 40; round += 1) {
      const snapshot = await (round % 2 === 0 ? makeSavepoint() : makeCheckpoint())
      const elsewhere = async (): Promise<void> => {
        for (let turn = 0; turn < round / 2; turn += 1) await setImmediate()
        rmSync(snapshot, { recursive: true, force: true })
      }
      const [outcome] = await Promise.allSettled([dispose(snapshot), elsewhere()])
      assert.equal(existsSync(snapshot), false)
      if (outcome.status === 'rejected') {
        const reason: unknown = outcome.reason
        assert.ok(FlinkError.is(reason) && codes.includes(reason.code), String(reason))
      }
    }
  })

  it('is done beside the living job for a savepoint of it, and for a copy of a checkpoint', async () => {
    await dispose(await makeSavepoint(), [JOB])
    const copy = path.join(directory, 'copy')
    renameSync(await makeCheckpoint(), copy)
    await dispose(copy, [JOB])
    assert.equal(existsSync(copy), false)
  })
})

describe('what is named instead of a snapshot', () => {
  it(
    'is not read when it is a device or a pipe',
    { skip: process.platform === 'win32' && 'no pipes in files' },
    async () => {
      const pipe = path.join(directory, 'pipe')
      execFileSync(MAKE_PIPE, [pipe])
      await assertRefused(pipe, 'SNAPSHOT_NOT_A_FILE')
      await assertRefused('/dev/zero', 'SNAPSHOT_NOT_A_FILE')
    },
  )

  it('is read no further than its first bytes when they are not those of metadata', async () => {
    const film = path.join(directory, 'film')
    writeFileSync(film, 'not a snapshot')
    truncateSync(film, 20_000_000_000)
    await assertRefused(film, 'SNAPSHOT_MAGIC_INVALID')
  })

  it('is not read when it begins as metadata and is longer than any', async () => {
    const savepoint = await makeSavepoint()
    truncateSync(path.join(savepoint, '_metadata'), 20_000_000_000)
    await assertRefused(savepoint, 'SNAPSHOT_CORRUPT')
  })

  it('is refused with advice when the metadata are a directory', async () => {
    const savepoint = await makeSavepoint()
    rmSync(path.join(savepoint, '_metadata'))
    mkdirSync(path.join(savepoint, '_metadata'))
    await assertRefused(savepoint, 'SNAPSHOT_NOT_A_FILE')
  })
})
