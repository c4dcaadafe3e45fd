import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmur3x64Of128 } from '../../../../src/core/hash/murmur3-128.js'
import { sha256Hex } from '../../../../src/core/hash/sha256.js'

const hexOf = (text: string): string => Buffer.from(murmur3x64Of128(Buffer.from(text, 'utf8'))).toString('hex')

/** Published values: Guava's own tests, and the reference implementation's for the shorter texts. */
const VECTORS: readonly (readonly [text: string, hash: string])[] = [
  ['', '00000000000000000000000000000000'],
  ['hello', '029bbd41b3a7d8cb191dae486a901e5b'],
  ['hello, world', '8ebc5e3a62ac2f344d41429607bcdc4c'],
  ['The quick brown fox jumps over the lazy dog', '6c1b07bc7bbc4be347939ac4a93c437a'],
]

for (const [text, hash] of VECTORS) {
  test(`murmur3 of '${text}' is the published value`, () => {
    assert.equal(hexOf(text), hash)
  })
}

test('murmur3 reads a view that does not start at the beginning of its buffer', () => {
  const padded = Buffer.from('xxThe quick brown fox jumps over the lazy dog').subarray(2)
  assert.equal(
    Buffer.from(murmur3x64Of128(padded)).toString('hex'),
    hexOf('The quick brown fox jumps over the lazy dog'),
  )
})

test('sha256 of abc is the published value', () => {
  assert.equal(sha256Hex('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
