import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { ListStateDescriptor } from '../../../../../../src/api/state/list-state-descriptor.js'
import { MapStateDescriptor } from '../../../../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../../../../src/api/state/map-state.js'
import { StateTtlConfig } from '../../../../../../src/api/state/state-ttl-config.js'
import { ValueStateDescriptor } from '../../../../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../../../../src/api/state/value-state.js'
import type { StandardSchemaV1 } from '../../../../../../src/api/types/standard-schema.js'
import type { TypeInformation } from '../../../../../../src/api/types/type-information.js'
import { Types } from '../../../../../../src/api/types/types-table.js'
import { hashKey } from '../../../../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../../../../../src/core/keygroups/key-group-assignment.js'
import { registeredClass, RegisteredTypes } from '../../../../../../src/core/types/registered-types.js'
import type { KeyedStateBackend } from '../../../../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { OperatorStateBackend } from '../../../../../../src/runtime/taskmanager/state/operator-state-backend.js'
import type { OperatorStateHandle } from '../../../../../../src/storage/state-handles.js'
import { HEAP } from '../../../../../contract/runtime/backends-under-test.js'
import { diskUnderTest } from '../../../../../contract/runtime/rocksdb-under-test.js'
import { countOf, KINDS_OF_STATE, SchemaState } from '../../../../../contract/runtime/schema-states.js'
import { backendOf, restored, snapshotOf } from '../../../../../contract/runtime/state-backend.contract.js'
import { MemoryStreams, readInline } from '../../../../../contract/runtime/state-backend-streams.js'
import { instance, MIGRATION_TABLE, OWN_DOUBLES, PageView, Visit, type MigrationRow } from './migration-table.js'

type AnyType = TypeInformation<unknown> | undefined

const REFUSED = { code: 'STATE_TYPE_INCOMPATIBLE' }
const README = readFileSync('src/runtime/taskmanager/state/schema/README.md', 'utf8')

/** A list, a union list and a map of an operator, each as [put, get]. */
const OPERATOR_STATES = {
  'operator list': (backend: OperatorStateBackend, type: AnyType, version?: number) =>
    backend.getListState(versioned(new ListStateDescriptor<unknown>('list', type), version)),
  'union list': (backend: OperatorStateBackend, type: AnyType, version?: number) =>
    backend.getUnionListState(versioned(new ListStateDescriptor<unknown>('union', type), version)),
  broadcast: (backend: OperatorStateBackend, type: AnyType, version?: number) => {
    const descriptor = versioned(new MapStateDescriptor<unknown, unknown>('broadcast', Types.STRING, type), version)
    const map = backend.getBroadcastState(descriptor)
    return {
      add: (value: unknown) => {
        map.put('k', value)
      },
      get: () => [...map.entries()].map(([, value]) => value),
    }
  },
}

function versioned<D extends { withSchema(version: number, options: object): D }>(descriptor: D, version?: number): D {
  const migrate = { 1: (old: unknown) => ({ was: old }) }
  return version === undefined ? descriptor : descriptor.withSchema(version, version === 1 ? {} : { migrate })
}

async function handleOf(backend: OperatorStateBackend): Promise<readonly OperatorStateHandle[]> {
  const handle = await backend.snapshot().write(new MemoryStreams())
  return handle === undefined ? [] : [handle]
}

async function restoredOperator(handles: readonly OperatorStateHandle[]): Promise<OperatorStateBackend> {
  const backend = new OperatorStateBackend('Count')
  await backend.restore(handles, readInline)
  return backend
}

async function checkKeyed(each: MigrationRow): Promise<void> {
  for (const backend of [HEAP, diskUnderTest({ driver: 'memory' })]) {
    for (const kind of KINDS_OF_STATE) {
      const first = await backendOf(backend)
      const before = new SchemaState(first, kind, { type: each.stored })
      before.put('k', each.value)
      const handles = await snapshotOf(first)
      const next = await restored(backend, [handles])
      const asked = (): SchemaState => new SchemaState(next, kind, { type: each.declared })
      if (each.result === 'refused') assert.throws(asked, REFUSED)
      else {
        const expected = Array.from({ length: countOf(kind) }, () => each.becomes)
        assert.deepStrictEqual(asked().get('k'), expected)
        const again = new SchemaState(await restored(backend, [await snapshotOf(next)]), kind, { type: each.declared })
        assert.deepStrictEqual(again.get('k'), expected)
      }
      await first.dispose()
      await next.dispose()
    }
  }
}

describe('A type that has changed', () => {
  it('has the rows of the README', () => {
    const rows = MIGRATION_TABLE.map(({ change, result }) => `| ${change} | ${result} |`)
    assert.deepEqual(
      README.split('\n').filter((line) => rows.includes(line)),
      rows,
    )
  })

  for (const each of MIGRATION_TABLE) {
    it(`${each.change}: keyed state is ${each.result}`, () => checkKeyed(each))

    it(`${each.change}: operator state is ${each.result}`, async () => {
      for (const stateOf of Object.values(OPERATOR_STATES)) {
        const first = new OperatorStateBackend('Count')
        stateOf(first, each.stored).add(each.value)
        const next = await restoredOperator(await handleOf(first))
        if (each.result === 'refused') assert.throws(() => stateOf(next, each.declared), REFUSED)
        else assert.deepStrictEqual([...stateOf(next, each.declared).get()], [each.becomes])
      }
    })
  }

  for (const [name, stateOf] of Object.entries(OPERATOR_STATES)) {
    it(`${name} state is migrated by versions, and says which it has`, async () => {
      const first = new OperatorStateBackend('Count')
      stateOf(first, Types.STRING).add('a')
      const next = await restoredOperator(await handleOf(first))
      const type = Types.OBJECT({ was: Types.STRING })
      assert.deepStrictEqual([...stateOf(next, type, 2).get()], [{ was: 'a' }])
      const handles = await handleOf(next)
      assert.equal(handles[0]?.states[0]?.schemaVersion, 2)
      assert.throws(() => stateOf(new OperatorStateBackend('Count'), type, 0), { code: 'GRAPH_INVALID' })
      const earlier = await restoredOperator(handles)
      assert.throws(() => stateOf(earlier, type, 1), { ...REFUSED, message: /version 2, .* version 1, an earlier one/ })
    })
  }
})

describe('A version', () => {
  const append = (what: string) => (old: string) => old + what
  const [zero, one] = [append(' 0'), append(' 1')]
  for (const [name, stored, version, migrate, result] of [
    ['none, and 1 is declared', undefined, 1, {}, 'v'],
    ['none, with a step 0', undefined, 1, { 0: zero }, 'v 0'],
    ['none counts as 1', undefined, 2, { 1: one }, 'v 1'],
    ['none, with all steps', undefined, 2, { 0: zero, 1: one }, 'v 0 1'],
    ['1, and none is declared any more', 1, undefined, {}, 'v'],
    ['1, with a step 0 that it does not need', 1, 2, { 0: zero, 1: one }, 'v 1'],
    ['the same', 2, 2, { 1: one }, 'v'],
    ['2, and none is declared any more', 2, undefined, {}, undefined],
    ['later', 3, 2, { 1: one }, undefined],
    ['earlier, without a step', 1, 3, { 1: one }, undefined],
  ] as const) {
    it(`that was stored: ${name}`, async () => {
      const first = await backendOf(HEAP)
      const type = Types.STRING
      const declared = (of: number | undefined, options = {}) => ({
        type,
        options,
        ...(of === undefined ? {} : { version: of }),
      })
      new SchemaState(first, 'value', declared(stored)).put('k', 'v')
      const next = await restored(HEAP, [await snapshotOf(first)])
      const asked = (): SchemaState => new SchemaState(next, 'value', declared(version, { migrate }))
      if (result === undefined) assert.throws(asked, REFUSED)
      else assert.deepEqual(asked().get('k'), [result])
    })
  }

  it('is a whole number from 1, with steps before it and a validator, or is refused where it is declared', () => {
    const descriptor = new ListStateDescriptor('l', Types.LONG)
    const step = (old: unknown): unknown => old
    for (const [version, options, message] of [
      [0, {}, /version has to be a whole number from 1, and it was given 0/],
      [1.5, {}, /and it was given 1\.5/],
      ['2' as never, {}, /and it was given '2'/],
      [2, { migrate: { 2: step } }, /a step from '2', which is no version before 2/],
      [2, { migrate: { '-1': step } }, /a step from '-1'/],
      [2, { migrate: { 1: 'x' as never } }, /step 1 of migrate is no function, but 'x'/],
      [2, { migrate: 5 as never }, /migrate has functions by version/],
      [2, { validate: step as never }, /validator of Standard Schema/],
      [2, { migrations: {} } as never, /no option 'migrations'/],
      [2, null as never, /after the version come/],
    ] as const) {
      assert.throws(() => descriptor.withSchema(version, options), { code: 'GRAPH_INVALID', message })
    }
  })
})

describe('A map whose types are of the program itself', () => {
  it('is the same state where their descriptions are, whatever these are', async () => {
    const own = (description: string): TypeInformation<unknown> => ({ ...OWN_DOUBLES, description })
    const first = await backendOf(HEAP)
    first.setCurrentKey('k', hashKey('k', 'auto'))
    const ask = (backend: KeyedStateBackend, value: string): MapState<unknown, unknown> => {
      const descriptor = new MapStateDescriptor<unknown, unknown>('m', own('A => B'), own(value))
      return backend.getOrCreateKeyedState(descriptor) as MapState<unknown, unknown>
    }
    ask(first, 'C(').put(1.5, 2.5)
    const handles = await snapshotOf(first)
    const next = await restored(HEAP, [handles])
    const map = ask(next, 'C(')
    next.setCurrentKey('k', hashKey('k', 'auto'))
    assert.equal(map.get(1.5), 2.5)
    const other = await restored(HEAP, [handles])
    assert.throws(() => ask(other, 'D('), REFUSED)
  })
})

describe('A validator', () => {
  const answering = (result: unknown): StandardSchemaV1 =>
    ({ '~standard': { version: 1, vendor: 'test', validate: () => result } }) as StandardSchemaV1
  for (const [name, validate, reason] of [
    [
      'gives a promise',
      answering(Promise.reject(new Error('later'))),
      /gave a promise, and state is validated at once/,
    ],
    ['gives no result', answering(5), /gave 5, which is no result/],
    [
      'gives many issues',
      answering({ issues: Array.from({ length: 7 }, () => ({ message: 'm' })) }),
      /m; m; and 2 more$/,
    ],
  ] as const) {
    it(`that ${name} is told`, () => {
      const backend = new OperatorStateBackend('Count')
      const list = new ListStateDescriptor<number>('l', Types.LONG).withSchema(1, { validate })
      const message = reason
      for (const state of [backend.getListState(list), backend.getListState(list)]) {
        assert.throws(() => state.add(1), { code: 'STATE_VALUE_INVALID', message })
        assert.throws(() => state.update([1]), { code: 'STATE_VALUE_INVALID', message })
        assert.deepEqual([...state.get()], [])
      }
      const map = new MapStateDescriptor<string, number>('m', Types.STRING, Types.LONG).withSchema(1, { validate })
      const broadcast = backend.getBroadcastState(map)
      assert.throws(() => broadcast.putAll([['k', 1]]), { code: 'STATE_VALUE_INVALID', message })
      assert.equal(broadcast.contains('k'), false)
    })
  }
})

describe('State in two shapes', () => {
  it('is refused after a change of parallelism, and told with what to do', async () => {
    const parts = []
    for (const [keyGroups, version] of [
      [{ start: 0, end: 63 }, 1],
      [{ start: 64, end: 127 }, 2],
    ] as const) {
      const part = await backendOf(HEAP, { keyGroups })
      const options = { migrate: { 1: (old: unknown) => old } }
      const state = new SchemaState(part, 'value', { type: Types.LONG, version, ...(version === 2 ? { options } : {}) })
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
        try {
          state.put(key, 1)
        } catch {
          // A key of the other one.
        }
      }
      parts.push(await snapshotOf(part))
    }
    for (const backend of [HEAP, diskUnderTest({ driver: 'memory' })]) {
      await assert.rejects(restored(backend, parts), {
        ...REFUSED,
        message: /in two shapes, as LONG in version 1 and as LONG in version 2: /,
      })
    }
  })
})

describe('State that some subtasks had asked for under another type than it was stored with', () => {
  const undeclared = new ValueStateDescriptor<unknown>('v')
  const expiring = new ValueStateDescriptor<unknown>('v')
  expiring.enableTimeToLive(StateTtlConfig.newBuilder(1000).build())
  const descriptors = { undeclared, expiring, own: new ValueStateDescriptor<unknown>('v', OWN_DOUBLES) } as const
  for (const [name, next] of [
    ['with a time to live, whose bytes hold the time', 'expiring'],
    ["of a type of the program's own, which reads no others", 'own'],
  ] as const) {
    it(`is in two shapes: ${name}`, async () => {
      const parts = []
      for (const [keyGroups, descriptor] of [
        [{ start: 0, end: 63 }, descriptors[next]],
        [{ start: 64, end: 127 }, descriptors.undeclared],
      ] as const) {
        const part = await backendOf(HEAP, { keyGroups })
        const state = part.getOrCreateKeyedState(descriptor) as ValueState<unknown>
        for (let key = 0; key < 20; key += 1) {
          const keyHash = hashKey(key, 'auto')
          const keyGroup = keyGroupForHash(keyHash, 128)
          if (keyGroup < keyGroups.start || keyGroup > keyGroups.end) continue
          part.setCurrentKey(key, keyHash)
          state.update(1.5)
        }
        parts.push(await snapshotOf(part))
      }
      for (const order of [parts, parts.toReversed()]) {
        for (const backend of [HEAP, diskUnderTest({ driver: 'memory' })]) {
          await assert.rejects(restored(backend, order), { ...REFUSED, message: /in two shapes, as / })
        }
      }
    })
  }
})

describe('A class that was renamed', () => {
  it('is found by its alias in state of no declared type', async () => {
    const before = new RegisteredTypes([registeredClass(PageView)])
    const first = await backendOf(HEAP, { registeredTypes: before })
    const value = { visits: [instance(PageView.prototype, { user: 'u' })] }
    new SchemaState(first, 'value', { type: undefined }).put('k', value)
    const handles = await snapshotOf(first)
    const registeredTypes = new RegisteredTypes([registeredClass(Visit, { alias: ['View', 'PageView'] })])
    const next = await restored(HEAP, [handles], { registeredTypes })
    const expected = { visits: [instance(Visit.prototype, { user: 'u' })] }
    const state = new SchemaState(next, 'value', { type: undefined })
    assert.deepStrictEqual(state.get('k'), [expected])
    const other = await restored(HEAP, [handles], { registeredTypes: new RegisteredTypes([registeredClass(Visit)]) })
    assert.throws(() => new SchemaState(other, 'value', { type: undefined }), {
      code: 'STATE_CLASS_NOT_REGISTERED',
      message: /registerType\(PageView\), as the program did that wrote it; .+ with the alias 'PageView' beside it\.$/,
    })
  })

  it('is refused where it has no alias, with the alias to write', async () => {
    const first = await backendOf(HEAP)
    new SchemaState(first, 'value', { type: Types.POJO(PageView) }).put('k', instance(PageView.prototype, {}))
    const next = await restored(HEAP, [await snapshotOf(first)])
    assert.throws(() => new SchemaState(next, 'value', { type: Types.POJO(Visit) }), {
      ...REFUSED,
      message:
        /; if Visit is PageView under another name, Types\.POJO\(Visit, \{ \.\.\. \}, \{ alias: 'PageView' \}\); or declare/,
    })
  })

  it('has no alias that is the name of another class, and none that is no name', () => {
    const invalid = { code: 'TYPE_REGISTRATION_INVALID' }
    const renamed = registeredClass(Visit, { alias: 'PageView' })
    assert.throws(() => new RegisteredTypes([registeredClass(PageView), renamed]), invalid)
    assert.throws(() => registeredClass(Visit, { alias: 5 as never }), invalid)
    assert.throws(() => registeredClass(Visit, {}), invalid)
    const both = new RegisteredTypes([registeredClass(Visit)]).withDefaults([renamed])
    assert.equal(both.named('PageView')?.prototype, Visit.prototype)
  })
})
