import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { Types } from '../../../src/api/types/types-table.js'
import { hashKey, type KeyKind } from '../../../src/core/keygroups/canonical-key.js'
import { inspectSnapshot } from '../../../src/state-processor/inspect-snapshot.js'
import { rescaleSnapshot } from '../../../src/state-processor/rescale-snapshot.js'
import { SnapshotContents } from '../../../src/state-processor/snapshot-contents.js'
import type { StateProcessorServices } from '../../../src/state-processor/snapshot-source.js'
import { listStates } from '../../../src/state-processor/state-list.js'
import { openSnapshot } from '../../../src/storage/snapshot-locator.js'
import type { KeyedStateHandle } from '../../../src/storage/state-handles.js'
import { readStateHandle } from '../../../src/storage/state-reader.js'
import { HEAP } from '../../contract/runtime/backends-under-test.js'
import { backendOf, snapshotOf } from '../../contract/runtime/state-backend.contract.js'
import {
  diffOf,
  elementsHandle,
  importLines,
  inline,
  linesOf,
  makeSnapshot,
  namesIn,
  operatorOf,
  type Place,
  placeOf,
  operatorIn,
  versionsOf,
  keyedHandles,
} from './snapshot-fixtures.js'

const NEXT = { name: 'next', kind: 'operator-list', typeFingerprint: 'LONG', schemaVersion: 3 } as const
const RULES = { name: 'rules', kind: 'broadcast', typeFingerprint: 'STRING => LONG', schemaVersion: 2 } as const

/** A list of numbers in the first of two subtasks, and broadcast state in both. */
async function listSnapshot({ at, services }: Place): Promise<string> {
  const long = Types.LONG.createSerializer()
  const string = Types.STRING.createSerializer()
  const numbers = [1, 2].map((n) => (output: Parameters<typeof long.serialize>[1]) => {
    long.serialize(n, output)
  })
  const rules = ['x', 'y'].map((name) => (output: Parameters<typeof long.serialize>[1]) => {
    string.serialize(name, output)
    long.serialize(5, output)
  })
  const operator = operatorOf(
    'lists',
    [
      { managedKeyed: [], managedOperator: [elementsHandle(NEXT, numbers), elementsHandle(RULES, rules)] },
      { managedKeyed: [], managedOperator: [elementsHandle(RULES, rules)] },
    ],
    { coordinatorState: inline(Uint8Array.of(1, 2, 3)) },
  )
  return makeSnapshot(at('from'), [operator], services)
}

describe('State that belongs to no key', () => {
  it('is changed in all subtasks where it is broadcast, and counted and shown once', async (t) => {
    const place = await placeOf(t)
    const { at, services } = place
    const from = await listSnapshot(place)
    assert.deepEqual(
      (await linesOf(from, services)).filter((line) => line.includes('rules')),
      ['x', 'y'].map((key) => `{"operator":"lists","state":"rules","kind":"broadcast","key":"${key}","value":5}`),
    )
    const rule = '{"operator":"lists","state":"rules","key":'
    const changes = [
      `${rule}"x","value":6}`,
      `${rule}"y","delete":true}`,
      `${rule}"z","value":7}`,
      `${rule}"w","delete":true}`,
    ]
    const { path: to, ...counts } = await importLines(from, changes, { to: at('new'), services })
    assert.deepEqual(counts, { added: 1, replaced: 1, deleted: 1, missing: 1 })
    const kind = '"operator":"lists","state":"rules","kind":"broadcast"'
    assert.deepEqual((await diffOf(from, to, services)).sort(), [
      `{"diff":"added",${kind},"key":"z","value":7}`,
      `{"diff":"changed",${kind},"key":"x","before":5,"value":6}`,
      `{"diff":"removed",${kind},"key":"y","before":5}`,
    ])
    const { subtasks } = await operatorIn(to, place)
    const bytes = await Promise.all(
      subtasks.map(async (subtask) => {
        const handle = subtask?.managedOperator.find(({ states }) => states.some(({ name }) => name === 'rules'))
        const { offsets = [] } = handle?.states.find(({ name }) => name === 'rules') ?? {}
        const all = await readStateHandle((handle ?? assert.fail()).handle, services.fileSystems)
        return Buffer.from(all.subarray(offsets[0], offsets.at(-1))).toString('hex')
      }),
    )
    assert.equal(bytes[0], bytes[1])
    const { summary } = await inspectSnapshot(from, services.fileSystems)
    assert.deepEqual(
      summary?.operators[0]?.states.map(({ name, entries }) => [name, entries]),
      [
        ['next', 2],
        ['rules', 2],
      ],
    )
  })

  it('gets elements also in a subtask that had none, with the schema of the others', async (t) => {
    const place = await placeOf(t)
    const { at, services } = place
    const from = await listSnapshot(place)
    const element = (subtask: number, index: number, what: string): string =>
      `{"operator":"lists","state":"next","kind":"operator-list","subtask":${String(subtask)},"index":${String(index)},${what}}`
    const changes = [element(1, 0, '"value":9'), element(0, 0, '"delete":true'), element(0, 2, '"value":3')]
    const { path: to } = await importLines(from, changes, { to: at('new'), services })
    assert.deepEqual(
      (await linesOf(to, services)).filter((line) => line.includes('next')),
      [element(0, 0, '"value":2'), element(0, 1, '"value":3'), element(1, 0, '"value":9')],
    )
    const operator = await operatorIn(to, place)
    assert.deepEqual(versionsOf(operator), { next: 3, rules: 2 })
    assert.deepEqual(operator.coordinatorState, inline(Uint8Array.of(1, 2, 3)))
    const { metadata } = await openSnapshot(to, services.fileSystems)
    assert.equal(metadata.isDrained, true)
    await importLines(from, await diffOf(from, to, services), { to: at('again'), services })
    assert.deepEqual(await linesOf(at('again'), services), await linesOf(to, services))
  })
})

const USER = Types.OBJECT({ name: Types.STRING, id: Types.LONG })

async function countsOf(keys: readonly unknown[], keyKind: KeyKind): Promise<readonly KeyedStateHandle[]> {
  const backend = await backendOf(HEAP, { keyKind })
  const state = backend.getOrCreateKeyedState(
    new ValueStateDescriptor('count', Types.LONG),
  ) as unknown as ValueState<number>
  for (const key of keys) {
    backend.setCurrentKey(key, hashKey(key, keyKind))
    state.update(1)
  }
  return snapshotOf(backend)
}

describe('Keys of an import', () => {
  it('are those of the snapshot whatever the order of their fields, and the last line of one counts', async (t) => {
    const { at, services } = await placeOf(t)
    const managedKeyed = await countsOf([{ name: 'Ann', id: 1 }], USER.keyKind())
    await makeSnapshot(at('from'), [operatorOf('users', [{ managedKeyed, managedOperator: [] }])], services)
    const line = '{"operator":"users","state":"count","key":{"id":1,"name":"Ann"},"value":'
    const { path: to, ...counts } = await importLines(at('from'), [`${line}5}`, `${line}6}`], {
      to: at('new'),
      services,
    })
    assert.deepEqual(counts, { added: 0, replaced: 1, deleted: 0, missing: 0 })
    assert.deepEqual(await linesOf(to, services), [
      '{"operator":"users","state":"count","kind":"value","key":{"name":"Ann","id":1},"value":6}',
    ])
    const key = { id: 1, name: 'Ann' }
    assert.equal((await linesOf(to, services, { operators: [], states: [], key })).length, 1)
    assert.equal((await linesOf(to, services, { operators: [], states: [], key: { id: 2, name: 'Ann' } })).length, 0)
  })

  it('add their shapes to those that a job expects, and other key groups leave these as they are', async (t) => {
    const place = await placeOf(t)
    const { at, services } = place
    const managedKeyed = await countsOf([[1, 'x']], 'auto')
    await makeSnapshot(at('from'), [operatorOf('pairs', [{ managedKeyed, managedOperator: [] }])], services)
    const line = '{"operator":"pairs","state":"count","key":[null,"x"],"value":5}'
    await importLines(at('from'), [line], { to: at('new'), services })
    await rescaleSnapshot({ from: at('new'), to: at('wide'), maxParallelism: 1000, engineVersion: '9' }, services)
    for (const name of ['new', 'wide']) {
      const shapes = keyedHandles(await operatorIn(at(name), place)).map(({ keyShapes }) => keyShapes)
      assert.deepEqual(shapes, [['[null, string]', '[number, string]']], name)
    }
  })
})

describe('More than fits into memory', () => {
  it('waits for its key group in files, of which none is left', async (t) => {
    const { at, services } = await placeOf(t)
    const names = await countsOf(['key'], 'auto')
    const keyed = names.map((handle) => ({
      ...handle,
      states: handle.states.map((state) => ({ ...state, typeFingerprint: 'GENERIC' })),
    }))
    const operator = operatorOf('large', [{ managedKeyed: keyed, managedOperator: [] }], { maxParallelism: 128 })
    await makeSnapshot(at('from'), [operator], services)
    let directories = 0
    const counting: StateProcessorServices = {
      ...services,
      createDirectory: () => {
        directories += 1
        return services.createDirectory()
      },
    }
    const text = 'x'.repeat(4 * 1024 ** 2)
    const lines = Array.from({ length: 17 }, (_, index) => {
      return `{"operator":"large","state":"count","key":"key ${String(index)}","value":"${text}"}`
    })
    const { added } = await importLines(at('from'), lines, { to: at('new'), services: counting })
    assert.deepEqual([added, directories], [17, 1])
    const request = { from: at('new'), to: at('wide'), maxParallelism: 64, engineVersion: '9' }
    assert.equal((await rescaleSnapshot(request, counting)).entries, 18)
    assert.equal(directories, 2)
    const { summary } = await inspectSnapshot(at('wide'), services.fileSystems)
    assert.ok((summary?.sizeBytes ?? 0) > 68 * 1024 ** 2)
    assert.deepEqual(namesIn(path.dirname(at('new'))), ['from', 'new', 'wide'])
  })
})

describe('A state whose type is the own of a program', () => {
  it('is listed without a number of entries', async (t) => {
    const { at, services } = await placeOf(t)
    const handles = await countsOf(['key'], 'auto')
    const managedKeyed = handles.map((handle) => ({
      ...handle,
      states: handle.states.map((state) => ({ ...state, typeFingerprint: 'KILOMETRES' })),
    }))
    await makeSnapshot(at('from'), [operatorOf('own', [{ managedKeyed, managedOperator: [] }])], services)
    const contents = await SnapshotContents.open(at('from'), services)
    const listed = await listStates(contents, { operators: ['own'], states: [] })
    assert.deepEqual(
      listed.map(({ state, type, entries }) => [state, type, entries]),
      [['count', 'KILOMETRES', null]],
    )
  })
})
