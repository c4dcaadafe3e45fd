import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { Types } from '../../../src/api/types/types-table.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { keyGroupRangeForOperatorIndex } from '../../../src/core/keygroups/key-group-assignment.js'
import { NO_REGISTERED_TYPES } from '../../../src/core/types/registered-types.js'
import { HeapKeyedStateBackend } from '../../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import { lookUp } from '../../../src/state-processor/look-up.js'
import type { SnapshotSource } from '../../../src/state-processor/snapshot-source.js'
import { storedTypesOf } from '../../../src/state-processor/stored-types.js'
import type { OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import type { KeyedStateHandle } from '../../../src/storage/state-handles.js'
import { DEFAULT_PARAMETERS, snapshotOf } from '../../contract/runtime/state-backend.contract.js'

const MAX_PARALLELISM = 128

/** The subtasks of an operator; a key goes to the one that has its key group. */
class Subtasks {
  readonly #backends = [0, 1].map((index) => {
    const keyGroups = keyGroupRangeForOperatorIndex(MAX_PARALLELISM, 2, index)
    return { keyGroups, backend: new HeapKeyedStateBackend({ ...DEFAULT_PARAMETERS, keyGroups }) }
  })
  readonly #states = this.#backends.map(({ backend }) => ({
    count: backend.getOrCreateKeyedState(
      new ValueStateDescriptor('count', Types.LONG),
    ) as unknown as ValueState<number>,
    list: backend.getOrCreateKeyedState(new ListStateDescriptor('list')) as unknown as ListState<unknown>,
  }))

  at(key: unknown): { readonly count: ValueState<number>; readonly list: ListState<unknown> } {
    for (const [index, { backend }] of this.#backends.entries()) {
      backend.setCurrentKey(key, hashKey(key, 'auto'))
      const state = this.#states[index] ?? assert.fail()
      // Only the subtask that has the key group takes it.
      try {
        state.count.update(-1)
        state.count.clear()
        return state
      } catch {
        continue
      }
    }
    return assert.fail(`nobody has ${String(key)}`)
  }

  async snapshot(checkpointId: number, baseCheckpointId?: number): Promise<(readonly KeyedStateHandle[])[]> {
    return Promise.all(this.#backends.map(({ backend }) => snapshotOf(backend, { checkpointId, baseCheckpointId })))
  }
}

/** Notes which bytes are asked for. */
function sourceOf(ranges: number[] = []): SnapshotSource {
  const source: Pick<SnapshotSource, 'inAnyForm' | 'range'> = {
    inAnyForm: (handle) => Promise.resolve(handle),
    range: (handle, start, lengthBytes) => {
      ranges.push(lengthBytes)
      assert.ok(handle.kind === 'inline')
      return Promise.resolve(handle.bytes.subarray(start, start + lengthBytes))
    },
  }
  return source as SnapshotSource
}

function operatorOf(handles: readonly (readonly KeyedStateHandle[])[]): OperatorState {
  const subtasks = handles.map((managedKeyed) => ({ managedKeyed, managedOperator: [] }))
  return {
    operatorId: 'o',
    uid: 'count',
    name: 'Count',
    parallelism: 2,
    maxParallelism: MAX_PARALLELISM,
    fullyFinished: false,
    subtasks,
  }
}

async function lookUpIn(
  operator: OperatorState,
  state: string,
  keys: readonly unknown[],
  ranges?: number[],
): Promise<unknown[]> {
  return lookUp({ operators: [operator] }, sourceOf(ranges), {
    operatorId: 'o',
    state,
    keyKind: 'auto',
    keys,
    classes: NO_REGISTERED_TYPES,
    readerFor: (metadata) => storedTypesOf(metadata, NO_REGISTERED_TYPES)?.value?.read ?? assert.fail(),
  })
}

describe('Values looked up in a snapshot', () => {
  it('are those of the keys, out of their key groups alone, also where later checkpoints changed or removed some', async () => {
    const subtasks = new Subtasks()
    for (let n = 0; n < 500; n += 1) {
      const { count, list } = subtasks.at(`key ${String(n)}`)
      count.update(n)
      if (n % 2 === 0) list.addAll([n, { n }])
    }
    const whole = await subtasks.snapshot(1)
    const ranges: number[] = []
    const keys = ['key 7', 'key 8', 'nobody', 'key 499']
    assert.deepEqual(await lookUpIn(operatorOf(whole), 'count', keys, ranges), [7, 8, undefined, 499])
    const all = whole.flat().reduce((sum, { handle }) => sum + (handle.kind === 'inline' ? handle.bytes.length : 0), 0)
    assert.ok(ranges.reduce((sum, length) => sum + length, 0) < all / 10)
    assert.deepEqual(await lookUpIn(operatorOf(whole), 'list', ['key 8', 'key 7']), [[8, { n: 8 }], undefined])

    subtasks.at('key 7').count.update(70)
    subtasks.at('key 8').count.clear()
    subtasks.at('new').count.update(1)
    const later = await subtasks.snapshot(2, 1)
    assert.ok(later.flat().some(({ isDelta }) => isDelta))
    const changed = operatorOf(later)
    assert.deepEqual(await lookUpIn(changed, 'count', [...keys, 'new']), [70, undefined, undefined, 499, 1])
    assert.deepEqual(await lookUpIn(changed, 'list', ['key 8']), [[8, { n: 8 }]])
    assert.deepEqual(
      await lookUpIn({ ...changed, operatorId: 'another' }, 'count', keys),
      keys.map(() => undefined),
    )
  })
})
