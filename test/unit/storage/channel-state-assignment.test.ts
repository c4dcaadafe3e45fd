import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { keyGroupRangeForOperatorIndex } from '../../../src/core/keygroups/key-group-assignment.js'
import type { KeyGroupRange } from '../../../src/core/keygroups/key-group-range.js'
import type { CompletedCheckpoint, InputEdge, OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import { hasKeyedChannelState, inFlightByEdge, recordCount } from '../../../src/storage/channel-state-assignment.js'
import type { PlannedOperator } from '../../../src/storage/planned-operator.js'
import { assignState, type StateAssignment } from '../../../src/storage/state-assignment.js'
import {
  EMPTY_SUBTASK_STATE,
  type ChannelStateHandle,
  type OperatorSubtaskState,
} from '../../../src/storage/state-handles.js'

const ID = 'a'.repeat(32)
const MAX_PARALLELISM = 16
const KEYED: InputEdge = { id: `k/0-${ID}/0`, sourceName: 'Keys', partitioner: 'hash', recordType: 'INT' }
const BLIND: InputEdge = { id: `r/0-${ID}/0`, sourceName: 'Words', partitioner: 'rebalance', recordType: 'GENERIC' }

/** A record is a byte, of which the low half is its key group. */
function handleOf(edgeIndex: number, channelIndex: number, records: readonly number[]): ChannelStateHandle {
  const handle = { kind: 'inline', bytes: Uint8Array.from(records), crc32c: 0 } as const
  return { edgeIndex, channelIndex, typeFingerprint: 'INT', offsets: [...records.keys(), records.length], handle }
}

function recordsOf({ handle, offsets }: ChannelStateHandle): number[] {
  assert.ok(handle.kind === 'inline')
  return offsets.slice(0, -1).map((offset) => handle.bytes[offset] ?? -1)
}

function keyGroupOf(record: number): number {
  return record % MAX_PARALLELISM
}

function contains({ start, end }: KeyGroupRange, keyGroup: number): boolean {
  return start <= keyGroup && keyGroup <= end
}

function checkpointOf(
  inputEdges: readonly InputEdge[],
  bySubtask: readonly (readonly ChannelStateHandle[])[],
  others: Partial<OperatorState> = {},
): CompletedCheckpoint {
  const subtasks = bySubtask.map((inputChannels) =>
    inputChannels.length === 0 ? undefined : { ...EMPTY_SUBTASK_STATE, inputChannels },
  )
  const operator = { operatorId: ID, uid: 'totals', name: 'Totals', fullyFinished: false, inputEdges, ...others }
  const state = { parallelism: subtasks.length, maxParallelism: MAX_PARALLELISM, subtasks, ...operator }
  const header = { engineVersion: '1', jobId: ID, jobName: 'j', checkpointId: 1, timestamp: 0, isSavepoint: false }
  return { externalPath: 'file:/cp/chk-1', metadata: { ...header, operators: [state] } }
}

function planned(inputEdges: readonly InputEdge[], parallelism: number): PlannedOperator {
  return {
    operatorId: ID,
    name: 'Totals',
    parallelism,
    maxParallelism: MAX_PARALLELISM,
    maxParallelismDeclared: false,
    keyShape: undefined,
    hasCoordinator: false,
    inputEdges,
  }
}

function subtasksOf(assignment: StateAssignment): readonly OperatorSubtaskState[] {
  return assignment.operators.get(ID)?.subtasks ?? []
}

/** What a subtask processes of what it is given, as its task does: of shared handles only its own key groups. */
function replayed({ inputChannels }: OperatorSubtaskState, index: number, parallelism: number): number[] {
  const mine = keyGroupRangeForOperatorIndex(MAX_PARALLELISM, parallelism, index)
  return (inputChannels ?? []).flatMap((handle) =>
    recordsOf(handle).filter((record) => handle.isSharedByKeyGroup !== true || contains(mine, keyGroupOf(record))),
  )
}

const parallelism = fc.integer({ min: 1, max: MAX_PARALLELISM })

/** Records in flight to `readers` subtasks from several writers: of each channel a part of its reader, then one of its writer. */
interface Flight {
  readonly readers: number
  /** By reader, in order of channels. */
  readonly handles: readonly (readonly ChannelStateHandle[])[]
}

const flights = (isKeyed: boolean): fc.Arbitrary<Flight> =>
  fc
    .tuple(parallelism, fc.integer({ min: 1, max: 4 }))
    .chain(([readers, writers]) =>
      fc.tuple(fc.constant(readers), fc.array(partsOf(readers, writers, isKeyed), { maxLength: 40 })),
    )
    .map(([readers, parts]) => {
      let next = 0
      const handles = Array.from({ length: readers }, (_, reader) => {
        const own = parts.filter((part) => part.reader === reader).sort((one, other) => one.writer - other.writer)
        return own.map(({ writer, keyGroups }) => {
          const records = keyGroups.map((keyGroup) => {
            next += 1
            return (next % 15) * MAX_PARALLELISM + keyGroup
          })
          return handleOf(0, writer, records)
        })
      })
      return { readers, handles }
    })

interface Part {
  readonly reader: number
  readonly writer: number
  readonly keyGroups: readonly number[]
}

function partsOf(readers: number, writers: number, isKeyed: boolean): fc.Arbitrary<Part> {
  return fc.tuple(fc.nat(readers - 1), fc.nat(writers - 1)).chain(([reader, writer]) => {
    const { start, end } = keyGroupRangeForOperatorIndex(MAX_PARALLELISM, readers, reader)
    const keyGroup = isKeyed ? fc.integer({ min: start, max: end }) : fc.nat(MAX_PARALLELISM - 1)
    return fc.array(keyGroup, { maxLength: 6 }).map((keyGroups) => ({ reader, writer, keyGroups }))
  })
}

const sorted = (records: readonly number[]): number[] => [...records].sort((one, other) => one - other)

describe('records in flight with keys', () => {
  it('come to the subtask of their key group, each once and in the order of its key, whatever the parallelism is', () => {
    fc.assert(
      fc.property(flights(true), parallelism, ({ readers, handles }, after) => {
        const assignment = assignState(checkpointOf([KEYED], handles), [planned([KEYED], after)], false)
        const before = handles.flatMap((ofReader) => ofReader.flatMap(recordsOf))
        const replays = subtasksOf(assignment).map((subtask, index) => replayed(subtask, index, after))
        assert.deepEqual(sorted(replays.flat()), sorted(before))
        for (const [index, records] of replays.entries()) {
          const mine = keyGroupRangeForOperatorIndex(MAX_PARALLELISM, after, index)
          assert.ok(records.every((record) => contains(mine, keyGroupOf(record))))
        }
        for (let keyGroup = 0; keyGroup < MAX_PARALLELISM; keyGroup += 1) {
          const ofKey = (records: readonly number[]): number[] =>
            records.filter((each) => keyGroupOf(each) === keyGroup)
          assert.deepEqual(replays.flatMap(ofKey), ofKey(before))
        }
        assert.equal(readers === after && JSON.stringify([...subtasksOf(assignment)]).includes('Shared'), false)
      }),
    )
  })

  it('are shared only by the subtasks that may need them', () => {
    const handles = [[handleOf(0, 0, [1])], [handleOf(0, 0, [9])]]
    const shared = (after: number): (boolean | undefined)[][] =>
      subtasksOf(assignState(checkpointOf([KEYED], handles), [planned([KEYED], after)], false)).map(
        ({ inputChannels }) => (inputChannels ?? []).map(({ isSharedByKeyGroup }) => isSharedByKeyGroup),
      )
    assert.deepEqual(shared(1), [[undefined, undefined]])
    assert.deepEqual(shared(4), [[true], [true], [true], [true]])
    // Key groups 0 to 5, 6 to 10 and 11 to 15.
    assert.deepEqual(shared(3), [[true], [true, true], [true]])
  })

  it('keep the max parallelism, as keyed state does', () => {
    const checkpoint = checkpointOf([KEYED], [[handleOf(0, 0, [1])]])
    const derived = { ...planned([KEYED], 2), maxParallelism: 128 }
    assert.equal(assignState(checkpoint, [derived], false).operators.get(ID)?.maxParallelism, MAX_PARALLELISM)
    for (const [target, code] of [
      [{ ...derived, maxParallelismDeclared: true }, 'MAX_PARALLELISM_MISMATCH'],
      [{ ...derived, parallelism: 17 }, 'RESTORED_MAX_PARALLELISM_EXCEEDED'],
    ] as const) {
      assert.throws(() => assignState(checkpoint, [target], false), { code })
    }
    const blind = checkpointOf([BLIND], [[handleOf(0, 0, [1])]])
    const declared = { ...derived, inputEdges: [BLIND], maxParallelismDeclared: true }
    assert.equal(assignState(blind, [declared], false).operators.get(ID)?.maxParallelism, 128)
  })
})

describe('records in flight without keys', () => {
  it('come to one subtask each, channel by channel in their order, whatever the parallelism is', () => {
    fc.assert(
      fc.property(flights(false), parallelism, ({ readers, handles }, after) => {
        const subtasks = subtasksOf(assignState(checkpointOf([BLIND], handles), [planned([BLIND], after)], false))
        const replays = subtasks.map(({ inputChannels }) => (inputChannels ?? []).flatMap(recordsOf))
        assert.deepEqual(
          replays.flat(),
          handles.flatMap((ofReader) => ofReader.flatMap(recordsOf)),
        )
        if (readers === after)
          assert.deepEqual(
            replays,
            handles.map((ofReader) => ofReader.flatMap(recordsOf)),
          )
      }),
    )
  })

  it('are spread evenly, and both parts of a channel stay together', () => {
    const handles = [
      [handleOf(0, 0, [1, 2]), handleOf(0, 0, [3, 4]), handleOf(0, 1, [5, 6, 7, 8])],
      [handleOf(0, 0, [9, 10]), handleOf(0, 1, [11, 12, 13, 14, 15, 16])],
    ]
    const spread = (after: number): number[][] =>
      subtasksOf(assignState(checkpointOf([BLIND], handles), [planned([BLIND], after)], false)).map(
        ({ inputChannels }) => (inputChannels ?? []).flatMap(recordsOf),
      )
    assert.deepEqual(spread(4), [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10],
      [11, 12, 13, 14, 15, 16],
    ])
    assert.deepEqual(spread(1).flat().length, 16)
  })

  it('go to the first subtask alone where all records do', () => {
    const edge = { ...BLIND, partitioner: 'global' }
    const handles = [[handleOf(0, 0, [1]), handleOf(0, 1, [2])], []]
    const subtasks = subtasksOf(assignState(checkpointOf([edge], handles), [planned([edge], 4)], false))
    assert.deepEqual(
      subtasks.map(({ inputChannels }) => inputChannels?.flatMap(recordsOf)),
      [[1, 2], undefined, undefined, undefined],
    )
  })
})

describe('an edge with records in flight', () => {
  const handles = [[handleOf(1, 0, [1, 2, 3])], [handleOf(1, 0, [4])]]
  const checkpoint = checkpointOf([KEYED, BLIND], handles)

  it('is found wherever the new program has it', () => {
    const [first] = subtasksOf(assignState(checkpoint, [planned([BLIND, KEYED], 2)], false))
    assert.deepEqual(first?.inputChannels, [handleOf(0, 0, [1, 2, 3])])
  })

  it('is refused with operator and source where it is no more what it was, or its records are dropped and told', () => {
    for (const [edges, reason] of [
      [[KEYED], 'in the new program it gets no records from there on an edge of its own'],
      [[KEYED, { ...BLIND, partitioner: 'hash' }], 'their partitioner was rebalance and is hash now'],
      [[{ ...BLIND, recordType: 'STRING' }], 'they were of type GENERIC and are of STRING now'],
    ] as const) {
      const plan = [planned(edges, 2)]
      assert.throws(
        () => assignState(checkpoint, plan, false),
        (error) =>
          FlinkError.is(error, 'CHANNEL_STATE_UNMATCHED') &&
          error.message.includes(
            `file:/cp/chk-1. It holds 4 records that were in flight from Words to operator ${ID} (uid "totals")`,
          ) &&
          error.message.includes(reason),
      )
      const { operators, skipped } = assignState(checkpoint, plan, true)
      assert.deepEqual(skipped, [`${ID} (uid "totals"): 4 records in flight from Words, as ${reason}`])
      assert.deepEqual(operators.get(ID)?.subtasks, [EMPTY_SUBTASK_STATE, EMPTY_SUBTASK_STATE])
    }
  })

  it('is missed with its operator, unless other state of that is', () => {
    assert.throws(() => assignState(checkpoint, [], false), {
      code: 'CHANNEL_STATE_UNMATCHED',
      message: /the new program has no such operator/,
    })
    assert.match(assignState(checkpoint, [], true).skipped.join(), /4 records in flight from Words, as the new program/)
    const coordinatorState = { kind: 'inline', bytes: new Uint8Array(1), crc32c: 0 } as const
    const both = checkpointOf([KEYED, BLIND], handles, { coordinatorState })
    assert.throws(() => assignState(both, [], false), { code: 'STATE_UNMATCHED' })
    assert.equal(assignState(both, [], true).skipped.length, 2)
  })
})

describe('watermarks in flight', () => {
  const TWO = { ...KEYED, sourceParallelism: 2 }
  const assigned = (edge: InputEdge, handles: readonly (readonly ChannelStateHandle[])[], after: number) =>
    subtasksOf(assignState(checkpointOf([TWO], handles), [planned([edge], after)], false)).map(({ inputChannels }) =>
      (inputChannels ?? []).map(({ virtualChannel: { index, of } = {} }) => [index, of]),
    )
  const time = (channelIndex: number): ChannelStateHandle => ({ ...handleOf(0, channelIndex, [1]), numTimes: 1 })

  it('are those of their channel where the channels are the same, else of one of those that are awaited', () => {
    const handles = [[handleOf(0, 0, [1]), handleOf(0, 1, [1])], [handleOf(0, 1, [9])]]
    const same = [undefined, undefined]
    assert.deepEqual(assigned(TWO, handles, 2), [[same, same], [same]])
    // Other channels upstream: each subtask has those of its own.
    assert.deepEqual(assigned({ ...TWO, sourceParallelism: 3 }, handles, 2), [
      [
        [0, 2],
        [1, 2],
      ],
      [[3, 2]],
    ])
    assert.deepEqual(assigned(TWO, handles, 1), [
      [
        [0, 4],
        [1, 4],
        [3, 4],
      ],
    ])
  })

  it('are no records: nothing is refused or counted where an edge with nothing else is gone', () => {
    const checkpoint = checkpointOf([TWO], [[time(0)], []])
    const { skipped } = assignState(checkpoint, [planned([BLIND], 2)], false)
    assert.deepEqual(skipped, [])
    const [first] = checkpoint.metadata.operators
    assert.ok(first)
    assert.deepEqual(inFlightByEdge(first), [])
    assert.equal(hasKeyedChannelState(first), false)
    assert.equal(recordCount([time(0), handleOf(0, 0, [1, 2])]), 2)
  })
})
