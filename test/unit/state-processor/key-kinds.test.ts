import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Types } from '../../../src/api/types/types-table.js'
import type { TypeInformation } from '../../../src/api/types/type-information.js'
import { copyKey, hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { keyShape } from '../../../src/core/keygroups/key-shapes.js'
import { kindOfKey, kindOfShapes, orderedLike } from '../../../src/state-processor/key-kinds.js'

const USER = Types.OBJECT({ name: Types.STRING, id: Types.LONG, since: Types.INSTANT })
const KEYS: readonly (readonly [type: TypeInformation<unknown> | undefined, key: unknown])[] = [
  [undefined, 'user-17'],
  [undefined, 17],
  [undefined, -0],
  [Types.DOUBLE, -0],
  [Types.DOUBLE, 0.5],
  [undefined, 17n],
  [undefined, [1, 'x', null, [true]]],
  [undefined, [-0]],
  [Types.TUPLE(Types.DOUBLE, Types.STRING), [-0, 'x']],
  [USER, { id: 1, since: new Date(5), name: 'Ann', passed: 'over' }],
  [Types.TUPLE(USER, Types.LONG), [{ id: 1, since: new Date(5), name: 'Ann' }, -0]],
]

describe('The kind of a key, out of the key alone,', () => {
  for (const [type, key] of KEYS) {
    it(`gives the hash that it had: ${type?.description ?? 'no type'}, ${JSON.stringify(key, bigintText)}`, () => {
      const declared = type?.keyKind() ?? 'auto'
      const stored = copyKey(key, declared)
      assert.equal(hashKey(stored, kindOfKey(stored)), hashKey(key, declared))
    })
  }

  it('is known of records by the shapes of the keys, and so is the order of their fields', () => {
    const shapes = [keyShape({ name: 'Ann', id: 1, since: new Date(5) }, USER.keyKind())]
    const kind = kindOfShapes(shapes)
    assert.deepEqual(kind, { record: ['name', 'id', 'since'].map((name) => [name, 'auto']) })
    const written = orderedLike({ since: new Date(5), id: 1, name: 'Ann' }, shapes)
    assert.deepEqual(Object.keys(written as object), ['name', 'id', 'since'])
    assert.deepEqual([kindOfShapes(['number']), kindOfShapes(undefined)], ['auto', 'auto'])
    assert.deepEqual(Object.keys(orderedLike({ b: 1, a: 2 }, shapes) as object), ['b', 'a'])
  })
})

function bigintText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value.toString()}n` : value
}
