import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import type { MapState } from '../../../src/api/state/map-state.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { StandardSchemaV1 } from '../../../src/api/types/standard-schema.js'
import { Types } from '../../../src/api/types/types-table.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import type { KeyedStateHandle } from '../../../src/storage/state-handles.js'
import { countOf, KINDS_OF_STATE, SchemaState, type Declared, type KindOfState } from './schema-states.js'
import { backendOf, restored, snapshotOf, type BackendUnderTest } from './state-backend.contract.js'

export const FORMS = ['a savepoint', 'a chain of checkpoints'] as const

const BEFORE: Declared = { type: Types.OBJECT({ user: Types.STRING, pages: Types.INT }), version: 1 }
const DECLARED = Types.OBJECT({ user: Types.STRING, visits: Types.LONG, since: Types.INSTANT })
const AFTER: Declared = {
  type: DECLARED,
  version: 3,
  options: {
    migrate: {
      1: ({ user, pages }: { user: string; pages: number }) => ({ user, visits: pages }),
      2: (old: { user: string; visits: number }) => ({ ...old, since: new Date(old.visits) }),
    },
  },
}

export const positiveVisits: StandardSchemaV1 = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      (value as { visits: number }).visits > 0
        ? { value }
        : { issues: [{ message: 'has to be positive', path: ['visits'] }] },
  },
}

const valueOf = (index: number): unknown => ({ user: `u${String(index)}`, pages: index })
const migrated = (index: number): unknown => ({ user: `u${String(index)}`, visits: index, since: new Date(index) })

/** Of 100 keys; of the chain the second half changed after the first checkpoint. */
async function stored(
  backend: BackendUnderTest,
  kind: KindOfState,
  form: (typeof FORMS)[number],
): Promise<readonly KeyedStateHandle[]> {
  const opened = await backendOf(backend)
  const state = new SchemaState(opened, kind, BEFORE)
  for (let index = 1; index <= 100; index += 1) state.put(`k${String(index)}`, valueOf(index))
  if (form === 'a savepoint') return snapshotOf(opened)
  await snapshotOf(opened, { checkpointId: 1, baseCheckpointId: undefined })
  for (let index = 101; index <= 120; index += 1) state.put(`k${String(index)}`, valueOf(index))
  return snapshotOf(opened, { checkpointId: 2, baseCheckpointId: 1 })
}

function sizeOf(form: (typeof FORMS)[number]): number {
  return form === 'a savepoint' ? 100 : 120
}

interface SchemaSuite {
  readonly forms?: readonly (typeof FORMS)[number][]
  readonly kinds?: readonly KindOfState[]
  /** What has nothing to do with how bytes are kept. */
  readonly hasRefusals?: boolean
}

/** What every backend promises of state whose schema has changed. */
export function stateSchemaContract(
  backend: BackendUnderTest,
  { forms = FORMS, kinds = KINDS_OF_STATE, hasRefusals = true }: SchemaSuite = {},
): void {
  describe(`${backend.name}, state with a schema`, () => {
    for (const form of forms) {
      for (const kind of kinds) {
        it(`is migrated step by step: ${kind} state of ${form}`, async () => {
          const handles = await stored(backend, kind, form)
          const next = await restored(backend, [handles])
          const state = new SchemaState(next, kind, AFTER)
          for (let index = 1; index <= sizeOf(form); index += 1) {
            const expected = Array.from({ length: countOf(kind) }, () => migrated(index))
            assert.deepStrictEqual(state.get(`k${String(index)}`), expected)
          }
          state.put('new', migrated(7))
          const [handle] = await snapshotOf(next)
          const metadata = handle?.states[0]
          assert.equal(metadata?.schemaVersion, 3)
          assert.ok(metadata.typeFingerprint.endsWith(DECLARED.description), metadata.typeFingerprint)
          // The next program declares the same, and no step is asked any more.
          const third = await restored(backend, [await snapshotOf(next)])
          const again = new SchemaState(third, kind, { type: DECLARED, version: 3 })
          assert.deepStrictEqual(
            again.get('k7'),
            Array.from({ length: countOf(kind) }, () => migrated(7)),
          )
          assert.deepStrictEqual(again.get('new'), again.get('k7'))
        })
      }
    }
    describeLarge(backend, forms)
    describeKeys(backend, forms)
    describeIncrements(backend, forms)
    if (!hasRefusals) return
    describeRefusals(backend)
    describeValidation(backend)
  })
}

function refusal(error: unknown, code: 'STATE_TYPE_INCOMPATIBLE' | 'STATE_MIGRATION_FAILED', text: RegExp): boolean {
  assert.ok(FlinkError.is(error, code), String(error))
  assert.match(error.message, text)
  return true
}

function describeRefusals(backend: BackendUnderTest): void {
  const asked = async (handles: readonly KeyedStateHandle[], kind: KindOfState, declared: Declared) => {
    const next = await restored(backend, [handles])
    return () => new SchemaState(next, kind, declared)
  }

  it('is refused when it is asked for where a step is missing, and of a later version', async () => {
    const handles = await stored(backend, 'map', 'a savepoint')
    const gap = { ...AFTER, options: { migrate: { 2: (old: unknown) => old } } }
    const missing =
      /'map' of Count cannot be restored: it was written with version 1, version 3 is declared, .* no step from 1\./
    assert.throws(await asked(handles, 'map', gap), (error) => refusal(error, 'STATE_TYPE_INCOMPATIBLE', missing))
    const third = await restored(backend, [handles])
    new SchemaState(third, 'map', AFTER)
    const later = /written with version 3, and the program declares version 1, an earlier one/
    assert.throws(await asked(await snapshotOf(third), 'map', BEFORE), (error) =>
      refusal(error, 'STATE_TYPE_INCOMPATIBLE', later),
    )
  })

  it('is told with its key where a step throws, or gives nothing or something else', async () => {
    const handles = await stored(backend, 'list', 'a savepoint')
    const steps: [step: (old: never) => unknown, text: RegExp][] = [
      [
        () => {
          throw new TypeError('no such thing')
        },
        /'list' of Count .* under the key 'k\d+' .* from version 1 to 2 threw TypeError: no such thing, for \{ user: 'u\d+', pages: \d+ \}/,
      ],
      [() => undefined, /from version 1 to 2 gave undefined, and has to give a value/],
      [
        (old) => ({ ...(old as object), visits: 'many' }),
        /from version 1 to 2 gave .*: \.visits is 'many', where LONG/,
      ],
      [() => Promise.resolve(1), /from version 1 to 2 gave a promise/],
    ]
    for (const [step, text] of steps) {
      const declared = { type: DECLARED, version: 2, options: { migrate: { 1: step } } }
      assert.throws(await asked(handles, 'list', declared), (error) => refusal(error, 'STATE_MIGRATION_FAILED', text))
    }
  })

  it('goes on with keys of its maps of no other type', async () => {
    const first = await backendOf(backend)
    const state = new SchemaState(first, 'map', BEFORE)
    state.put('k1', valueOf(1))
    const next = await restored(backend, [await snapshotOf(first)])
    const texts = new MapStateDescriptor<number, unknown>('map', Types.LONG, DECLARED).withSchema(3, AFTER.options)
    assert.throws(
      () => next.getOrCreateKeyedState(texts),
      (error) => refusal(error, 'STATE_TYPE_INCOMPATIBLE', /keys were written as STRING and are declared as LONG\./),
    )
  })
}

function describeLarge(backend: BackendUnderTest, forms: readonly (typeof FORMS)[number][]): void {
  it('may be long lists and large maps, which grow or shrink with their values', async () => {
    const element = { type: Types.STRING, version: 1 }
    const length = 1_000
    for (const form of forms) {
      for (const [before, after] of [
        ['x', 'long '.repeat(20)],
        ['long '.repeat(20), 'x'],
      ] as const) {
        const first = await backendOf(backend)
        const list = new SchemaState(first, 'list', element)
        const map = new SchemaState(first, 'map', element)
        for (let index = 0; index < length / 2; index += 1) list.put('k', before)
        map.put('k', before)
        const increment = form === 'a savepoint' ? undefined : { checkpointId: 1, baseCheckpointId: undefined }
        const next = await restored(backend, [await snapshotOf(first, increment)])
        let count = 0
        const migrate = {
          1: () => {
            count += 1
            return `${after}${String(count)}`
          },
        }
        const declared = { type: Types.STRING, version: 2, options: { migrate } }
        const migratedList = new SchemaState(next, 'list', declared)
        assert.equal(count, length)
        const texts = Array.from({ length }, (_, index) => `${after}${String(index + 1)}`)
        assert.deepEqual(migratedList.get('k'), texts)
        migratedList.put('k', 'end')
        assert.deepEqual(migratedList.get('k'), [...texts, 'end', 'end'])
        assert.deepEqual(new SchemaState(next, 'map', declared).get('k').length, 2)
        const last = await restored(backend, [await snapshotOf(next)])
        const read = new SchemaState(last, 'list', { type: Types.STRING, version: 2 })
        assert.deepEqual(read.get('k'), [...texts, 'end', 'end'])
      }
    }
  })
}

function describeKeys(backend: BackendUnderTest, forms: readonly (typeof FORMS)[number][]): void {
  it('finds the entries of a large map whose keys are declared as what has other bytes', async () => {
    // As DOUBLE alone -0 is another key than 0.
    const keys = [-0, 1.5, ...Array.from({ length: 1_500 }, (_, index) => 2 + index)]
    for (const form of forms) {
      const first = await backendOf(backend)
      first.setCurrentKey('k', hashKey('k', 'auto'))
      const before = first.getOrCreateKeyedState(new MapStateDescriptor<number, number>('m')) as MapState<
        number,
        number
      >
      for (const key of keys) before.put(key, key)
      const increment = form === 'a savepoint' ? undefined : { checkpointId: 1, baseCheckpointId: undefined }
      const next = await restored(backend, [await snapshotOf(first, increment)])
      const declared = new MapStateDescriptor<number, number>('m', Types.DOUBLE)
      const map = next.getOrCreateKeyedState(declared) as MapState<number, number>
      next.setCurrentKey('k', hashKey('k', 'auto'))
      // Whether -0 was kept as such is up to the backend.
      const found = [...map.keys()]
      const missing = found.filter((key) => map.get(key) === null)
      assert.deepEqual([missing, found.length], [[], keys.length])
    }
  })
}

function describeIncrements(backend: BackendUnderTest, forms: readonly (typeof FORMS)[number][]): void {
  if (!forms.includes('a chain of checkpoints')) return
  it('is whole in the next checkpoint after it was migrated, whatever that builds on', async () => {
    const first = await backendOf(backend)
    const before = new SchemaState(first, 'value', BEFORE)
    const other = first.getOrCreateKeyedState(new ListStateDescriptor('other', Types.LONG)) as ListState<number>
    for (let index = 1; index <= 50; index += 1) {
      before.put(`k${String(index)}`, valueOf(index))
      other.add(index)
    }
    const handles = await snapshotOf(first, { checkpointId: 5, baseCheckpointId: undefined })
    const next = await restored(backend, [handles])
    // Of a state that nobody has asked for yet.
    await snapshotOf(next, { checkpointId: 6, baseCheckpointId: undefined })
    const state = new SchemaState(next, 'value', AFTER)
    state.put('k1', migrated(9))
    const built = await snapshotOf(next, { checkpointId: 7, baseCheckpointId: 6 })
    const last = new SchemaState(await restored(backend, [built]), 'value', { type: DECLARED, version: 3 })
    assert.deepStrictEqual(last.get('k1'), [migrated(9)])
    for (let index = 2; index <= 50; index += 1)
      assert.deepStrictEqual(last.get(`k${String(index)}`), [migrated(index)])
  })
}

function describeValidation(backend: BackendUnderTest): void {
  for (const kind of KINDS_OF_STATE) {
    it(`refuses a value that its validator does not allow: ${kind} state`, async () => {
      const opened = await backendOf(backend)
      const state = new SchemaState(opened, kind, { ...AFTER, options: { ...AFTER.options, validate: positiveVisits } })
      state.put('k', migrated(1))
      assert.throws(
        () => {
          state.put('k', migrated(-1))
        },
        {
          code: 'STATE_VALUE_INVALID',
          message: /of Count was given a value .* visits: -1, .* is not valid: visits: has to be positive$/,
        },
      )
      assert.deepStrictEqual(state.get('k')[0], migrated(1))
    })
  }

  it('is asked about what a restore made', async () => {
    const first = await backendOf(backend)
    const before = new SchemaState(first, 'value', BEFORE)
    before.put('good', valueOf(1))
    before.put('bad', valueOf(0))
    const next = await restored(backend, [await snapshotOf(first)])
    const options = { ...AFTER.options, validate: positiveVisits }
    assert.throws(
      () => new SchemaState(next, 'value', { ...AFTER, options }),
      (error) => refusal(error, 'STATE_MIGRATION_FAILED', /under the key 'bad' .* visits: has to be positive/),
    )
    // What nothing was done to was asked about when it was stored.
    const same = await restored(backend, [await snapshotOf(first)])
    const descriptor = new ValueStateDescriptor('value', BEFORE.type).withSchema(1, { validate: positiveVisits })
    same.getOrCreateKeyedState(descriptor)
  })
}
