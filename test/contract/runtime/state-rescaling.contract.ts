import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../src/core/keygroups/key-group-assignment.js'
import type { CompletedCheckpoint } from '../../../src/storage/checkpoint-metadata.js'
import { decodeMetadata, encodeMetadata } from '../../../src/storage/metadata-codec.js'
import { assignState } from '../../../src/storage/state-assignment.js'
import type { OperatorSubtaskState } from '../../../src/storage/state-handles.js'
import { StatefulSubtask, type HeldByKey } from './stateful-subtask.js'
import type { BackendUnderTest } from './state-backend.contract.js'
import { rounds } from '../../runner/rounds.js'

const ID = 'a'.repeat(32)
const HERE = 'file:/cp/chk-1'

/** How a run goes from one parallelism to the next. */
interface Move {
  readonly parallelism: number
  /** The snapshot builds on one before it. */
  readonly isDelta: boolean
}

const parallelisms = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 7 }) },
  fc.integer({ min: 1, max: 128 }),
)
const run = fc.record({
  maxParallelism: fc.oneof(parallelisms, fc.constant(128)),
  wanted: fc.array(fc.record({ parallelism: parallelisms, isDelta: fc.boolean() }), { minLength: 2, maxLength: 3 }),
  keys: fc.uniqueArray(fc.oneof(fc.nat(500), fc.string({ maxLength: 3 })), { maxLength: 40 }),
})

/** An operator with state of every kind, as subtasks that take the state of those before. */
class RescaledOperator {
  readonly #kind: BackendUnderTest
  readonly #maxParallelism: number
  #subtasks: readonly StatefulSubtask[] = []
  /** What is to be found. */
  readonly #byKey = new Map<string | number, HeldByKey>()
  readonly #elements: number[] = []
  #nextCheckpoint = 1
  #round = 0

  constructor(kind: BackendUnderTest, maxParallelism: number) {
    this.#kind = kind
    this.#maxParallelism = maxParallelism
  }

  async start(parallelism: number, snapshot?: CompletedCheckpoint): Promise<void> {
    const restored = snapshot === undefined ? undefined : this.#assigned(snapshot, parallelism)
    const maxParallelism = this.#maxParallelism
    const place = (subtaskIndex: number) => ({ subtaskIndex, parallelism, maxParallelism })
    this.#subtasks = await Promise.all(
      Array.from({ length: parallelism }, (_, index) =>
        StatefulSubtask.of(this.#kind, place(index), restored?.[index]),
      ),
    )
  }

  /** New keys, other keys' state changed or gone, and more elements of each kind of list. */
  work(keys: readonly (string | number)[]): void {
    this.#round += 1
    for (const [index, key] of keys.entries()) {
      const held = (index + this.#round) % 5 === 0 ? undefined : { round: this.#round, index }
      this.#ownerOf(key).hold(key, held)
      if (held === undefined) this.#byKey.delete(key)
      else this.#byKey.set(key, held)
    }
    for (const subtask of this.#subtasks) {
      const element = this.#elements.length
      this.#elements.push(element)
      subtask.add(element)
      subtask.broadcast(this.#round)
    }
  }

  async snapshot(isDelta: boolean): Promise<CompletedCheckpoint> {
    const checkpointId = this.#nextCheckpoint
    this.#nextCheckpoint += 1
    const increment = { checkpointId, baseCheckpointId: isDelta ? checkpointId - 1 : undefined }
    const subtasks = await Promise.all(this.#subtasks.map((subtask) => subtask.snapshot(increment)))
    const whose = { engineVersion: '0', jobId: ID, jobName: 'j', checkpointId, timestamp: 0, isSavepoint: false }
    const operator = { operatorId: ID, uid: 'u', name: 'Op', fullyFinished: false, subtasks }
    const sizes = { parallelism: subtasks.length, maxParallelism: this.#maxParallelism }
    const bytes = encodeMetadata({ ...whose, operators: [{ ...operator, ...sizes }] }, HERE)
    return { metadata: decodeMetadata(bytes, 'f', HERE), externalPath: HERE }
  }

  /** Every kind, where it belongs and nowhere else. */
  check(): void {
    const found = new Map<unknown, HeldByKey>()
    for (const subtask of this.#subtasks) {
      for (const [key, held] of subtask.heldKeys()) {
        assert.equal(this.#ownerOf(key), subtask, 'the key is in another subtask')
        assert.ok(!found.has(key))
        found.set(key, held)
      }
      subtask.checkKeyGroups()
      assert.deepEqual(subtask.union().toSorted(ascending), this.#elements)
      assert.equal(subtask.broadcasted(), this.#round)
    }
    assert.deepEqual(found, new Map(this.#byKey))
    for (const lists of [this.#subtasks.map((each) => each.list()), this.#subtasks.map((each) => each.partitions())]) {
      assert.deepEqual(lists.flat().toSorted(ascending), this.#elements)
      const sizes = lists.map(({ length }) => length)
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, 'they are not spread evenly')
    }
  }

  #assigned(snapshot: CompletedCheckpoint, parallelism: number): readonly OperatorSubtaskState[] {
    const planned = { operatorId: ID, name: 'Op', parallelism, maxParallelism: this.#maxParallelism }
    const declared = { maxParallelismDeclared: true, keyShape: undefined, hasCoordinator: false }
    const assigned = assignState(snapshot, [{ ...planned, ...declared }], false)
    return assigned.operators.get(ID)?.subtasks ?? assert.fail()
  }

  #ownerOf(key: string | number): StatefulSubtask {
    const keyGroup = keyGroupForHash(hashKey(key, 'auto'), this.#maxParallelism)
    const index = operatorIndexForKeyGroup(this.#maxParallelism, this.#subtasks.length, keyGroup)
    return this.#subtasks[index] ?? assert.fail()
  }
}

function ascending(one: number, other: number): number {
  return one - other
}

async function rescale(
  kind: BackendUnderTest,
  maxParallelism: number,
  moves: readonly Move[],
  keys: (string | number)[],
) {
  const operator = new RescaledOperator(kind, maxParallelism)
  let snapshot: CompletedCheckpoint | undefined
  for (const { parallelism, isDelta } of moves) {
    await operator.start(Math.min(parallelism, maxParallelism), snapshot)
    if (snapshot !== undefined) operator.check()
    operator.work(keys)
    snapshot = await operator.snapshot(false)
    if (!isDelta) continue
    operator.work(keys.slice(keys.length / 2))
    snapshot = await operator.snapshot(true)
  }
}

/** What every backend promises when an operator goes on with more or fewer subtasks, beside the state that has no keys. */
export function rescalingContract(kind: BackendUnderTest): void {
  describe(`${kind.name}, an operator with state of every kind`, () => {
    it('has all of it again, each where it belongs, whatever the parallelism before and after', async () => {
      await fc.assert(
        fc.asyncProperty(run, async ({ maxParallelism, wanted, keys }) => {
          const last = { parallelism: maxParallelism, isDelta: false }
          await rescale(kind, maxParallelism, [...wanted, last], keys)
        }),
        { numRuns: rounds(10) },
      )
    })
  })
}
