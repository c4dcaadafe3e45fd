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
import type { CompletedCheckpoint } from '../../../src/storage/checkpoint-metadata.js'
import { checkpointStreams } from '../../../src/storage/file-checkpoint-streams.js'
import type { StreamStateHandle } from '../../../src/storage/state-handles.js'
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
  async function operationsOfPublishing(handle: StreamStateHandle): Promise<string[]> {
    const location = await new FileCheckpointStorage('/cp', JOB, services).checkpointLocation(1)
    const operations: string[] = []
    disk.fault = (operation, file) => operations.push(`${operation} ${file.replace(/^.*\//, '')}`)
    await publishSnapshot(location, sampleMetadata(handle, { checkpointId: 1 }), services.fileSystems)
    return operations
  }

  const writing = ['create', 'write', 'sync', 'close'].map((operation) => `${operation} _metadata.part`)
  const syncs = (id: number): string[] => [`syncDirectory chk-${String(id)}`, `syncDirectory ${JOB}`]
  const inline = { kind: 'inline', bytes: Uint8Array.of(1), crc32c: 0 } as const
  const naming = ['rename _metadata.part', ...syncs(1)]

  it('makes everything durable that the metadata names before the metadata gets its name', async () => {
    const uri = `file:/cp/${JOB}/chk-1/${services.random.uuid()}`
    const operations = await operationsOfPublishing({ kind: 'file', uri, offset: 0, lengthBytes: 1, crc32c: 0 })
    assert.deepEqual(operations, [...writing, 'syncDirectory chk-1', ...naming])
  })

  it('does not wait for the disk once more where all state lies in the metadata', async () => {
    assert.deepEqual(await operationsOfPublishing(inline), [...writing, ...naming])
  })

  it('does not wait for the disk once more for files that earlier checkpoints made durable', async () => {
    const uri = `file:/cp/${JOB}/shared/${services.random.uuid()}`
    const handle = { kind: 'file', uri, offset: 0, lengthBytes: 1, crc32c: 0 } as const
    assert.deepEqual(await operationsOfPublishing(handle), [...writing, ...naming])
  })

  it('looks at nothing on the disk for the next checkpoint, and removes the one before it in two calls', async () => {
    const storage = new FileCheckpointStorage('/cp', JOB, services)
    const publish = async (checkpointId: number): Promise<CompletedCheckpoint> => {
      const location = await storage.checkpointLocation(checkpointId)
      return publishSnapshot(location, sampleMetadata(inline, { checkpointId }), services.fileSystems)
    }
    const first = await publish(1)
    const operations: string[] = []
    disk.fault = (operation, file) => operations.push(`${operation} ${file.replace(/^.*\//, '')}`)
    await publish(2)
    await deleteSnapshot(first, services.fileSystems)
    const removing = ['delete _metadata', 'deleteEmptyDirectory chk-1']
    assert.deepEqual(operations, ['mkdirs chk-2', ...writing, 'rename _metadata.part', ...syncs(2), ...removing])
  })
})

describe('The last two syncs of a snapshot', () => {
  /** Publishes with syncs of directories that `sync` makes, by the name of the directory. */
  async function published(sync: (name: string) => Promise<void>): Promise<CompletedCheckpoint> {
    const location = await new FileCheckpointStorage('file:///cp', JOB, services).checkpointLocation(1)
    disk.syncDirectory = (directory) => sync(directory.split('/').at(-1) ?? '')
    const inline: StreamStateHandle = { kind: 'inline', bytes: new Uint8Array(1), crc32c: 0 }
    return publishSnapshot(location, sampleMetadata(inline, { checkpointId: 1 }), services.fileSystems)
  }

  it('are under way together', async () => {
    const begun: string[] = []
    let go: () => void = () => undefined
    const bothBegun = new Promise<void>((resolve) => (go = resolve))
    await published((name) => {
      begun.push(name)
      if (begun.length === 2) go()
      return bothBegun
    })
    assert.deepEqual(begun, ['chk-1', JOB])
  })

  it('have both ended when it is told that one has failed', async () => {
    const ended: string[] = []
    const publishing = published(async (name) => {
      if (name === 'chk-1')
        throw new FlinkError('FILE_IO_FAILED', { path: name, operation: 'sync', reason: 'it fails' })
      for (let waits = 0; waits < 20; waits += 1) await Promise.resolve()
      ended.push(name)
    })
    await assert.rejects(publishing, (error) => FlinkError.is(error, 'CHECKPOINT_STORAGE_FAILED'))
    assert.deepEqual(ended, [JOB])
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
    await deleteSnapshot(completed, noDisk)
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
    const written = await writeSample(location, { checkpointId: 1, isSavepoint: true }, services)
    const { path: directory } = services.fileSystems.forUri(written.externalPath)
    await disk.openForWrite(`${directory}/notes.txt`)
    await deleteSnapshot(written, services.fileSystems)
    assert.deepEqual(await namesIn(directory), ['notes.txt'])
  })
})
