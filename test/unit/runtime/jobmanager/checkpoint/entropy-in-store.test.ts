/** State in a store of objects whose paths get random characters (`s3.entropy.key`). */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { filesBelow } from '../../../../../src/core/fs/files-below.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { PathEntropy } from '../../../../../src/core/fs/path-entropy.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { deleteForeignSnapshot, publishSnapshot } from '../../../../../src/storage/checkpoint-storage.js'
import type {
  CheckpointLocation,
  CheckpointedStateScope,
} from '../../../../../src/storage/checkpoint-stream-factory.js'
import { checkpointStreams } from '../../../../../src/storage/file-checkpoint-streams.js'
import { openSnapshot } from '../../../../../src/storage/snapshot-locator.js'
import { EMPTY_SUBTASK_STATE, type KeyedStateHandle } from '../../../../../src/storage/state-handles.js'
import { InMemoryObjectStore } from '../../../../contract/core/in-memory-object-store.js'
import { sampleMetadata } from '../../../storage/snapshot-samples.js'
import type { CheckpointRepository } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { makeCheckpointRuns } from './checkpoint-runs.js'

const OPERATOR = '1'.repeat(32)
const random = new SeededRandom(3)
let store: InMemoryObjectStore
let fileSystems: FileSystems

beforeEach(() => {
  store = new InMemoryObjectStore()
  store.entropy = new PathEntropy('_entropy_', 6, random)
  fileSystems = new FileSystems(undefined, random).register('s3', store)
})

function repository(options: Readonly<Record<string, string>> = {}): CheckpointRepository {
  const configuration = { 'execution.checkpointing.dir': 's3://bucket/_entropy_/cp', ...options }
  return makeCheckpointRuns().repositoryOf({ configuration, fileSystems })
}

async function written(
  location: CheckpointLocation,
  text: string,
  scope: CheckpointedStateScope = 'EXCLUSIVE',
): Promise<KeyedStateHandle> {
  const stream = await checkpointStreams(location, fileSystems, random).createStream(scope, 'NEVER')
  await stream.write(new TextEncoder().encode(text))
  const handle = (await stream.closeAndGetHandle()) ?? assert.fail('no handle')
  const offsets = Array.from({ length: 129 }, (_, index) => Math.min(index, 1) * text.length)
  const states = [{ name: 'k', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 1 }] as const
  return { isDelta: false, keyGroups: { start: 0, end: 127 }, offsets, states, keyShapes: ['string'], handle }
}

const uriOf = ({ handle }: KeyedStateHandle): string => (handle.kind === 'file' ? handle.uri : '')
const snapshotOf = (...managedKeyed: KeyedStateHandle[]) => ({
  operators: { [OPERATOR]: { ...EMPTY_SUBTASK_STATE, managedKeyed } },
})

async function stateFiles(): Promise<string[]> {
  const all = await filesBelow(store, 's3://bucket')
  return all.map(({ path }) => path).filter((path) => !path.endsWith('/_metadata'))
}

describe('state in paths with random characters', () => {
  it('is read where it was written, by metadata that lie where everybody looks', async () => {
    const location = await repository().prepareCheckpoint(1)
    const [one, two] = [await written(location, 'one'), await written(location, 'two')]
    assert.match(uriOf(one), /^s3:\/\/bucket\/[0-9A-Za-z]{6}\/cp\/[0-9a-f]{32}\/chk-1\/[0-9a-f-]{36}$/)
    assert.notEqual(uriOf(one).split('/')[3], uriOf(two).split('/')[3])
    const metadata = sampleMetadata(one.handle, { checkpointId: 1 })
    const { externalPath } = await publishSnapshot(location, metadata, fileSystems)
    assert.match(externalPath, /^s3:\/\/bucket\/cp\/[0-9a-f]{32}\/chk-1$/)
    const names = externalPath.replace('s3://bucket/', 's3://bucket/_entropy_/')
    for (const pointer of [externalPath, `${externalPath}/_metadata`, names]) {
      const found = await openSnapshot(pointer, fileSystems)
      assert.equal(found.externalPath, externalPath)
    }
    await deleteForeignSnapshot({ metadata, externalPath }, fileSystems)
    assert.deepEqual(await stateFiles(), [uriOf(two)])
  })

  it('goes with a checkpoint that is aborted, as far as tasks have said', async () => {
    for (const incremental of ['false', 'true']) {
      const checkpoints = repository({ 'execution.checkpointing.incremental': incremental })
      const location = await checkpoints.prepareCheckpoint(1)
      const own = await written(location, 'own')
      const shared = await written(location, 'shared', 'SHARED')
      assert.equal(uriOf(shared).includes('/shared/'), incremental === 'true')
      assert.equal((await stateFiles()).length, 2)
      await checkpoints.discard(location, [snapshotOf(own, shared)])
      assert.deepEqual(await stateFiles(), [], incremental)
    }
  })

  it('of a stream that is aborted leaves nothing', async () => {
    const location = await repository().prepareCheckpoint(1)
    const stream = await checkpointStreams(location, fileSystems, random).createStream('EXCLUSIVE', 'NEVER')
    await stream.write(Uint8Array.of(1))
    await stream.abort()
    assert.deepEqual(await stateFiles(), [])
  })

  it('of a savepoint is there as well, and goes with it', async () => {
    const location = await repository().prepareSavepoint(1, 's3://bucket/_entropy_/sp')
    const state = await written(location, 'text')
    assert.match(uriOf(state), /^s3:\/\/bucket\/[0-9A-Za-z]{6}\/sp\/savepoint-/)
    const metadata = { ...sampleMetadata(state.handle, { checkpointId: 1 }), isSavepoint: true }
    const completed = await publishSnapshot(location, metadata, fileSystems)
    assert.match(completed.externalPath, /^s3:\/\/bucket\/sp\/savepoint-/)
    await deleteForeignSnapshot(completed, fileSystems)
    assert.deepEqual(await filesBelow(store, 's3://bucket'), [])
  })

  it('has no random characters where the key is not in the path', async () => {
    const location = await repository({ 'execution.checkpointing.dir': 's3://bucket/cp' }).prepareCheckpoint(1)
    assert.match(uriOf(await written(location, 'text')), /^s3:\/\/bucket\/cp\//)
  })
})
