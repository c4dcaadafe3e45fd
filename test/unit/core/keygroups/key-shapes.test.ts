import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { declaredKeyShape } from '../../../../src/api/types/declared-key-shape.js'
import type { TypeInformation } from '../../../../src/api/types/type-information.js'
import { Types } from '../../../../src/api/types/types-table.js'
import { KeyShapes, keyShape } from '../../../../src/core/keygroups/key-shapes.js'

class User {
  readonly id: number
  readonly name: string | null

  constructor(id: number, name: string | null) {
    this.id = id
    this.name = name
  }
}

const USER = Types.POJO(User, { id: Types.LONG, name: Types.STRING })

describe('the shape of a key', () => {
  it('is told in words, parts of parts by one word', () => {
    for (const [key, shape] of [
      [1, 'number'],
      ['1', 'string'],
      [1n, 'bigint'],
      [true, 'boolean'],
      [new Date(0), 'date'],
      [[], '[]'],
      [[1, 'x', null], '[number, string, null]'],
      [[[1, 2], new Date(0)], '[tuple, date]'],
    ] as const) {
      assert.equal(keyShape(key, 'auto'), shape)
    }
    assert.equal(keyShape(new User(1, null), USER.keyKind()), '{id: number, name: null}')
  })

  it('follows from the declared type just so', () => {
    const cases: readonly (readonly [TypeInformation<never>, unknown])[] = [
      [Types.STRING, 'a'],
      [Types.LONG, 1],
      [Types.INT, 1],
      [Types.DOUBLE, 1.5],
      [Types.BOOLEAN, true],
      [Types.BIG_INT, 1n],
      [Types.LONG_BIGINT, 1n],
      [Types.INSTANT, new Date(1)],
      [Types.TUPLE(Types.LONG, Types.STRING), [1, 'x']],
      [Types.TUPLE(Types.TUPLE(Types.LONG), Types.INSTANT), [[1], new Date(1)]],
      [Types.OBJECT({ id: Types.LONG, at: Types.INSTANT }), { id: 1, at: new Date(1), more: 1 }],
      [USER, new User(1, 'a')],
    ] as never
    for (const [type, key] of cases) assert.equal(declaredKeyShape(type), keyShape(key, type.keyKind()))
  })

  it('is anything where GENERIC is declared, and not known where a part is open or the type is one of the user', () => {
    assert.equal(declaredKeyShape(Types.GENERIC()), 'any')
    assert.equal(declaredKeyShape(Types.TUPLE(Types.GENERIC(), Types.STRING)), undefined)
    assert.equal(declaredKeyShape(Types.LIST(Types.STRING)), undefined)
    const createSerializer: TypeInformation<number>['createSerializer'] = () => Types.DOUBLE.createSerializer()
    const own: TypeInformation<number> = { description: 'KM', keyKind: () => 'double', createSerializer }
    assert.equal(declaredKeyShape(own), undefined)
    assert.equal(declaredKeyShape(undefined), undefined)
  })
})

describe('expected shapes of keys', () => {
  it('are the same for the same keys in any order', () => {
    const shapes = [
      [1, 'a', ['x', 1]],
      [['x', 1], 'a', 1],
    ].map((keys) => {
      const collected = new KeyShapes('auto')
      for (const key of keys) collected.add(key)
      return collected.list()
    })
    assert.deepEqual(shapes[0], ['[string, number]', 'number', 'string'])
    assert.deepEqual(shapes[1], shapes[0])
  })

  it('take null in a part for any type, and any length where several were seen', () => {
    const accepts = (known: readonly string[], shape: string): boolean => new KeyShapes('auto', known).accepts(shape)
    assert.ok(accepts(['[number, string]'], '[number, null]'))
    assert.ok(accepts(['[number, null]'], '[number, date]'))
    assert.ok(accepts(['{id: null, at: date}'], '{id: number, at: date}'))
    assert.ok(accepts(['[string]', '[string, string]'], '[string, string, string]'))
    assert.ok(accepts(['any'], 'bigint'))
    for (const [known, shape] of [
      ['number', 'string'],
      ['number', 'bigint'],
      ['number', '[number]'],
      ['[number]', '[number, number]'],
      ['[number, string]', '[string, number]'],
      ['[number]', '[string]'],
      ['{id: number}', '{key: number}'],
      ['{id: number}', '{id: string}'],
      ['{id: null}', '[number]'],
    ] as const) {
      assert.ok(!accepts([known], shape), `${known} and ${shape}`)
    }
  })
})
