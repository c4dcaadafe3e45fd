import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { WRITTEN_FILES_STATE } from '../../../src/core/fs/written-files-state.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { keyGroupRangeForOperatorIndex } from '../../../src/core/keygroups/key-group-assignment.js'
import { intersectKeyGroups } from '../../../src/core/keygroups/key-group-range.js'
import { RAW_KEYED_STATE } from '../../../src/core/keygroups/raw-keyed-state.js'
import type { CompletedCheckpoint, OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import type { PlannedOperator } from '../../../src/storage/planned-operator.js'
import { assignState } from '../../../src/storage/state-assignment.js'
import { splitOperatorState } from '../../../src/storage/operator-state-split.js'
import {
  EMPTY_SUBTASK_STATE,
  type OperatorStateHandle,
  type StateMetadata,
} from '../../../src/storage/state-handles.js'

const ID = 'a'.repeat(32)

function listHandle(kind: StateMetadata['kind'], elements: readonly number[]): OperatorStateHandle {
  return {
    handle: { kind: 'inline', bytes: Uint8Array.from(elements), crc32c: 0 },
    states: [
      { name: 's', kind, typeFingerprint: 'GENERIC', schemaVersion: 1, offsets: [...elements.keys(), elements.length] },
    ],
  }
}

function elementsOf(handles: readonly OperatorStateHandle[]): number[] {
  return handles.flatMap(({ handle, states }) =>
    states.flatMap(({ offsets }) =>
      handle.kind === 'inline' ? offsets.slice(0, -1).map((offset) => handle.bytes[offset] ?? -1) : [],
    ),
  )
}

function checkpoint(operators: readonly OperatorState[]): CompletedCheckpoint {
  const header = { engineVersion: '1', jobId: ID, jobName: 'j', checkpointId: 1, timestamp: 0, isSavepoint: false }
  return { externalPath: 'file:/cp/chk-1', metadata: { ...header, operators } }
}

function keyedState(parallelism: number, maxParallelism = 128): OperatorState {
  const subtasks = Array.from({ length: parallelism }, (_, index) => ({
    ...EMPTY_SUBTASK_STATE,
    managedKeyed: [
      {
        keyGroups: keyGroupRangeForOperatorIndex(maxParallelism, parallelism, index),
        isDelta: false,
        offsets: [],
        states: [],
        keyShapes: [],
        handle: { kind: 'inline' as const, bytes: new Uint8Array(), crc32c: 0 },
      },
    ],
  }))
  return { operatorId: ID, uid: 'u', name: 'Map', parallelism, maxParallelism, fullyFinished: false, subtasks }
}

function planned(overrides: Partial<PlannedOperator> = {}): PlannedOperator {
  return {
    operatorId: ID,
    name: 'Map',
    parallelism: 2,
    maxParallelism: 128,
    maxParallelismDeclared: false,
    keyShape: undefined,
    hasCoordinator: false,
    ...overrides,
  }
}

const parallelism = fc.integer({ min: 1, max: 20 })

describe('restoring into another parallelism', () => {
  it('gives every key group to exactly one subtask', () => {
    fc.assert(
      fc.property(parallelism, parallelism, (before, after) => {
        const { operators } = assignState(checkpoint([keyedState(before)]), [planned({ parallelism: after })], false)
        const covered = new Array<number>(128).fill(0)
        for (const [index, subtask] of (operators.get(ID)?.subtasks ?? []).entries()) {
          const mine = keyGroupRangeForOperatorIndex(128, after, index)
          for (const handle of subtask.managedKeyed) {
            const range = intersectKeyGroups(handle.keyGroups, mine)
            for (let group = range.start; group <= range.end; group += 1) covered[group] = (covered[group] ?? 0) + 1
          }
        }
        assert.ok(covered.every((count) => count === 1))
      }),
    )
  })

  it('splits a list evenly: nothing lost, nothing twice, order kept', () => {
    const lists = fc.array(fc.array(fc.nat(255), { maxLength: 9 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(lists, parallelism, (before, after) => {
        const split = splitOperatorState(
          before.map((elements) => [listHandle('operator-list', elements)]),
          after,
        )
        assert.deepEqual(split.flatMap(elementsOf), before.flat())
        if (before.length === after) return
        const sizes = split.map((handles) => elementsOf(handles).length)
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1)
      }),
    )
  })

  it('gives each subtask its own list back where the parallelism stays', () => {
    const before = [[1, 2, 3], [], [4]]
    const split = splitOperatorState(
      before.map((elements) => [listHandle('operator-list', elements)]),
      3,
    )
    assert.deepEqual(split.map(elementsOf), before)
  })

  it('gives a union list whole to everybody', () => {
    const split = splitOperatorState([[listHandle('operator-union', [1, 2])], [listHandle('operator-union', [3])]], 3)
    assert.deepEqual(split.map(elementsOf), [
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ])
  })

  it('gives one copy of a broadcast state to each', () => {
    const split = splitOperatorState([[listHandle('broadcast', [1])], [listHandle('broadcast', [1])]], 3)
    assert.deepEqual(split.map(elementsOf), [[1], [1], [1]])
  })

  it('keeps a list that is empty known as restored', () => {
    const split = splitOperatorState([[listHandle('operator-list', [])]], 2)
    assert.deepEqual(
      split.map((handles) => handles.length),
      [1, 1],
    )
  })
})

describe('state and operators that do not match', () => {
  it('state of a coordinator that is no more is refused with its operator, or skipped and reported', () => {
    const coordinatorState = { kind: 'inline', bytes: Uint8Array.of(1), crc32c: 0 } as const
    const snapshot = checkpoint([{ ...keyedState(1), coordinatorState }])
    assert.throws(
      () => assignState(snapshot, [planned()], false),
      (error) => FlinkError.is(error, 'COORDINATOR_STATE_UNMATCHED') && error.message.includes('(uid "u"), which has'),
    )
    const { operators, skipped } = assignState(snapshot, [planned()], true)
    assert.match(skipped.join(), /^the coordinator of .*\(uid "u"\)$/)
    assert.equal(operators.get(ID)?.subtasks.length, 2)
  })

  it('state without operator is refused and the operator named', () => {
    assert.throws(
      () => assignState(checkpoint([keyedState(1)]), [], false),
      (error) => FlinkError.is(error, 'STATE_UNMATCHED') && error.message.includes(ID) && error.message.includes('"u"'),
    )
  })

  it('state without operator is skipped and reported when that is allowed', () => {
    assert.equal(assignState(checkpoint([keyedState(1)]), [], true).skipped.length, 1)
  })

  it("how far the files of a sink were written stands in nobody's way", () => {
    const handle = listHandle('operator-union', [1])
    const files = { ...handle, states: handle.states.map((state) => ({ ...state, name: WRITTEN_FILES_STATE })) }
    const sink = { ...keyedState(1), subtasks: [{ ...EMPTY_SUBTASK_STATE, managedOperator: [files] }] }
    assert.equal(assignState(checkpoint([sink]), [], false).skipped.length, 0)
    const more = { ...sink, subtasks: [{ ...EMPTY_SUBTASK_STATE, managedOperator: [files, handle] }] }
    assert.throws(() => assignState(checkpoint([more]), [], false), { code: 'STATE_UNMATCHED' })
  })

  it("the state of a coordinator goes with its operator's, and is missed where there is none", () => {
    const coordinatorState = { kind: 'inline', bytes: Uint8Array.of(1), crc32c: 0 } as const
    const state = { ...keyedState(1), subtasks: [undefined], coordinatorState }
    const { operators } = assignState(checkpoint([state]), [planned({ hasCoordinator: true })], false)
    assert.equal(operators.get(ID)?.coordinatorState, coordinatorState)
    assert.throws(() => assignState(checkpoint([state]), [], false), { code: 'STATE_UNMATCHED' })
    assert.equal(
      assignState(checkpoint([keyedState(1)]), [planned()], false).operators.get(ID)?.coordinatorState,
      undefined,
    )
  })

  it('an operator without state never stands in the way', () => {
    for (const subtask of [undefined, EMPTY_SUBTASK_STATE]) {
      const empty = { ...keyedState(1), subtasks: [subtask] }
      assert.equal(assignState(checkpoint([empty]), [], false).skipped.length, 0)
    }
  })

  it('a declared max parallelism that differs is refused', () => {
    const target = planned({ maxParallelism: 256, maxParallelismDeclared: true })
    assert.throws(
      () => assignState(checkpoint([keyedState(1)]), [target], false),
      (error) => FlinkError.is(error, 'MAX_PARALLELISM_MISMATCH'),
    )
  })

  it('a declared max parallelism that differs is refused for raw keyed state, and taken where nothing has key groups', () => {
    const target = planned({ maxParallelism: 256, maxParallelismDeclared: true })
    const handle = listHandle('operator-union', [1])
    const raw = { ...handle, states: handle.states.map((state) => ({ ...state, name: RAW_KEYED_STATE })) }
    const snapshotWith = (managedOperator: readonly OperatorStateHandle[]): CompletedCheckpoint =>
      checkpoint([{ ...keyedState(1), subtasks: [{ ...EMPTY_SUBTASK_STATE, managedOperator }] }])
    assert.throws(() => assignState(snapshotWith([handle, raw]), [target], false), { code: 'MAX_PARALLELISM_MISMATCH' })
    assert.equal(assignState(snapshotWith([handle]), [target], false).operators.get(ID)?.maxParallelism, 256)
  })

  it('a derived max parallelism gives way to that of the snapshot', () => {
    const { operators } = assignState(checkpoint([keyedState(1, 64)]), [planned()], false)
    assert.equal(operators.get(ID)?.maxParallelism, 64)
  })

  it('a parallelism above the max parallelism of the snapshot is refused', () => {
    assert.throws(
      () => assignState(checkpoint([keyedState(1, 4)]), [planned({ parallelism: 5 })], false),
      (error) => FlinkError.is(error, 'RESTORED_MAX_PARALLELISM_EXCEEDED'),
    )
  })
})
