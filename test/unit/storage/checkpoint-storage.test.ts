import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import {
  deleteForeignSnapshot,
  deleteSnapshot,
  FileCheckpointStorage,
  makeSavepointLocation,
  MemoryCheckpointStorage,
  publishSnapshot,
  type SnapshotWriterServices,
} from '../../../src/storage/checkpoint-storage.js'
import { checkpointStreams } from '../../../src/storage/file-checkpoint-streams.js'
import { JOB, sampleMetadata, writeSample } from './snapshot-samples.js'

let disk: InMemoryFileSystem
let services: SnapshotWriterServices

beforeEach(() => {
  disk = new InMemoryFileSystem()
  const fileSystems = new FileSystems().register('file', disk)
  services = { fileSystems, random: new SeededRandom(1), inlineThresholdBytes: 0 }
})

async function namesIn(directory: string): Promise<string[]> {
  return (await disk.list(directory)).map(({ name }) => name).sort()
}

describe('checkpoints in files', () => {
  it('lie under the job id, with shared/ and taskowned/ from the start', async () => {
    const storage = new FileCheckpointStorage('file:///cp', JOB, services)
    await storage.initialise()
    assert.deepEqual(await namesIn(`/cp/${JOB}`), ['shared', 'taskowned'])
    const location = await storage.checkpointLocation(7)
    assert.deepEqual(location, { kind: 'file', directoryUri: `file:/cp/${JOB}/chk-7`, inlineThresholdBytes: 0 })
    const { externalPath } = await writeSample(location, { checkpointId: 7 }, services)
    assert.equal(externalPath, `file:/cp/${JOB}/chk-7`)
    assert.equal((await namesIn(`/cp/${JOB}/chk-7`)).length, 2)
  })

  it('lie in the directory itself when jobs get none of their own', async () => {
    const location = await new FileCheckpointStorage('/cp', undefined, services).checkpointLocation(1)
    assert.equal(location.kind === 'file' && location.directoryUri, 'file:/cp/chk-1')
  })

  it('never go where another run left a checkpoint', async () => {
    const storage = new FileCheckpointStorage('/cp', undefined, services)
    await writeSample(await storage.checkpointLocation(1), { checkpointId: 1 }, services)
    await assert.rejects(storage.checkpointLocation(1), /chk-1: another run left a checkpoint there/)
  })

  it('make their directories durable up to the root', async () => {
    const synced: string[] = []
    disk.fault = (operation, file) => {
      if (operation === 'syncDirectory') synced.push(file)
    }
    await new FileCheckpointStorage('/a/b', JOB, services).initialise()
    assert.deepEqual(synced, ['/', '/a', '/a/b', `/a/b/${JOB}`, `/a/b/${JOB}`])
  })

  it('of a job that starts again are cleaned of what a crash left half-written', async () => {
    const storage = new FileCheckpointStorage('/cp', JOB, services)
    await writeSample(await storage.checkpointLocation(1), { checkpointId: 1 }, services)
    await storage.checkpointLocation(2)
    await storage.initialise()
    assert.deepEqual(await namesIn(`/cp/${JOB}`), ['chk-1', 'shared', 'taskowned'])
  })

  it('that several jobs share are not cleaned: another may be writing', async () => {
    const storage = new FileCheckpointStorage('/cp', undefined, services)
    await storage.checkpointLocation(2)
    await storage.initialise()
    assert.deepEqual(await namesIn('/cp'), ['chk-2', 'shared', 'taskowned'])
  })
})

describe('publishing a snapshot', () => {
  async function operationsOfPublishing(prepare: (directory: string) => Promise<void>): Promise<string[]> {
    const location = await new FileCheckpointStorage('/cp', JOB, services).checkpointLocation(1)
    await prepare(`/cp/${JOB}/chk-1`)
    const operations: string[] = []
    disk.fault = (operation, file) => operations.push(`${operation} ${file.replace(/^.*\//, '')}`)
    const handle = { kind: 'inline', bytes: Uint8Array.of(1), crc32c: 0 } as const
    await publishSnapshot(location, sampleMetadata(handle, { checkpointId: 1 }), services.fileSystems)
    return operations
  }

  const writing = ['create', 'write', 'sync', 'close'].map((operation) => `${operation} _metadata.part`)
  const naming = ['rename _metadata.part', 'syncDirectory chk-1', `syncDirectory ${JOB}`]

  it('makes everything durable that the metadata names before the metadata gets its name', async () => {
    const operations = await operationsOfPublishing(async (directory) => {
      const state = await disk.openForWrite(`${directory}/${services.random.uuid()}`)
      await state.close()
    })
    assert.deepEqual(operations, [...writing, 'list chk-1', 'syncDirectory chk-1', ...naming])
  })

  it('does not wait for the disk once more where all state lies in the metadata', async () => {
    const operations = await operationsOfPublishing(() => Promise.resolve())
    assert.deepEqual(operations, [...writing, 'list chk-1', ...naming])
  })
})

describe('checkpoints in memory', () => {
  it('have no path and need no disk', async () => {
    const storage = new MemoryCheckpointStorage(100)
    await storage.initialise()
    const location = await storage.checkpointLocation()
    const handle = { kind: 'inline', bytes: Uint8Array.of(1), crc32c: 0 } as const
    const noDisk = new FileSystems()
    const completed = await publishSnapshot(location, sampleMetadata(handle, { checkpointId: 1 }), noDisk)
    assert.equal(completed.externalPath, '<checkpoint-not-externally-addressable>')
    await deleteSnapshot(completed.externalPath, noDisk)
  })
})

describe('a savepoint', () => {
  it('gets a directory named after its job', async () => {
    const location = await makeSavepointLocation('/sp', JOB, services)
    assert.match(location.kind === 'file' ? location.directoryUri : '', /^file:\/sp\/savepoint-aaaaaa-[0-9a-f]{12}$/)
  })

  it('takes another name when the first is taken, and gives up after ten', async () => {
    const names = Array.from({ length: 10 }, (_, index) => String(index).repeat(12))
    let next = 0
    const random = new SeededRandom(1)
    random.hex = () => names[next++ % names.length] ?? ''
    for (const name of names.slice(0, 9)) await disk.mkdirs(`/sp/savepoint-aaaaaa-${name}`)
    const location = await makeSavepointLocation('/sp', JOB, { ...services, random })
    assert.equal(location.kind === 'file' && location.directoryUri, `file:/sp/savepoint-aaaaaa-${'9'.repeat(12)}`)
    await assert.rejects(makeSavepointLocation('/sp', JOB, { ...services, random }), (error) => {
      return FlinkError.is(error, 'SAVEPOINT_DIRECTORY_FAILED') && error.message.includes('10 attempts')
    })
  })

  it('says where its directory could not be made and why', async () => {
    disk.fault = (operation) => {
      if (operation === 'mkdirs') throw new Error('permission denied')
    }
    await assert.rejects(makeSavepointLocation('/sp', JOB, services), {
      message: 'Failed to create savepoint directory at /sp: permission denied',
    })
  })

  it('that its user disposes of takes along what a coordinator put into it', async () => {
    const location = await makeSavepointLocation('/sp', JOB, services)
    const stream = await checkpointStreams(location, services.fileSystems, services.random).createStream()
    await stream.write(Uint8Array.of(1))
    const coordinatorState = await stream.closeAndGetHandle()
    const inline = { kind: 'inline', bytes: Uint8Array.of(1), crc32c: 0 } as const
    const metadata = sampleMetadata(inline, { checkpointId: 1, isSavepoint: true })
    const operators = metadata.operators.map((operator) => ({ ...operator, coordinatorState }))
    const completed = await publishSnapshot(location, { ...metadata, operators }, services.fileSystems)
    await deleteForeignSnapshot(completed, services.fileSystems)
    assert.deepEqual(await namesIn('/sp'), [])
  })

  it('that is deleted takes nothing along that the user put beside it', async () => {
    const location = await makeSavepointLocation('/sp', JOB, services)
    const { externalPath } = await writeSample(location, { checkpointId: 1, isSavepoint: true }, services)
    const { path: directory } = services.fileSystems.forUri(externalPath)
    await disk.openForWrite(`${directory}/notes.txt`)
    await deleteSnapshot(externalPath, services.fileSystems)
    assert.deepEqual(await namesIn(directory), ['notes.txt'])
  })
})
