import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { EVERYTHING } from '../../../src/state-processor/entry-filter.js'
import { inspectSnapshot } from '../../../src/state-processor/inspect-snapshot.js'
import { rescaleSnapshot } from '../../../src/state-processor/rescale-snapshot.js'
import { SnapshotContents } from '../../../src/state-processor/snapshot-contents.js'
import type { StateProcessorServices } from '../../../src/state-processor/snapshot-source.js'
import { listStates } from '../../../src/state-processor/state-list.js'
import type { InputEdge, OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import { openSnapshot } from '../../../src/storage/snapshot-locator.js'
import { EMPTY_SUBTASK_STATE } from '../../../src/storage/state-handles.js'
import { readStateHandle } from '../../../src/storage/state-reader.js'
import { importLines, inline, makeSnapshot, operatorOf, servicesIn, temporaryDirectory } from './snapshot-fixtures.js'

/** More than goes into the metadata. */
const BYTES = randomBytes(50_000)

interface Sample {
  readonly directory: string
  readonly services: StateProcessorServices
  readonly from: string
}

/** Two subtasks, of which the second was to read five records. */
async function sampleOf(t: TestContext, partitioner: string): Promise<Sample> {
  const directory = await temporaryDirectory(t)
  const services = servicesIn(directory)
  const edges: InputEdge[] = [
    { id: 'a', sourceName: 'Rules', partitioner: 'rebalance', recordType: 'STRING' },
    { id: 'b', sourceName: 'Words', partitioner, recordType: 'INT' },
  ]
  const channel = { edgeIndex: 1, channelIndex: 0, typeFingerprint: 'INT' }
  const inputChannels = [
    { ...channel, offsets: [0, 10, 20, 50_000], handle: inline(BYTES) },
    { ...channel, offsets: [0, 1, 2], handle: inline(Uint8Array.of(1, 2)) },
  ]
  const subtasks = [undefined, { ...EMPTY_SUBTASK_STATE, inputChannels }]
  const from = path.join(directory, 'from')
  await makeSnapshot(from, [operatorOf('totals', subtasks, { inputEdges: edges })], services)
  return { directory, services, from }
}

async function operatorIn(snapshot: string, { fileSystems }: StateProcessorServices): Promise<OperatorState> {
  const [operator] = (await openSnapshot(snapshot, fileSystems)).metadata.operators
  return operator ?? assert.fail('it has no operator')
}

async function assertCarried(written: string, { from, services }: Sample): Promise<void> {
  const [before, after] = [await operatorIn(from, services), await operatorIn(written, services)]
  assert.deepEqual(after.inputEdges, before.inputEdges)
  const [first, second] = after.subtasks[1]?.inputChannels ?? []
  assert.deepEqual(
    [first?.offsets, second?.offsets],
    [
      [0, 10, 20, 50_000],
      [0, 1, 2],
    ],
  )
  const bytes = await readStateHandle(first?.handle ?? assert.fail(), services.fileSystems)
  assert.ok(BYTES.equals(bytes))
}

describe('Records in flight in a snapshot', () => {
  it('are told with their number and bytes', async (t) => {
    const { services, from } = await sampleOf(t, 'hash')
    const { summary } = await inspectSnapshot(from, services.fileSystems)
    const [operator] = summary?.operators ?? []
    assert.deepEqual([operator?.channelRecords, operator?.channelBytes], [5, 50_002])
  })

  it('are listed by the operator that they come from', async (t) => {
    const { services, from } = await sampleOf(t, 'hash')
    const contents = await SnapshotContents.open(from, services)
    const listed = await listStates(contents, EVERYTHING)
    const others = await listStates(contents, { ...EVERYTHING, states: ['count'] }).catch(() => [])
    await contents.close()
    assert.deepEqual(
      listed.map(({ operator, state, kind, type, entries }) => ({ operator, state, kind, type, entries })),
      [{ operator: 'totals', state: 'from Words', kind: 'in-flight', type: 'INT', entries: 5 }],
    )
    assert.deepEqual(others, [])
  })

  it('go into a snapshot with other entries', async (t) => {
    const sample = await sampleOf(t, 'hash')
    const to = path.join(sample.directory, 'imported')
    await importLines(sample.from, [], { to, services: sample.services })
    await assertCarried(to, sample)
  })

  it('go into one with other key groups, but where they lie with theirs', async (t) => {
    const request = (
      directory: string,
      from: string,
      maxParallelism: number,
    ): Parameters<typeof rescaleSnapshot>[0] => ({
      from,
      to: path.join(directory, `to-${String(maxParallelism)}`),
      maxParallelism,
      engineVersion: '9',
    })
    const blind = await sampleOf(t, 'rebalance')
    const { path: written } = await rescaleSnapshot(request(blind.directory, blind.from, 64), blind.services)
    await assertCarried(written, blind)
    const keyed = await sampleOf(t, 'hash')
    const { path: same } = await rescaleSnapshot(request(keyed.directory, keyed.from, 128), keyed.services)
    await assertCarried(same, keyed)
    await assert.rejects(rescaleSnapshot(request(keyed.directory, keyed.from, 64), keyed.services), (error) => {
      return (
        FlinkError.is(error, 'SNAPSHOT_RESCALE_REFUSED') && /totals.+records are in flight to it/.test(error.message)
      )
    })
  })
})
