// Duty: longer lists of numbers in the place of full ones.
// Invariants: what was in the list is in the longer one, and zeros after it. A long list grows where it is: its memory is reserved
// at once, as addresses that cost nothing, and taken page by page as it is written. So it takes 0.03 ms where copying 64 MB takes 20
// to 60 ms. The shorter list must not be used any more. Where nothing can be reserved, lists are copied.
// Thread: any; nobody shares the memory, growing in place is what shared memory can do and speed is that of any other.

/** Shorter ones are copied, in 0.2 ms at most: there are many, and addresses are not without end. */
const LEAST_RESERVED_BYTES = 2 ** 19
/** 2^28 positions at 16 bytes; of 128 TB of addresses. */
const RESERVED_BYTES = 2 ** 32

export function grownInt32(numbers: Int32Array, capacity: number): Int32Array {
  const bytes = capacity * Int32Array.BYTES_PER_ELEMENT
  const buffer = grownInPlace(numbers.buffer, bytes) ?? reserved(bytes)
  const grown = buffer === undefined ? new Int32Array(capacity) : new Int32Array(buffer, 0, capacity)
  if (grown.buffer !== numbers.buffer) grown.set(numbers)
  return grown
}

export function grownFloat64(numbers: Float64Array, capacity: number): Float64Array {
  const bytes = capacity * Float64Array.BYTES_PER_ELEMENT
  const buffer = grownInPlace(numbers.buffer, bytes) ?? reserved(bytes)
  const grown = buffer === undefined ? new Float64Array(capacity) : new Float64Array(buffer, 0, capacity)
  if (grown.buffer !== numbers.buffer) grown.set(numbers)
  return grown
}

function grownInPlace(buffer: ArrayBufferLike, bytes: number): SharedArrayBuffer | undefined {
  if (!(buffer instanceof SharedArrayBuffer) || !buffer.growable || bytes > buffer.maxByteLength) return undefined
  buffer.grow(bytes)
  return buffer
}

function reserved(bytes: number): SharedArrayBuffer | undefined {
  if (bytes < LEAST_RESERVED_BYTES || bytes > RESERVED_BYTES) return undefined
  try {
    return new SharedArrayBuffer(bytes, { maxByteLength: RESERVED_BYTES })
  } catch (error) {
    // A limit of addresses (`ulimit -v`).
    if (error instanceof RangeError) return undefined
    throw error
  }
}
