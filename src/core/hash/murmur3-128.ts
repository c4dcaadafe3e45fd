const C1 = 0x87c37b91114253d5n
const C2 = 0x4cf5ad432745937fn
const MASK = 0xffff_ffff_ffff_ffffn
const BLOCK_BYTES = 16

/**
 * MurmurHash3 x64 128 bit with seed 0: 16 bytes, both halves little endian, which is what Flink's operator ids are made of
 * (Guava's `Hashing.murmur3_128(0)`). A few calls an operator, so 64-bit arithmetic is BigInt's.
 */
export function murmur3x64Of128(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const blocks = Math.floor(bytes.length / BLOCK_BYTES)
  let h1 = 0n
  let h2 = 0n
  for (let block = 0; block < blocks; block += 1) {
    const offset = block * BLOCK_BYTES
    h1 ^= mixFirst(view.getBigUint64(offset, true))
    h1 = times(rotateLeft(h1, 27n) + h2, 5n) + 0x52dce729n
    h2 ^= mixSecond(view.getBigUint64(offset + 8, true))
    h2 = times(rotateLeft(h2, 31n) + h1, 5n) + 0x38495ab5n
    h1 &= MASK
    h2 &= MASK
  }
  const tail = bytes.subarray(blocks * BLOCK_BYTES)
  h1 ^= mixFirst(littleEndian(tail.subarray(0, 8)))
  h2 ^= mixSecond(littleEndian(tail.subarray(8)))
  return finish(h1, h2, BigInt(bytes.length))
}

function finish(first: bigint, second: bigint, length: bigint): Uint8Array {
  let h1 = first ^ length
  let h2 = second ^ length
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  h1 = finalMix(h1)
  h2 = finalMix(h2)
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  const result = new Uint8Array(BLOCK_BYTES)
  const view = new DataView(result.buffer)
  view.setBigUint64(0, h1, true)
  view.setBigUint64(8, h2, true)
  return result
}

function mixFirst(k: bigint): bigint {
  return times(rotateLeft(times(k, C1), 31n), C2)
}

function mixSecond(k: bigint): bigint {
  return times(rotateLeft(times(k, C2), 33n), C1)
}

function finalMix(value: bigint): bigint {
  let k = value
  k = times(k ^ (k >> 33n), 0xff51afd7ed558ccdn)
  k = times(k ^ (k >> 33n), 0xc4ceb9fe1a85ec53n)
  return k ^ (k >> 33n)
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

function times(a: bigint, b: bigint): bigint {
  return (a * b) & MASK
}

function rotateLeft(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK
}
