/** An operator with state of every kind, as subtasks that take the state of those before: with any parallelism, on any backend. */
import assert from 'node:assert/strict'
import { hashKey } from '../../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../../src/core/keygroups/key-group-assignment.js'
import type { CompletedCheckpoint } from '../../../../src/storage/checkpoint-metadata.js'
import { decodeMetadata, encodeMetadata } from '../../../../src/storage/metadata-codec.js'
import { assignState } from '../../../../src/storage/state-assignment.js'
import type { OperatorSubtaskState } from '../../../../src/storage/state-handles.js'
import type { BackendUnderTest } from '../state-backend.contract.js'
import { StatefulSubtask, type HeldByKey } from './stateful-subtask.js'

const ID = 'a'.repeat(32)
const HERE = 'file:/cp/chk-1'

/** Whole, or one on which the next may build, or one that builds on the one before it. */
export type SnapshotKind = 'whole' | 'first' | 'delta'

type Key = string | number

export class RescaledOperator {
  readonly #maxParallelism: number
  #subtasks: readonly StatefulSubtask[] = []
  /** What is to be found. */
  readonly #byKey = new Map<Key, HeldByKey>()
  readonly #elements: number[] = []
  #nextCheckpoint = 1
  #round = 0

  constructor(maxParallelism: number) {
    this.#maxParallelism = maxParallelism
  }

  get numberOfKeys(): number {
    return this.#byKey.size
  }

  /** In place of the subtasks before. */
  async start(kind: BackendUnderTest, parallelism: number, snapshot?: CompletedCheckpoint): Promise<void> {
    await this.dispose()
    const restored = snapshot === undefined ? undefined : this.#assigned(snapshot, parallelism)
    const maxParallelism = this.#maxParallelism
    const place = (subtaskIndex: number) => ({ subtaskIndex, parallelism, maxParallelism })
    const started = await Promise.allSettled(
      Array.from({ length: parallelism }, (_, index) => StatefulSubtask.of(kind, place(index), restored?.[index])),
    )
    this.#subtasks = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    for (const each of started) if (each.status === 'rejected') throw each.reason
  }

  async dispose(): Promise<void> {
    for (const subtask of this.#subtasks) await subtask.dispose()
    this.#subtasks = []
  }

  /** New keys, other keys' state changed or gone, and more elements of each kind of list. */
  work(keys: readonly Key[]): void {
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

  /** As it is in its metadata. */
  async snapshot(kind: SnapshotKind): Promise<CompletedCheckpoint> {
    const checkpointId = this.#nextCheckpoint
    this.#nextCheckpoint += 1
    const baseCheckpointId = kind === 'delta' ? checkpointId - 1 : undefined
    const increment = kind === 'whole' ? undefined : { checkpointId, baseCheckpointId }
    const subtasks = await Promise.all(this.#subtasks.map((subtask) => subtask.snapshot(increment)))
    const isSavepoint = kind === 'whole'
    const whose = { engineVersion: '0', jobId: ID, jobName: 'j', checkpointId, timestamp: 0, isSavepoint }
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

  #ownerOf(key: Key): StatefulSubtask {
    const keyGroup = keyGroupForHash(hashKey(key, 'auto'), this.#maxParallelism)
    const index = operatorIndexForKeyGroup(this.#maxParallelism, this.#subtasks.length, keyGroup)
    return this.#subtasks[index] ?? assert.fail()
  }
}

function ascending(one: number, other: number): number {
  return one - other
}
