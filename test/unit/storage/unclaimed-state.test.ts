import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CompletedCheckpoint, OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import { expectedKeyShapes } from '../../../src/storage/expected-keys.js'
import { claimingCall, likelyRenames, type AskedState } from '../../../src/storage/likely-renames.js'
import type { PlannedOperator } from '../../../src/storage/planned-operator.js'
import { assignState } from '../../../src/storage/state-assignment.js'
import { EMPTY_SUBTASK_STATE, type StateMetadata } from '../../../src/storage/state-handles.js'
import { adviceOfRename } from '../../../src/storage/unclaimed-state.js'

/** An operator is known by one letter, which is its id. */
interface Stored {
  readonly id: string
  readonly uid?: string
  readonly name?: string
  readonly states?: readonly string[]
  readonly isKeyed?: boolean
  readonly hasCoordinator?: boolean
  readonly sizeBytes?: number
}

function stateNamed(name: string): StateMetadata {
  return { name, kind: 'value', typeFingerprint: 'LONG', schemaVersion: 0 }
}

function idOf(letter: string): string {
  return letter.repeat(32)
}

function stored({ id, uid, name = 'Map', states = ['total'], isKeyed = true, ...rest }: Stored): OperatorState {
  const handle = { kind: 'inline' as const, bytes: new Uint8Array(rest.sizeBytes ?? 1), crc32c: 0 }
  const metadata = states.map(stateNamed)
  const keyed = {
    keyGroups: { start: 0, end: 127 },
    isDelta: false,
    offsets: [],
    keyShapes: ['string'],
    states: metadata,
    handle,
  }
  const lists = {
    handle,
    states: metadata.map((state) => ({ ...state, kind: 'operator-list' as const, offsets: [0, 1] })),
  }
  const subtask = isKeyed
    ? { ...EMPTY_SUBTASK_STATE, managedKeyed: [keyed] }
    : { ...EMPTY_SUBTASK_STATE, managedOperator: [lists] }
  return {
    operatorId: idOf(id),
    uid,
    name,
    parallelism: 1,
    maxParallelism: 128,
    fullyFinished: false,
    subtasks: [subtask],
    ...(rest.hasCoordinator === true && { coordinatorState: handle }),
  }
}

function planned(id: string, overrides: Partial<PlannedOperator> = {}): PlannedOperator {
  const settings = { parallelism: 1, maxParallelism: 128, maxParallelismDeclared: false, keyShape: undefined }
  return { operatorId: idOf(id), name: 'Map', isKeyed: true, hasCoordinator: false, ...settings, ...overrides }
}

/** `b -> x`: the state of b most likely belongs to x. */
function renamesOf(
  operators: readonly OperatorState[],
  plan: readonly PlannedOperator[],
  asked: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const askedBy = (operatorId: string): readonly AskedState[] | undefined =>
    asked[operatorId.charAt(0)]?.map((name) => ({ name, kind: 'value' }))
  const renames = likelyRenames({ stored: operators, plan, askedBy })
  return [...renames].map(([from, { planned: to }]) => `${from.charAt(0)} -> ${to.operatorId.charAt(0)}`)
}

describe('The likely owner of state that nobody claims', () => {
  it('is the new operator of the same name, whatever its uid', () => {
    const operators = [stored({ id: 'a', uid: 'one' }), stored({ id: 'b', uid: 'two', name: 'Count' })]
    const plan = [planned('x', { name: 'Count' }), planned('a')]
    assert.deepEqual(renamesOf(operators, plan), ['b -> x'])
  })

  it('is the one between the same neighbours, where names say nothing', () => {
    const operators = ['a', 'b', 'c'].map((id) => stored({ id, name: `Was ${id}` }))
    assert.deepEqual(renamesOf(operators, [planned('a'), planned('x'), planned('c')]), ['b -> x'])
    assert.deepEqual(renamesOf(operators, [planned('x'), planned('a'), planned('c')]), [], 'in another place')
  })

  it('is the one that asks for the same states, and never one that asks for others only', () => {
    const operators = [stored({ id: 'b', name: 'Was b', states: ['total', 'seen'] })]
    const plan = [planned('x'), planned('y')]
    assert.deepEqual(renamesOf(operators, plan, { x: ['total', 'seen'], y: ['total'] }), ['b -> x'])
    assert.deepEqual(renamesOf(operators, [planned('x')], { x: ['other'] }), [])
  })

  it('is not told where two are as likely, on either side', () => {
    const two = [stored({ id: 'b' }), stored({ id: 'c' })]
    assert.deepEqual(renamesOf([stored({ id: 'b' })], [planned('x'), planned('y')]), [])
    assert.deepEqual(renamesOf(two, [planned('x')]), [])
    assert.deepEqual(renamesOf(two, [planned('x'), planned('y')]), [])
  })

  it('is one whose uid differs in a letter', () => {
    const two = [stored({ id: 'b', uid: 'counts' }), stored({ id: 'c', uid: 'joined' })]
    const plan = [planned('x', { uid: 'joind' }), planned('y', { uid: 'count' })]
    assert.deepEqual(renamesOf(two, plan), ['b -> y', 'c -> x'])
  })

  it('can take the state: keys need a keyed operator, a coordinator one with a coordinator', () => {
    assert.deepEqual(renamesOf([stored({ id: 'b' })], [planned('x', { isKeyed: false })]), [])
    assert.deepEqual(renamesOf([stored({ id: 'b', isKeyed: false })], [planned('x', { isKeyed: false })]), ['b -> x'])
    const source = stored({ id: 'b', isKeyed: false, hasCoordinator: true })
    assert.deepEqual(renamesOf([source], [planned('x', { isKeyed: false })]), [])
    assert.deepEqual(renamesOf([source], [planned('x', { isKeyed: false, hasCoordinator: true })]), ['b -> x'])
  })

  it('gets the state with the uid of before, or with the id where there was none', () => {
    assert.equal(claimingCall(stored({ id: 'b', uid: "the user's" }), {}), String.raw`.uid('the user\'s')`)
    assert.equal(claimingCall(stored({ id: 'b' }), { uid: 'x' }), `.setUidHash('${idOf('b')}')`)
    assert.equal(claimingCall(stored({ id: 'b' }), {}), `.uid('...').setUidHash('${idOf('b')}')`)
  })
})

describe('A restore with state that nobody claims', () => {
  const operators = [
    stored({ id: 'b', uid: 'counts', name: 'Count', states: ['total', 'seen'], sizeBytes: 1536 }),
    stored({ id: 'c', name: 'Other', isKeyed: false, hasCoordinator: true }),
  ]
  const header = {
    engineVersion: '1',
    jobId: idOf('a'),
    jobName: 'j',
    checkpointId: 1,
    timestamp: 0,
    isSavepoint: false,
  }
  const snapshot = { externalPath: 'file:/cp/chk-1', metadata: { ...header, operators } }
  const plan = [planned('x', { name: 'Count', uid: 'count' })]

  it('is refused with what it holds, its size, the likely new name and the way to see all', () => {
    assert.throws(
      () => assignState(snapshot, plan, false),
      (error: Error) => {
        const [first, ...lines] = error.message.split('\n')
        assert.match(first ?? '', /operator b{32} \(uid "counts"\), c{32} \(Other\) to the new program.* on the CLI\.$/)
        assert.deepEqual(lines, [
          'It would leave out:',
          `  uid "counts" (Count, id ${idOf('b')}): total, seen, 1.5 KB`,
          `    uid "count" (Count) looks like it, and is new: set .uid('counts') there.`,
          `  Other (id ${idOf('c')}): total, its coordinator, 2 B`,
          'What becomes of every state: flink-ts check <job-file> --against file:/cp/chk-1',
        ])
        return true
      },
    )
  })

  it('says the same of what it skips, where that is allowed', () => {
    assert.deepEqual(assignState(snapshot, plan, true).skipped, [
      `uid "counts" (Count, id ${idOf('b')}): total, seen, 1.5 KB`,
      `Other (id ${idOf('c')}): total, its coordinator, 2 B`,
    ])
  })

  it('speaks of an operator without uid by its name', () => {
    assert.equal(
      adviceOfRename(stored({ id: 'b', uid: 'counts' }), planned('x', { name: 'Count' })),
      `"Count", which has no uid, looks like it, and is new: set .uid('counts') there.`,
    )
  })

  it('names a few states of many', () => {
    const many = stored({ id: 'b', states: Array.from({ length: 11 }, (_, index) => `s${String(index)}`) })
    const [skipped] = assignState({ ...snapshot, metadata: { ...header, operators: [many] } }, [], true).skipped
    assert.match(skipped ?? '', /: s0, s1, s2, s3, s4, s5, s6, s7, 3 more, 1 B$/)
  })
})

describe('A snapshot of another max parallelism', () => {
  const header = {
    engineVersion: '1',
    jobId: idOf('a'),
    jobName: 'j',
    checkpointId: 1,
    timestamp: 0,
    isSavepoint: false,
  }
  const snapshot = { externalPath: 'file:/cp/chk-1', metadata: { ...header, operators: [stored({ id: 'b' })] } }

  it('is refused with both values and the command that writes it anew', () => {
    const target = planned('b', { maxParallelism: 256, maxParallelismDeclared: true })
    assert.throws(() => assignState(snapshot, [target], false), {
      code: 'MAX_PARALLELISM_MISMATCH',
      message:
        /max parallelism 128 to new program with max parallelism 256\. .*: flink-ts savepoint rescale file:\/cp\/chk-1 --max-parallelism 256 -o <new>$/,
    })
  })

  it('is refused for more subtasks than key groups with the command that makes more of them', () => {
    assert.throws(() => assignState(snapshot, [planned('b', { parallelism: 200, maxParallelism: 512 })], false), {
      code: 'RESTORED_MAX_PARALLELISM_EXCEEDED',
      message: /\(128\).*\(200\).*: flink-ts savepoint rescale file:\/cp\/chk-1 --max-parallelism 512 -o <new>$/,
    })
  })
})

describe('A uid hash', () => {
  const header = {
    engineVersion: '1',
    jobId: idOf('a'),
    jobName: 'j',
    checkpointId: 1,
    timestamp: 0,
    isSavepoint: false,
  }
  const snapshotOf = (...ids: string[]): CompletedCheckpoint => ({
    externalPath: 'file:/cp/chk-1',
    metadata: { ...header, operators: ids.map((id) => stored({ id })) },
  })
  const plan = [planned('x', { uidHash: idOf('b') })]

  it('finds the state of before, which is found by the own id from the next snapshot on', () => {
    for (const id of ['b', 'x']) {
      const { operators, skipped } = assignState(snapshotOf(id), plan, false)
      assert.deepEqual([[...operators.keys()], skipped], [[idOf('x')], []], id)
    }
    assert.deepEqual([...assignState(snapshotOf('x'), [planned('x')], false).operators.keys()], [idOf('x')])
  })

  it('comes before the own id where the snapshot has both: the other state has no operator then', () => {
    assert.throws(() => assignState(snapshotOf('b', 'x'), plan, false), {
      code: 'STATE_UNMATCHED',
      message: /operator x{32}/,
    })
    const { operators, skipped } = assignState(snapshotOf('b', 'x'), plan, true)
    assert.deepEqual([operators.size, skipped.length], [1, 1])
  })

  it('is no reason to look for a renamed operator', () => {
    assert.deepEqual(renamesOf([stored({ id: 'b' })], plan), [])
    assert.deepEqual([...expectedKeyShapes(snapshotOf('b').metadata, plan)], [[idOf('x'), ['string']]])
  })
})
