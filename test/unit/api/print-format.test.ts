import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { printFormat } from '../../../src/api/functions/sink/print-format.js'

/** The rule, said once more: tuples in parentheses, objects as JSON, everything else plain. */
function rule(value: unknown): string {
  if (Array.isArray(value)) return `(${value.map(rule).join(',')})`
  if (typeof value === 'object' && value !== null) {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
  }
  return String(value)
}

const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.bigInt())),
)
const { value: record } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value'), { maxLength: 4 })),
}))

describe('The form in which a record is printed', () => {
  it('follows the rule for any record', () => {
    fc.assert(
      fc.property(record, (value) => {
        assert.equal(printFormat(value), rule(value))
      }),
      { numRuns: 1000 },
    )
  })

  const samples: readonly [unknown, string][] = [
    [[1, 4], '(1,4)'],
    [['a', [1, ['x']], []], '(a,(1,(x)),())'],
    [['to be, or not', '"'], '(to be, or not,")'],
    [12_345_678_901_234_567_890n, '12345678901234567890'],
    [[1n, [2n]], '(1,(2))'],
    [{ id: 1, tags: ['a'], big: 7n }, '{"id":1,"tags":["a"],"big":"7"}'],
    [[{ a: 1 }], '({"a":1})'],
    [new Map([['a', 1]]), '[["a",1]]'],
    [new Set([1, 2]), '[1,2]'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'Invalid Date'],
    [null, 'null'],
    [undefined, 'undefined'],
    [-0, '0'],
    [0.1, '0.1'],
    [1e21, '1e+21'],
    ['', ''],
  ]
  for (const [value, text] of samples) {
    it(`is ${text === '' ? 'empty for an empty text' : text}`, () => {
      assert.equal(printFormat(value), text)
    })
  }

  it('ends for a record inside itself, and writes one that is there twice in full', () => {
    const tuple: unknown[] = [1]
    tuple.push(tuple)
    assert.equal(printFormat(tuple), '(1,[Circular])')
    const object: Record<string, unknown> = { a: 1 }
    object['self'] = object
    assert.equal(printFormat(object), '{"a":1,"self":"[Circular]"}')
    const shared = { s: 1 }
    assert.equal(printFormat({ x: shared, y: [shared, shared] }), '{"x":{"s":1},"y":[{"s":1},{"s":1}]}')
    assert.equal(printFormat([tuple.slice(0, 1), tuple.slice(0, 1)]), '((1),(1))')
  })
})
