import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StateTtlConfig } from '../../../../src/api/state/state-ttl-config.js'
import { hashKey } from '../../../../src/core/keygroups/canonical-key.js'
import {
  keyGroupForHash,
  keyGroupRangeForOperatorIndex,
  operatorIndexForKeyGroup,
} from '../../../../src/core/keygroups/key-group-assignment.js'
import type { InternalState } from '../../../../src/runtime/taskmanager/state/internal-state.js'
import type {
  KeyedStateBackend,
  SnapshotIncrement,
} from '../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { VOID_NAMESPACES } from '../../../../src/runtime/taskmanager/state/namespace-type.js'
import type { KeyedStateHandle } from '../../../../src/storage/state-handles.js'
import { HEAP } from '../backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from '../rocksdb-under-test.js'
import { SetTime } from '../set-time.js'
import { MAX_PARALLELISM, restored, snapshotOf, type BackendUnderTest } from '../state-backend.contract.js'
import { LIST_OF_NUMBERS, MAP_ALL_ENTRIES, REDUCING, VALUE, type TtlContext } from './ttl-contexts.js'

cleanUpAfterEach()

const TTL = 100
const KEYS = 60
const CONFIG = StateTtlConfig.newBuilder(TTL).build()
const DISK = diskUnderTest({ driver: 'memory', cacheBytes: 1000 })

/** An operator whose key `n` is used for the last time at `n` ms. */
class Subtasks {
  readonly time = new SetTime()
  readonly #context: TtlContext
  #subtasks: readonly { readonly backend: KeyedStateBackend; readonly state: InternalState<unknown> }[] = []

  constructor(context: TtlContext) {
    this.#context = context
  }

  async start(
    kind: BackendUnderTest,
    parallelism: number,
    handles: readonly (readonly KeyedStateHandle[])[] = [],
  ): Promise<void> {
    const started = Array.from({ length: parallelism }, async (_, index) => {
      const keyGroups = keyGroupRangeForOperatorIndex(MAX_PARALLELISM, parallelism, index)
      const overlapping = handles.map((each) =>
        each.filter((handle) => handle.keyGroups.start <= keyGroups.end && handle.keyGroups.end >= keyGroups.start),
      )
      const backend = await restored(kind, overlapping, { keyGroups, processingTime: this.time })
      const descriptor = this.#context.createDescriptor()
      descriptor.enableTimeToLive(CONFIG)
      return { backend, state: backend.getOrCreateKeyedState(descriptor, VOID_NAMESPACES) }
    })
    this.#subtasks = await Promise.all(started)
  }

  update(key: number, ms: number): void {
    this.time.ms = ms
    this.#context.update(this.#at(key), this.#context.updateEmpty)
  }

  get(key: number): unknown {
    return this.#context.get(this.#at(key))
  }

  /** Of each subtask. */
  snapshots(increment?: SnapshotIncrement): Promise<(readonly KeyedStateHandle[])[]> {
    return Promise.all(this.#subtasks.map(({ backend }) => snapshotOf(backend, increment)))
  }

  #at(key: number): InternalState<unknown> {
    const keyHash = hashKey(key, 'auto')
    const keyGroup = keyGroupForHash(keyHash, MAX_PARALLELISM)
    const index = operatorIndexForKeyGroup(MAX_PARALLELISM, this.#subtasks.length, keyGroup)
    const { backend, state } = this.#subtasks[index] ?? assert.fail()
    backend.setCurrentKey(key, keyHash)
    return state
  }
}

const MOVES = [
  [HEAP, HEAP],
  [HEAP, DISK],
  [DISK, HEAP],
] as const

describe('state with a time to live, of an operator that goes on with another parallelism', () => {
  for (const context of [VALUE, LIST_OF_NUMBERS, MAP_ALL_ENTRIES, REDUCING]) {
    for (const [from, to] of MOVES) {
      for (const [before, after] of [
        [3, 2],
        [2, 5],
      ] as const) {
        it(`lives as long as it would have, to the millisecond: ${context.name}, ${String(before)} to ${String(after)}, ${from.name} to ${to.name}`, async () => {
          const subtasks = new Subtasks(context)
          await subtasks.start(from, before)
          for (let key = 0; key < KEYS; key += 1) subtasks.update(key, key)
          await subtasks.start(to, after, await subtasks.snapshots())
          checkTimes(subtasks, context)
        })
      }
    }

    it(`has the times of what changed since in a chain of checkpoints: ${context.name}`, async () => {
      const subtasks = new Subtasks(context)
      await subtasks.start(HEAP, 3)
      for (let key = 0; key < KEYS; key += 2) subtasks.update(key, key)
      await subtasks.snapshots({ checkpointId: 1, baseCheckpointId: undefined })
      for (let key = 1; key < KEYS; key += 2) subtasks.update(key, key)
      await subtasks.start(HEAP, 4, await subtasks.snapshots({ checkpointId: 2, baseCheckpointId: 1 }))
      checkTimes(subtasks, context)
    })
  }
})

/** In the order of their ends: of each key all is there 1 ms before, and nothing then. */
function checkTimes(subtasks: Subtasks, context: TtlContext): void {
  for (let key = 0; key < KEYS; key += 1) {
    subtasks.time.ms = key + TTL - 1
    assert.deepEqual(subtasks.get(key), context.getUpdateEmpty)
    subtasks.time.ms = key + TTL
    assert.deepEqual(subtasks.get(key), context.emptyValue)
  }
}
