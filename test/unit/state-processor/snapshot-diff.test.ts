import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { Types } from '../../../src/api/types/types-table.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../../src/core/keygroups/key-group-assignment.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { structuredSerializer } from '../../../src/core/types/structured-serializer.js'
import { writeBlock } from '../../../src/runtime/taskmanager/state/key-group-block.js'
import { EVERYTHING, type EntryFilter } from '../../../src/state-processor/entry-filter.js'
import { exportEntries } from '../../../src/state-processor/entry-lines.js'
import { SnapshotContents } from '../../../src/state-processor/snapshot-contents.js'
import type { OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import type { StateMetadata } from '../../../src/storage/state-handles.js'
import {
  diffOf,
  elementsHandle,
  inline,
  linesOf,
  makeSnapshot,
  operatorOf,
  placeOf,
  type Place,
} from './snapshot-fixtures.js'

const COUNT: StateMetadata = { name: 'count', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 0 }
const NEXT = { name: 'next', kind: 'operator-list', typeFingerprint: 'LONG', schemaVersion: 0 } as const
const EVEN = { keyGroups: { start: 0, end: 0 }, isDelta: false, keyShapes: ['string'] } as const

/** One state whose entries are all in the first key group, and an element of a list. */
function operatorWith(
  uid: string,
  entries: readonly (readonly [key: string, value: unknown])[],
  state: StateMetadata = COUNT,
  maxParallelism = 1,
): OperatorState {
  const serializer = structuredSerializer()
  const written = new DataOutputView()
  for (const [key, value] of entries) {
    serializer.serialize(key, written)
    serializer.serialize(value, written)
  }
  const block = new DataOutputView()
  writeBlock({ flags: 0, count: entries.length, entries: written.written() }, block)
  const handle = inline(block.toBytes())
  const keyed = { ...EVEN, offsets: [0, handle.kind === 'inline' ? handle.bytes.length : 0], states: [state], handle }
  const element = elementsHandle(NEXT, [
    (output) => {
      Types.LONG.createSerializer().serialize(1, output)
    },
  ])
  return operatorOf(uid, [{ managedKeyed: [keyed], managedOperator: [element] }], { maxParallelism })
}

async function pair(
  t: TestContext,
  left: readonly OperatorState[],
  right: readonly OperatorState[],
): Promise<readonly [left: string, right: string, place: Place]> {
  const place = await placeOf(t)
  const { at, services } = place
  return [await makeSnapshot(at('left'), left, services), await makeSnapshot(at('right'), right, services), place]
}

const LINE = '"operator":"counts","state":"count","kind":"value"'

describe('The difference of two snapshots', () => {
  it('has no entry whose value is the same in other bytes', async (t) => {
    const [one, other] = [
      new Map([
        [1, 'x'],
        [2, 'y'],
      ]),
      new Map([
        [2, 'y'],
        [1, 'x'],
      ]),
    ]
    const [left, right, { services }] = await pair(
      t,
      [
        operatorWith('counts', [
          ['a', one],
          ['b', { n: 1, m: 2 }],
          ['c', 1],
        ]),
      ],
      [
        operatorWith('counts', [
          ['a', other],
          ['b', { m: 2, n: 1 }],
          ['c', 2],
        ]),
      ],
    )
    assert.deepEqual(await diffOf(left, right, services), [`{"diff":"changed",${LINE},"key":"c","before":1,"value":2}`])
  })

  it('tells states apart by their names, also where their bytes are the same', async (t) => {
    const entries = [['a', 1]] as const
    const [left, right, { services }] = await pair(
      t,
      [operatorWith('counts', entries)],
      [operatorWith('counts', entries, { ...COUNT, name: 'number' })],
    )
    assert.deepEqual((await diffOf(left, right, services)).sort(), [
      '{"diff":"added","operator":"counts","state":"number","kind":"value","key":"a","value":1}',
      `{"diff":"removed",${LINE},"key":"a","before":1}`,
    ])
  })

  it('has what only one of them has: operators, and of those that are asked for', async (t) => {
    const [left, right, { services }] = await pair(
      t,
      [operatorWith('counts', [['a', 1]]), operatorWith('gone', [['b', 2]])],
      [operatorWith('new', [['c', 3]]), operatorWith('counts', [['a', 1]])],
    )
    const gone = ['gone', 'removed', '"key":"b","before":2', '"subtask":0,"index":0,"before":1'] as const
    const added = ['new', 'added', '"key":"c","value":3', '"subtask":0,"index":0,"value":1'] as const
    const linesOfOperator = ([operator, diff, keyed, element]: typeof gone | typeof added): string[] => [
      `{"diff":"${diff}","operator":"${operator}","state":"count","kind":"value",${keyed}}`,
      `{"diff":"${diff}","operator":"${operator}","state":"next","kind":"operator-list",${element}}`,
    ]
    assert.deepEqual(await diffOf(left, right, services), [...linesOfOperator(added), ...linesOfOperator(gone)])
    const only = (operator: string): EntryFilter => ({ operators: [operator], states: [] })
    assert.deepEqual(await diffOf(left, right, services, only('gone')), linesOfOperator(gone))
    assert.deepEqual(await diffOf(left, right, services, only('new')), linesOfOperator(added))
    await assert.rejects(diffOf(left, right, services, only('nowhere')), /no operator 'nowhere'/)
  })

  it('goes by keys where the two have another number of key groups', async (t) => {
    const names = Array.from({ length: 20 }, (_, n) => `key ${String(n)}`)
    const isFirst = (name: string): boolean => keyGroupForHash(hashKey(name, 'auto'), 2) === 0
    const [a = '', b = '', c = '', d = ''] = names.filter(isFirst)
    const ofTwo = operatorWith(
      'counts',
      [
        [a, 1],
        [b, 2],
        [c, 3],
      ],
      COUNT,
      2,
    )
    const ofOne = operatorWith('counts', [
      [c, 4],
      [d, 5],
      [a, 1],
    ])
    const [left, right, { at, services }] = await pair(t, [ofTwo], [ofOne])
    const lines = [
      `{"diff":"added",${LINE},"key":"${d}","value":5}`,
      `{"diff":"changed",${LINE},"key":"${c}","before":3,"value":4}`,
      `{"diff":"removed",${LINE},"key":"${b}","before":2}`,
    ]
    assert.deepEqual((await diffOf(left, right, services)).sort(), lines)
    assert.equal((await diffOf(right, left, services)).length, 3)
    assert.deepEqual(await diffOf(left, right, services, { ...EVERYTHING, key: c }), [lines[1]])

    // A key that the program hashes in its own way may lie anywhere.
    const other = names.find((name) => !isFirst(name)) ?? ''
    const own = await makeSnapshot(at('own'), [operatorWith('counts', [[other, 1]], COUNT, 2)], services)
    const message =
      /counts has a max parallelism of 2 in the one and of 1 in the other, and its key .* does not hash to/
    await assert.rejects(diffOf(own, right, services), { code: 'SNAPSHOTS_NOT_COMPARABLE', message })
  })

  it('is of one key where that is asked for, and then of no element of a list', async (t) => {
    const [left, right, { services }] = await pair(
      t,
      [
        operatorWith('counts', [
          ['a', 1],
          ['b', 1],
        ]),
      ],
      [
        operatorWith('counts', [
          ['a', 2],
          ['b', 2],
        ]),
        operatorWith('new', []),
      ],
    )
    const filter = { ...EVERYTHING, key: 'b' }
    assert.deepEqual(await diffOf(left, right, services, filter), [
      `{"diff":"changed",${LINE},"key":"b","before":1,"value":2}`,
    ])
    assert.deepEqual(await linesOf(right, services, filter), [`{${LINE},"key":"b","value":2}`])
  })
})

describe('Lines of an export', () => {
  it('are given out in pieces, until nobody takes them any more', async (t) => {
    const { at, services } = await placeOf(t)
    const entries = Array.from({ length: 5000 }, (_, n) => [`key ${String(n)}`, n] as const)
    const from = await makeSnapshot(at('from'), [operatorWith('counts', entries)], services)
    const contents = await SnapshotContents.open(from, services)
    const pieces: string[] = []
    const isTaken = (text: string): boolean => pieces.push(text) < 2
    await exportEntries(contents, EVERYTHING, isTaken)
    assert.equal(pieces.length, 2)
    assert.ok(pieces.every((text) => text.endsWith('}\n') && text.length < 200_000))
    pieces.length = 0
    assert.equal(await exportEntries(contents, EVERYTHING, (text) => pieces.push(text) > 0), 5001)
    assert.equal(pieces.join('').trimEnd().split('\n').length, 5001)
  })
})
