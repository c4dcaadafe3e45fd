import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InFlightRecords, inputEdgesOf } from '../../../../../src/runtime/jobmanager/checkpoint/in-flight-records.js'
import type {
  ChannelStateHandle,
  OperatorSubtaskState,
  TaskStateSnapshot,
} from '../../../../../src/storage/state-handles.js'
import { sampleGraph } from '../sample-graphs.js'

/** Two sources, one of which feeds two edges, before three totals; the numbers of edges differ on both sides. */
const GRAPH = sampleGraph(
  [
    { id: 'rules', parallelism: 1 },
    { id: 'numbers', parallelism: 2, operators: ['numbers', 'doubled'] },
    { id: 'totals', parallelism: 3, operators: ['totals', 'shown'] },
    { id: 'sink', parallelism: 2 },
  ],
  [
    ['numbers', 'sink', 'rebalance'],
    ['rules', 'totals', 'rebalance'],
    ['numbers', 'totals', 'hash'],
  ],
)

function channel(edgeIndex: number, channelIndex: number, text: string): ChannelStateHandle {
  const bytes = new TextEncoder().encode(text)
  const handle = { kind: 'inline', bytes, crc32c: 0 } as const
  return { edgeIndex, channelIndex, typeFingerprint: 'INT', offsets: [0, bytes.length], handle }
}

function textOf({ edgeIndex, channelIndex, handle }: ChannelStateHandle): string {
  const text = handle.kind === 'inline' ? new TextDecoder().decode(handle.bytes) : ''
  return `${String(edgeIndex)}/${String(channelIndex)} ${text}`
}

function snapshotOf(operator: string, state: Partial<OperatorSubtaskState>): TaskStateSnapshot {
  return { operators: { [operator]: { managedKeyed: [], managedOperator: [], ...state } } }
}

describe('records in flight in the metadata of a checkpoint', () => {
  it('are with the subtask that was to read them: of each channel what was at its reader, then what was at its writer', () => {
    const records = new InFlightRecords(GRAPH, [
      {
        vertexId: 'numbers',
        subtaskIndex: 1,
        snapshot: snapshotOf('doubled', {
          outputChannels: [channel(1, 2, 'written'), channel(1, 0, 'first'), channel(0, 1, 'shown')],
        }),
      },
      {
        vertexId: 'totals',
        subtaskIndex: 2,
        snapshot: snapshotOf('totals', { inputChannels: [channel(1, 1, 'read'), channel(1, 0, 'alone')] }),
      },
      {
        vertexId: 'rules',
        subtaskIndex: 0,
        snapshot: snapshotOf('rules', { outputChannels: [channel(0, 2, 'rule')] }),
      },
    ])
    const into = (vertexId: string, subtask: number): string[] => records.into(vertexId, subtask).map(textOf)
    assert.deepEqual(into('totals', 2), ['0/0 rule', '1/0 alone', '1/1 read', '1/1 written'])
    assert.deepEqual(into('totals', 0), ['1/1 first'])
    assert.deepEqual(into('totals', 1), [])
    assert.deepEqual([into('sink', 0), into('sink', 1)], [[], ['0/1 shown']])
    assert.deepEqual(
      ['totals', 'sink', 'numbers'].map((id) => records.isInto(id)),
      [true, true, false],
    )
  })

  it('are of edges in the order in which a task counts them', () => {
    assert.deepEqual(
      inputEdgesOf('totals', GRAPH).map(({ id, sourceName, partitioner, recordType }) => [
        id,
        sourceName,
        partitioner,
        recordType,
      ]),
      [
        ['rules/1-totals/0', 'rules', 'rebalance', 'GENERIC'],
        ['numbers/2-totals/0', 'numbers', 'hash', 'GENERIC'],
      ],
    )
  })

  it('are refused in a channel that the plan has not', () => {
    for (const handle of [channel(2, 0, 'x'), channel(0, 2, 'x')]) {
      const snapshot = snapshotOf('numbers', { outputChannels: [handle] })
      assert.throws(() => new InFlightRecords(GRAPH, [{ vertexId: 'numbers', subtaskIndex: 0, snapshot }]), {
        code: 'ASSERTION_FAILED',
      })
    }
  })
})
