import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { CheckpointMetadata, InputEdge, OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import { decodeMetadata, encodeMetadata } from '../../../src/storage/metadata-codec.js'
import type {
  ChannelStateHandle,
  KeyedStateHandle,
  OperatorStateHandle,
  OperatorSubtaskState,
} from '../../../src/storage/state-handles.js'

const HERE = 'file:/cp/chk-1'
const BYTES = { kind: 'inline', bytes: Uint8Array.of(1, 2, 3, 4), crc32c: 7 } as const
const FILE = { kind: 'file', uri: 'file:/cp/chk-1/x', offset: 9, lengthBytes: 4, crc32c: 7 } as const
const LIST = { name: 'l', kind: 'operator-list', typeFingerprint: 'GENERIC', schemaVersion: 1 } as const
const KEYED: KeyedStateHandle = {
  isDelta: false,
  keyGroups: { start: 2, end: 3 },
  offsets: [0, 1, 4],
  states: [],
  keyShapes: undefined,
  handle: FILE,
}
const DELTA: KeyedStateHandle = { ...KEYED, isDelta: true }
const CHANNEL: ChannelStateHandle = {
  edgeIndex: 0,
  channelIndex: 0,
  typeFingerprint: '',
  offsets: [0, 4],
  handle: FILE,
}
const EDGE: InputEdge = { id: 'a/0-e/0', sourceName: 'A', partitioner: 'hash', recordType: 'INT' }

function metadataOf(
  subtask: Partial<OperatorSubtaskState>,
  operator: Partial<OperatorState> = {},
  header: Partial<CheckpointMetadata> = {},
): CheckpointMetadata {
  const state = {
    operatorId: 'e'.repeat(32),
    uid: undefined,
    name: 'S',
    parallelism: 1,
    maxParallelism: 4,
    fullyFinished: false,
    subtasks: [{ managedKeyed: [], managedOperator: [], ...subtask }],
    ...operator,
  }
  const whose = { engineVersion: '0', jobId: 'a'.repeat(32), jobName: 'j', checkpointId: 1, timestamp: 1 }
  return { ...whose, isSavepoint: true, operators: [state], ...header }
}

function keyed(handle: Partial<KeyedStateHandle>): CheckpointMetadata {
  return metadataOf({ managedKeyed: [{ ...KEYED, ...handle }] })
}

function subtaskOf(...managedKeyed: readonly KeyedStateHandle[]): OperatorSubtaskState {
  return { managedKeyed, managedOperator: [] }
}

function list(offsets: readonly number[]): CheckpointMetadata {
  const handle: OperatorStateHandle = { states: [{ ...LIST, offsets }], handle: BYTES }
  return metadataOf({ managedOperator: [handle] })
}

const [OPERATOR] = metadataOf({}).operators

const WRONG: readonly (readonly [what: string, metadata: CheckpointMetadata, reason: RegExp])[] = [
  ['a max parallelism of 2^50', metadataOf({}, { maxParallelism: 2 ** 50 }), /max parallelism is 1125899906842624/],
  ['a max parallelism of 0', metadataOf({}, { maxParallelism: 0 }), /max parallelism is 0/],
  ['more subtasks than there may be', metadataOf({}, { parallelism: 5 }), /parallelism is 5, above/],
  [
    'key groups without end',
    keyed({ keyGroups: { start: 2, end: 2 ** 45 } }),
    /key groups 2 to 35184372088832, and .* 4/,
  ],
  ['key groups that go back', keyed({ keyGroups: { start: 3, end: 1 } }), /key groups 3 to 1/],
  ['a key group without offset', keyed({ offsets: [0, 4] }), /key groups 2 to 3 have 2 offsets in place of 3/],
  ['offsets of key groups after the end', keyed({ offsets: [0, 1, 2 ** 50] }), /2 to 3 go beyond the 4 bytes/],
  ['offsets of key groups that go back', keyed({ offsets: [2, 1, 4] }), /offsets of key groups 2 to 3 are in no order/],
  ['elements after the end', list([1, 2, 5]), /elements of state l go beyond the 4 bytes/],
  ['one offset alone, after the end', list([2 ** 52]), /elements of state l go beyond/],
  ['elements in no order', list([3, 1]), /offsets of elements of state l are in no order/],
  [
    'records in flight after the end',
    metadataOf({ inputChannels: [{ ...CHANNEL, offsets: [0, 5] }] }, { inputEdges: [EDGE] }),
    /in flight go/,
  ],
  [
    'more watermarks in flight than elements',
    metadataOf({ inputChannels: [{ ...CHANNEL, numTimes: 2 }] }, { inputEdges: [EDGE] }),
    /it holds more watermarks than it has elements in flight/,
  ],
  [
    'records in flight from nowhere',
    metadataOf({ inputChannels: [{ ...CHANNEL, edgeIndex: 1 }] }, { inputEdges: [EDGE] }),
    /it holds records in flight on an edge that it does not name/,
  ],
  [
    'a key group in two subtasks',
    metadataOf(
      {},
      { parallelism: 2, subtasks: [subtaskOf(KEYED), subtaskOf({ ...KEYED, keyGroups: { start: 1, end: 2 } })] },
    ),
    /it holds key group 2 more than once/,
  ],
  ['a key group twice in a subtask', metadataOf(subtaskOf(KEYED, KEYED)), /it holds key group 2 more than once/],
  ['changes without what changed', metadataOf(subtaskOf(DELTA)), /what changed in key groups 2 to 3, and not the st/],
  ['changes before what changed', metadataOf(subtaskOf(DELTA, KEYED)), /what changed in key groups 2 to 3, and not/],
  [
    'changes in another subtask',
    metadataOf({}, { parallelism: 2, subtasks: [subtaskOf(KEYED), subtaskOf(DELTA)] }),
    /what changed in key groups 2 to 3, and not/,
  ],
  ['an operator twice', metadataOf({}, {}, OPERATOR && { operators: [OPERATOR, OPERATOR] }), /there are two of them/],
  ['a number that no checkpoint has', metadataOf({}, {}, { checkpointId: 2 ** 53 - 1 }), /is no number of one/],
]

describe('Metadata whose checksum is right', () => {
  for (const [what, metadata, reason] of WRONG) {
    it(`are damaged all the same with ${what}`, () => {
      assert.throws(
        () => decodeMetadata(encodeMetadata(metadata, HERE), '/cp/chk-1/_metadata', HERE),
        (error) =>
          FlinkError.is(error, 'SNAPSHOT_CORRUPT') &&
          error.message.includes('/cp/chk-1/_metadata') &&
          reason.test(error.message),
      )
    })
  }

  it('are read where all of it fits', () => {
    const files = { backend: 'sorted', files: [] }
    const { managedKeyed } = keyed({}).operators[0]?.subtasks[0] ?? { managedKeyed: [] }
    const others = { start: 0, end: 1 }
    const states = [...managedKeyed, DELTA, DELTA, { ...KEYED, keyGroups: others, offsets: [], backendFiles: files }]
    const metadata = metadataOf({ managedKeyed: states, inputChannels: [CHANNEL] }, { inputEdges: [EDGE] })
    assert.deepEqual(decodeMetadata(encodeMetadata(metadata, HERE), 'f', HERE), metadata)
  })
})
