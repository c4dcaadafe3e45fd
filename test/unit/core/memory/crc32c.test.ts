import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { crc32c } from '../../../../src/core/memory/crc32c.js'

/** The polynomial bit by bit. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

/** Published values (RFC 3720 B.4 and the check value of the catalogue). */
const VECTORS: readonly (readonly [title: string, bytes: Uint8Array, crc: number])[] = [
  ['nothing', new Uint8Array(0), 0],
  ['123456789', new TextEncoder().encode('123456789'), 0xe3069283],
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 times 0xff', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['0 to 31', Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
]

describe('crc32c', () => {
  for (const [title, bytes, crc] of VECTORS) {
    it(`of ${title} is the published value`, () => assert.equal(crc32c(bytes), crc))
  }

  it('is that of the bit by bit computation, for every length and alignment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(7), (bytes, offset) => {
        const part = bytes.subarray(offset)
        assert.equal(crc32c(part), slowCrc32c(part))
      }),
    )
  })

  it('of a whole is that of its end continued from its beginning', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (front, back) => {
        assert.equal(crc32c(back, crc32c(front)), crc32c(Buffer.concat([front, back])))
      }),
    )
  })
})
