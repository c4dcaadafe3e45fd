/** One subtask of an operator that has state of every kind: what it holds can be put in, stored, restored and looked at. */
import assert from 'node:assert/strict'
import { ListStateDescriptor } from '../../../../src/api/state/list-state-descriptor.js'
import { MapStateDescriptor } from '../../../../src/api/state/map-state-descriptor.js'
import { ValueStateDescriptor } from '../../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../../src/api/state/value-state.js'
import { Types } from '../../../../src/api/types/types-table.js'
import { hashKey } from '../../../../src/core/keygroups/canonical-key.js'
import { keyGroupRangeForOperatorIndex } from '../../../../src/core/keygroups/key-group-assignment.js'
import { RawStateLists } from '../../../../src/runtime/taskmanager/operators/own/raw-state-lists.js'
import type { InternalState } from '../../../../src/runtime/taskmanager/state/internal-state.js'
import type { KeyedPriorityQueue } from '../../../../src/runtime/taskmanager/state/keyed-priority-queue.js'
import type {
  KeyedStateBackend,
  SnapshotIncrement,
} from '../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { VOID_NAMESPACE } from '../../../../src/runtime/taskmanager/state/namespace-type.js'
import { OperatorStateBackend } from '../../../../src/runtime/taskmanager/state/operator-state-backend.js'
import type { OperatorSubtaskState } from '../../../../src/storage/state-handles.js'
import { TestOperatorContext } from '../../../operators/test-operator-context.js'
import { Span, SPANS } from '../spans.js'
import { AllStates, DEFAULT_PARAMETERS, snapshotOf, type BackendUnderTest } from '../state-backend.contract.js'
import { INLINE_READER, MemoryStreams, readInline } from '../state-backend-streams.js'

/** What state of every kind of a key is made of. */
export interface HeldByKey {
  readonly round: number
  readonly index: number
}

export interface SubtaskPlace {
  readonly subtaskIndex: number
  readonly parallelism: number
  readonly maxParallelism: number
}

type Key = string | number

const LIST = new ListStateDescriptor<number>('elements', Types.LONG)
const UNION = new ListStateDescriptor<number>('union')
const BROADCAST = new MapStateDescriptor<string, number>('broadcast')

export class StatefulSubtask {
  readonly #states: AllStates
  readonly #windowed: ValueState<unknown> & InternalState<Span>
  readonly #timers: KeyedPriorityQueue<Span>
  readonly #operator: OperatorStateBackend
  readonly #raw: RawStateLists
  readonly #restoredUnion: readonly number[]
  #partitions: number[]

  private constructor(place: SubtaskPlace, keyed: KeyedStateBackend, operator: OperatorStateBackend) {
    this.#states = new AllStates(keyed)
    const windowed = keyed.getOrCreateKeyedState(new ValueStateDescriptor('windowed'), SPANS)
    this.#windowed = windowed as ValueState<unknown> & InternalState<Span>
    this.#timers = keyed.getOrCreatePriorityQueue('timers', SPANS)
    this.#operator = operator
    this.#raw = new RawStateLists('Op', new TestOperatorContext({ taskInfo: place }).taskInfo, operator)
    // As functions do with a union list: each reads all, and one goes on with it.
    const union = operator.getUnionListState(UNION)
    this.#restoredUnion = [...union.get()]
    if (place.subtaskIndex > 0) union.clear()
    this.#partitions = this.#raw.restoredPartitions().map((partition) => partition.getStream().readVarInt())
  }

  static async of(kind: BackendUnderTest, place: SubtaskPlace, state?: OperatorSubtaskState): Promise<StatefulSubtask> {
    const { maxParallelism, parallelism, subtaskIndex } = place
    const keyGroups = keyGroupRangeForOperatorIndex(maxParallelism, parallelism, subtaskIndex)
    const keyed = kind.create({ ...DEFAULT_PARAMETERS, maxParallelism, keyGroups })
    const operator = new OperatorStateBackend('Op')
    try {
      await operator.restore(state?.managedOperator ?? [], readInline)
      if (state === undefined || state.managedKeyed.length === 0) await keyed.open()
      else await keyed.restore(state.managedKeyed, INLINE_READER)
      return new StatefulSubtask(place, keyed, operator)
    } catch (error) {
      await keyed.dispose()
      throw error
    }
  }

  /** Nothing where it is undefined. */
  hold(key: Key, held: HeldByKey | undefined): void {
    const { value, list, map, reducing, aggregating } = this.#states.at(key)
    const before = value.value() as HeldByKey | null
    if (before !== null) {
      this.#windowed.setCurrentNamespace(new Span(0, before.round))
      assert.ok(this.#timers.remove(new Span(0, before.round), before.index))
      for (const state of [value, list, map, reducing, aggregating, this.#windowed]) state.clear()
    }
    if (held === undefined) return
    const { round, index } = held
    value.update(held)
    list.addAll([key, held])
    map.put(key, held)
    reducing.add(round)
    aggregating.add(index)
    this.#windowed.setCurrentNamespace(new Span(0, round))
    this.#windowed.update(held)
    this.#timers.add(new Span(0, round), index)
  }

  add(element: number): void {
    this.#operator.getListState(LIST).add(element)
    this.#operator.getUnionListState(UNION).add(element)
    this.#partitions.push(element)
  }

  broadcast(round: number): void {
    this.#operator.getBroadcastState(BROADCAST).put('round', round)
  }

  /** Whole, without an increment. */
  async snapshot(increment: SnapshotIncrement | undefined): Promise<OperatorSubtaskState> {
    const keyGroups = this.#raw.keyedOutput()
    for (const keyGroup of keyGroups.getKeyGroupList()) keyGroups.startNewKeyGroup(keyGroup).writeVarInt(keyGroup)
    const partitions = this.#raw.partitionOutput()
    for (const element of this.#partitions) partitions.startNewPartition().writeVarInt(element)
    this.#raw.endSnapshot()
    const managedOperator = await this.#operator.snapshot().write(new MemoryStreams())
    return {
      managedKeyed: await snapshotOf(this.#states.backend, increment),
      managedOperator: managedOperator === undefined ? [] : [managedOperator],
    }
  }

  /** Every key that has anything, and what it has: the same in each kind of state. */
  heldKeys(): [Key, HeldByKey][] {
    const { backend } = this.#states
    const keys = [...backend.getKeys('value', VOID_NAMESPACE)] as Key[]
    const timers = this.#takeTimers()
    const held = keys.map((key): [Key, HeldByKey] => {
      const contents = this.#states.contents(key) as { value: HeldByKey }
      const { value } = contents
      this.#windowed.setCurrentNamespace(new Span(0, value.round))
      assert.deepEqual(this.#windowed.value(), value)
      assert.deepEqual(timers.get(key), [value.round, value.index])
      const aggregating = value.index * 1000 + 1
      const map = new Map([[key, value]])
      assert.deepEqual(contents, { value, list: [key, value], map, reducing: value.round, aggregating })
      return [key, value]
    })
    assert.equal(timers.size, keys.length)
    return held
  }

  /** Raw keyed state is asked for once, as operators do. */
  checkKeyGroups(): void {
    const own = this.#raw.keyedOutput().getKeyGroupList()
    const restored = this.#raw.restoredKeyGroups()
    assert.deepEqual(
      restored.map((each) => each.getKeyGroupId()),
      own,
    )
    assert.deepEqual(
      restored.map((each) => each.getStream().readVarInt()),
      own,
    )
  }

  list(): number[] {
    return [...this.#operator.getListState(LIST).get()]
  }

  /** As it was restored. */
  union(): readonly number[] {
    return this.#restoredUnion
  }

  broadcasted(): number | null {
    return this.#operator.getBroadcastState(BROADCAST).get('round')
  }

  partitions(): readonly number[] {
    return this.#partitions
  }

  async dispose(): Promise<void> {
    await this.#states.backend.dispose()
  }

  /** By key, as [end of the span, timestamp]; they are there again afterwards. */
  #takeTimers(): ReadonlyMap<unknown, readonly [number, number]> {
    const found = new Map<unknown, readonly [number, number]>()
    for (let next = this.#timers.poll(); next !== undefined; next = this.#timers.poll()) {
      assert.ok(!found.has(next.key))
      found.set(next.key, [next.namespace.end, next.timestamp])
    }
    for (const [key, [end, timestamp]] of found) {
      this.#states.backend.setCurrentKey(key, hashKey(key, 'auto'))
      this.#timers.add(new Span(0, end), timestamp)
    }
    return found
  }
}
