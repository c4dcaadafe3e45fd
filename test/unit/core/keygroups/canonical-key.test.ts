import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  copyKey,
  decodeKey,
  encodeKey,
  hashKey,
  InvalidKeyError,
  keyBytes,
  keysEqual,
  type KeyKind,
} from '../../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../../../src/core/keygroups/key-group-assignment.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { anyText } from '../types/any-text.js'

/** Java's Arrays.hashCode over the canonical bytes and the key group of 128, computed in Java. */
const GOLDEN: readonly (readonly [key: string | number, hash: number, keyGroup: number])[] = [
  ['', 1085, 72],
  ['a', 33763, 127],
  ['hello', 1240165840, 81],
  ['Flink', 1208971838, 3],
  ['käse', 1237918268, 18],
  ['日本語', 1202580020, 72],
  ['😀', 1005141144, 126],
  ['x'.repeat(127), 941122364, 24],
  ['x'.repeat(128), 718926820, 15],
  ['é'.repeat(300), 116129943, 33],
  [0, -1323909598, 98],
  [1, -216197901, 69],
  [-1, 42378611, 24],
  [1.5, -1706103045, 19],
  [42, -344986009, 14],
  [2 ** 32, -1025544527, 69],
  [Number.MAX_SAFE_INTEGER, -471160546, 76],
  [Number.MIN_VALUE, -1323909597, 105],
  [Infinity, -345486157, 106],
  [NaN, -1835391301, 90],
]

const RECORD: KeyKind = {
  record: [
    ['id', 'double'],
    ['tags', 'auto'],
  ],
}

/** Few different values, so that equal pairs come up. */
const leaf = fc.oneof(
  fc.constantFrom<unknown>(0, -0, 1, NaN, '', 'a', '0', '\uFEFFa', true, false, 0n, 1n, -1n),
  fc.constantFrom(new Date(0), new Date(1), new Date(NaN)),
  fc.double(),
  anyText({ maxLength: 200 }),
  fc.bigInt(),
)
const part = fc.oneof(leaf, fc.constant(null))
const nested = fc.oneof(part, fc.array(part, { maxLength: 3 }))
const record = fc.record({ id: fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN)), tags: nested })
const kinds = fc.constantFrom<KeyKind>(
  'auto',
  'double',
  { tuple: ['double', 'auto'] },
  { tuple: [{ tuple: ['double'] }] },
)
const keysOfKinds = fc.oneof(
  fc.tuple(
    kinds,
    fc.oneof(leaf, fc.array(nested, { maxLength: 3 })),
    fc.oneof(leaf, fc.array(nested, { maxLength: 3 })),
  ),
  fc.tuple(fc.constant(RECORD), record, record),
)

function hashOfBytes(bytes: Uint8Array): number {
  return bytes.reduce((hash, byte) => (Math.imul(hash, 31) + ((byte << 24) >> 24)) | 0, 1)
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0
}

describe('the hash of a key', () => {
  for (const [key, hash, keyGroup] of GOLDEN) {
    it(`${JSON.stringify(key).slice(0, 20)} is what Java computes, and so is its key group`, () => {
      assert.equal(hashKey(key, 'auto'), hash)
      assert.equal(keyGroupForHash(hashKey(key, 'auto'), 128), keyGroup)
    })
  }

  it('tells 0 from -0 only where the key is declared as double', () => {
    assert.equal(hashKey(-0, 'auto'), hashKey(0, 'auto'))
    assert.equal(hashKey(-0, 'double'), -1065333086)
    assert.equal(hashKey([-0], { tuple: ['double'] }) === hashKey([0], { tuple: ['double'] }), false)
  })

  it('is that of the canonical bytes, also where the bytes are not made', () => {
    fc.assert(fc.property(keysOfKinds, ([kind, key]) => hashKey(key, kind) === hashOfBytes(keyBytes(key, kind))))
  })
})

describe('canonical bytes', () => {
  it('are equal exactly when keysEqual says so', () => {
    fc.assert(
      fc.property(keysOfKinds, ([kind, left, right]) => {
        assert.equal(keysEqual(left, right, kind), sameBytes(keyBytes(left, kind), keyBytes(right, kind)))
        assert.ok(keysEqual(left, structuredClone(left), kind))
      }),
      { numRuns: 1000 },
    )
  })

  it('give the key back', () => {
    fc.assert(
      fc.property(keysOfKinds, ([kind, key]) => {
        const output = new DataOutputView()
        encodeKey(key, kind, output)
        const input = new DataInputView(output.toBytes())
        const decoded = decodeKey(kind, input)
        assert.ok(keysEqual(decoded, key, kind))
        assert.equal(input.remaining, 0)
        const copy = copyKey(key, kind)
        assert.deepEqual(keyBytes(copy, kind), output.toBytes())
        assert.ok(copy !== key || typeof key !== 'object')
      }),
    )
  })

  it('make one key of equal tuples, and of records whatever else they hold', () => {
    assert.ok(keysEqual([1, 'a', null], [1, 'a', null], 'auto'))
    assert.ok(keysEqual({ id: 1, tags: 'x', more: 1 }, { tags: 'x', id: 1 }, RECORD))
    assert.equal(keysEqual([1, ['a', 'b']], [1, ['a'], 'b'], 'auto'), false)
  })

  it('that are none are refused when they are read', () => {
    assert.throws(() => decodeKey('auto', new DataInputView(Uint8Array.of(99))), { code: 'ASSERTION_FAILED' })
  })
})

describe('what cannot be a key', () => {
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  const cases: readonly (readonly [title: string, key: unknown, reason: RegExp])[] = [
    ['null', null, /null/],
    ['undefined', undefined, /undefined/],
    ['undefined in a tuple', [1, undefined], /undefined/],
    ['a hole in a tuple', new Array<unknown>(1), /undefined/],
    ['a function', () => 1, /function/],
    ['a symbol', Symbol('a'), /symbol/],
    ['an object of no declared type', { a: 1 }, /Types\.OBJECT/],
    ['a lone surrogate', 'a\uD800', /lone surrogate/],
    ['a long text with a lone surrogate', `${'ä'.repeat(500)}\uDFFF`, /lone surrogate/],
    ['a tuple that contains itself', cyclic, /contains itself/],
  ]
  for (const [title, key, reason] of cases) {
    it(`${title} is refused with its reason`, () => {
      assert.throws(
        () => hashKey(key, 'auto'),
        (error) => error instanceof InvalidKeyError && reason.test(error.message),
      )
    })
  }
})
