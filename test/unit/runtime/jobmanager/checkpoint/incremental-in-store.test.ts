/** Shared state of incremental checkpoints in a store of objects, where nothing can be moved. */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { IncrementalCheckpoints } from '../../../../../src/runtime/jobmanager/checkpoint/incremental-checkpoints.js'
import type { CheckpointMetadata } from '../../../../../src/storage/checkpoint-metadata.js'
import type { CheckpointLocation } from '../../../../../src/storage/checkpoint-stream-factory.js'
import { publishSnapshot } from '../../../../../src/storage/checkpoint-storage.js'
import { checkpointStreams } from '../../../../../src/storage/file-checkpoint-streams.js'
import { openSnapshot } from '../../../../../src/storage/snapshot-locator.js'
import { EMPTY_SUBTASK_STATE, type KeyedStateHandle } from '../../../../../src/storage/state-handles.js'
import { readStateHandle } from '../../../../../src/storage/state-reader.js'
import { InMemoryObjectStore } from '../../../../contract/core/in-memory-object-store.js'
import { makeCheckpointRuns } from './checkpoint-runs.js'

const JOB = 'a'.repeat(32)
const OPERATOR = '1'.repeat(32)
const DIRECTORY = `s3://bucket/cp/${JOB}`

let store: InMemoryObjectStore
let fileSystems: FileSystems
let incremental: IncrementalCheckpoints
const random = new SeededRandom(1)

beforeEach(() => {
  store = new InMemoryObjectStore()
  fileSystems = new FileSystems().register('s3', store)
  incremental = new IncrementalCheckpoints(fileSystems, SILENT_LOGGER)
})

const begin = (checkpointId: number): Promise<CheckpointLocation> =>
  incremental.begin({
    kind: 'file',
    directoryUri: `${DIRECTORY}/chk-${String(checkpointId)}`,
    inlineThresholdBytes: 0,
  })

async function write(location: CheckpointLocation, text: string): Promise<KeyedStateHandle> {
  const stream = await checkpointStreams(location, fileSystems, random).createStream('SHARED')
  await stream.write(new TextEncoder().encode(text))
  const handle = (await stream.closeAndGetHandle()) ?? assert.fail('no handle')
  const offsets = Array.from({ length: 129 }, (_, index) => Math.min(index, 1) * text.length)
  const states = [{ name: 'k', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 1 }] as const
  return { isDelta: false, keyGroups: { start: 0, end: 127 }, offsets, states, keyShapes: ['string'], handle }
}

function metadataOf(checkpointId: number, managedKeyed: readonly KeyedStateHandle[]): CheckpointMetadata {
  const header = { engineVersion: '1', jobId: JOB, jobName: 'job', timestamp: 1, isSavepoint: false, checkpointId }
  const operator = {
    operatorId: OPERATOR,
    uid: undefined,
    name: 'count',
    parallelism: 1,
    maxParallelism: 128,
    fullyFinished: false,
  }
  return { ...header, operators: [{ ...operator, subtasks: [{ ...EMPTY_SUBTASK_STATE, managedKeyed }] }] }
}

async function sharedTexts(): Promise<string[]> {
  const files = await store.list(`${DIRECTORY}/shared`)
  const texts = await Promise.all(files.map(({ path }) => store.readFile(path)))
  return texts.map((bytes) => new TextDecoder().decode(bytes)).sort()
}

describe('incremental checkpoints in a store of objects', () => {
  it('write what later ones name in place, and are restored from there', async () => {
    const location = await begin(1)
    const state = await write(location, 'one')
    assert.deepEqual(await sharedTexts(), ['one'])
    const metadata = metadataOf(1, [state])
    const completed = await publishSnapshot(location, metadata, fileSystems, incremental.takeIn(location, metadata))
    await incremental.completed(completed)
    await openSnapshot(`${DIRECTORY}/chk-1/_metadata`, fileSystems)
    assert.equal(new TextDecoder().decode(await readStateHandle(state.handle, fileSystems)), 'one')
  })

  it('take along what one wrote that was aborted, as far as tasks have said, and nothing of its base', async () => {
    const location = await begin(1)
    const base = await write(location, 'base')
    const metadata = metadataOf(1, [base])
    const written = incremental.takeIn(location, metadata)
    await incremental.completed(await publishSnapshot(location, metadata, fileSystems, written))
    const aborted = await begin(2)
    const managedKeyed = [base, await write(aborted, 'aborted')]
    const snapshot = { operators: { [OPERATOR]: { ...EMPTY_SUBTASK_STATE, managedKeyed } } }
    assert.deepEqual(await sharedTexts(), ['aborted', 'base'])
    await incremental.discarded(aborted, [snapshot])
    assert.deepEqual(await sharedTexts(), ['base'])
  })

  it('take along what a task said that it wrote before the checkpoint was aborted', async () => {
    const configuration = {
      'execution.checkpointing.dir': 's3://bucket/cp',
      'execution.checkpointing.incremental': 'true',
    }
    const repository = makeCheckpointRuns().repositoryOf({ configuration, fileSystems })
    const location = await repository.prepareCheckpoint(1)
    const managedKeyed = [await write(location, 'aborted')]
    assert.deepEqual(await sharedTexts(), ['aborted'])
    await repository.discard(location, [{ operators: { [OPERATOR]: { ...EMPTY_SUBTASK_STATE, managedKeyed } } }])
    assert.deepEqual(await sharedTexts(), [])
  })

  it('do not publish where another process has put its metadata', async () => {
    const location = await begin(1)
    await store.createNew(`${DIRECTORY}/chk-1/_metadata`, Uint8Array.of(1))
    await assert.rejects(publishSnapshot(location, metadataOf(1, []), fileSystems), {
      code: 'CHECKPOINT_STORAGE_FAILED',
      message: /another process has put a file there/,
    })
  })
})
