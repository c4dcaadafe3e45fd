import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ListStateDescriptor } from '../../../../../src/api/state/list-state-descriptor.js'
import { MapStateDescriptor } from '../../../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../../../src/api/state/map-state.js'
import type { StateDescriptor } from '../../../../../src/api/state/state-descriptor.js'
import { ValueStateDescriptor } from '../../../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../../../src/api/state/value-state.js'
import type { TypeInformation } from '../../../../../src/api/types/type-information.js'
import { Types } from '../../../../../src/api/types/types-table.js'
import { hashKey } from '../../../../../src/core/keygroups/canonical-key.js'
import { NO_REGISTERED_TYPES, type RegisteredTypes } from '../../../../../src/core/types/registered-types.js'
import { HeapKeyedStateBackend } from '../../../../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import { OperatorStateBackend } from '../../../../../src/runtime/taskmanager/state/operator-state-backend.js'
import type { KeyedStateHandle } from '../../../../../src/storage/state-handles.js'
import {
  freeSlices,
  INLINE_READER,
  MemoryStreams,
  readInline,
} from '../../../../contract/runtime/state-backend-streams.js'
import { NO_TIME } from '../../../../contract/runtime/set-time.js'
import { Account, ACCOUNT_TYPE, Money, SAMPLE_CLASSES, SavingsAccount } from '../../../core/types/sample-classes.js'

class KeyedState {
  readonly backend: HeapKeyedStateBackend

  constructor(registeredTypes: RegisteredTypes) {
    const keyGroups = { start: 0, end: 127 }
    const options = { operatorName: 'Bank', keyKind: 'auto', keyGroups, maxParallelism: 128 } as const
    this.backend = new HeapKeyedStateBackend({ ...options, registeredTypes, processingTime: NO_TIME })
  }

  static async restored(handle: KeyedStateHandle, registeredTypes: RegisteredTypes): Promise<KeyedState> {
    const state = new KeyedState(registeredTypes)
    await state.backend.restore([handle], INLINE_READER)
    return state
  }

  state<S>(descriptor: StateDescriptor<never>, key: string): S {
    const state = this.backend.getOrCreateKeyedState(descriptor) as S
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    return state
  }

  value(key: string, type?: TypeInformation<unknown>): ValueState<unknown> {
    return this.state(new ValueStateDescriptor('account', type) as StateDescriptor<never>, key)
  }

  async snapshot(): Promise<KeyedStateHandle> {
    const snapshot = this.backend.snapshot()
    const [handle] = await snapshot.write(new MemoryStreams(), freeSlices())
    snapshot.release()
    assert.ok(handle)
    return handle
  }
}

const stored = new SavingsAccount('Ann', 3.5, { money: [new Account('inner', 1)] })

async function snapshotOf(value: unknown): Promise<KeyedStateHandle> {
  const state = new KeyedState(SAMPLE_CLASSES)
  state.value('k').update(value)
  return state.snapshot()
}

describe('Keyed state with instances of registered classes', () => {
  it('comes back as instances', async () => {
    const restored = await KeyedState.restored(await snapshotOf(stored), SAMPLE_CLASSES)
    const read = restored.value('k').value()
    assert.deepStrictEqual(read, stored)
    assert.ok(read instanceof SavingsAccount)
  })

  it('is refused on restore by state and class where a class is not registered', async () => {
    for (const [value, className] of [
      [stored, 'SavingsAccount'],
      [[new Money(1n)], 'Money'],
    ] as const) {
      const restored = await KeyedState.restored(await snapshotOf(value), NO_REGISTERED_TYPES)
      assert.throws(() => restored.value('k'), {
        code: 'STATE_CLASS_NOT_REGISTERED',
        details: { state: 'account', operator: 'Bank', className },
        message: new RegExp(`State 'account' of Bank was stored with an instance of ${className}`),
      })
    }
  })

  it('is refused by path in a snapshot where the class is not registered', async () => {
    const state = new KeyedState(NO_REGISTERED_TYPES)
    state.value('k').update({ a: [stored] })
    await assert.rejects(state.snapshot(), {
      code: 'STATE_NOT_SERIALIZABLE',
      details: {
        state: 'account',
        operator: 'Bank',
        path: "a[0] (under the key 'k')",
        kind: 'an instance of SavingsAccount',
      },
    })
  })

  it('gives default values, which are fresh copies, their class', () => {
    const descriptor = new ValueStateDescriptor('with default', undefined, stored) as StateDescriptor<never>
    const value = new KeyedState(SAMPLE_CLASSES).state<ValueState<Account>>(descriptor, 'k').value()
    assert.ok(value instanceof SavingsAccount)
    assert.notEqual(value, stored)
    assert.throws(() => new KeyedState(NO_REGISTERED_TYPES).state(descriptor, 'k'), {
      code: 'STATE_NOT_SERIALIZABLE',
      details: { state: 'with default', operator: 'Bank', path: 'the value', kind: 'an instance of SavingsAccount' },
    })
  })
})

describe('Keyed state of a declared type', () => {
  it('stores instances that nobody registered, in values, lists and maps', async () => {
    const account = new Account('Ann', 1, ['t'])
    const map = new MapStateDescriptor('map', Types.STRING, ACCOUNT_TYPE) as StateDescriptor<never>
    const list = new ListStateDescriptor('list', ACCOUNT_TYPE) as StateDescriptor<never>
    const state = new KeyedState(NO_REGISTERED_TYPES)
    state.value('k', ACCOUNT_TYPE).update(account)
    state.state<MapState<string, Account>>(map, 'k').put('m', account)
    state.state<{ add(value: Account): void }>(list, 'k').add(account)
    const restored = await KeyedState.restored(await state.snapshot(), NO_REGISTERED_TYPES)
    assert.deepStrictEqual(restored.value('k', ACCOUNT_TYPE).value(), account)
    assert.deepStrictEqual(restored.state<MapState<string, Account>>(map, 'k').get('m'), account)
    assert.deepStrictEqual([...restored.state<{ get(): Iterable<Account> }>(list, 'k').get()], [account])
  })

  it('reads what was stored before its type was declared, and refuses another declaration', async () => {
    const pair = Types.TUPLE(Types.STRING, Types.LONG) as TypeInformation<unknown>
    const before = await KeyedState.restored(await snapshotOf(['a', 2]), NO_REGISTERED_TYPES)
    assert.deepStrictEqual(before.value('k', pair).value(), ['a', 2])
    const declared = await before.snapshot()
    assert.equal(declared.states[0]?.typeFingerprint, 'TUPLE(STRING, LONG)')
    const other = await KeyedState.restored(declared, NO_REGISTERED_TYPES)
    assert.throws(() => other.value('k', Types.STRING), { code: 'STATE_TYPE_INCOMPATIBLE' })
    const undeclared = await KeyedState.restored(declared, NO_REGISTERED_TYPES)
    assert.throws(() => undeclared.value('k'), { code: 'STATE_TYPE_INCOMPATIBLE' })
  })

  it('keeps values that do not fit it', async () => {
    const state = new KeyedState(NO_REGISTERED_TYPES)
    const values = [1.5, 2 ** 40, -0, 'text', [1, , 3], { a: new Map([[1, 2n]]) }]
    for (const [index, value] of values.entries()) state.value(`k${String(index)}`, Types.INT).update(value)
    const restored = await KeyedState.restored(await state.snapshot(), NO_REGISTERED_TYPES)
    const read = values.map((_, index) => restored.value(`k${String(index)}`, Types.INT as never).value())
    assert.deepStrictEqual(read, values)
  })
})

describe('Operator state with instances of registered classes', () => {
  it('comes back as instances, or is refused by state and class', async () => {
    const descriptor = new ListStateDescriptor<unknown>('buffer')
    const rules = new MapStateDescriptor<string, unknown>('rules')
    const backend = new OperatorStateBackend('Sink', SAMPLE_CLASSES)
    backend.getListState(descriptor).add(stored)
    backend.getBroadcastState(rules).put('r', [stored])
    const handle = await backend.snapshot().write(new MemoryStreams())
    assert.ok(handle)
    const restored = new OperatorStateBackend('Sink', SAMPLE_CLASSES)
    await restored.restore([handle], readInline)
    assert.deepStrictEqual([...restored.getListState(descriptor).get()], [stored])
    assert.deepStrictEqual(restored.getBroadcastState(rules).get('r'), [stored])
    const ignorant = new OperatorStateBackend('Sink')
    await ignorant.restore([handle], readInline)
    for (const [state, open] of [
      ['buffer', () => ignorant.getListState(descriptor)],
      ['rules', () => ignorant.getBroadcastState(rules)],
    ] as const) {
      assert.throws(open, {
        code: 'STATE_CLASS_NOT_REGISTERED',
        details: { state, operator: 'Sink', className: 'SavingsAccount' },
      })
    }
  })
})
