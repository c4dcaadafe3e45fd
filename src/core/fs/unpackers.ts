// Duty: unpacks gzip, deflate, bzip2, xz, and where Node can zstd, piece by piece.
// Invariants: what leaves is checked as the format has it; an end that comes too early, damage, and anything but zeros after
// the last member is an error. Of a file of any size a few MB are held at a time.
import { createRequire } from 'node:module'
import { pipeline, type Transform } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import type * as xz from 'xz-decompress'
import { ReasonError } from '../errors/reason-error.js'
import { messageOf } from '../errors/thrown-value.js'

type Bytes = AsyncIterable<Uint8Array>

/** What is packed goes in, what is unpacked comes out. */
export type Unpacker = (packed: Bytes) => Bytes

/** The parts of unbzip2-stream that unpack one block at a time. */
interface BitReader {
  (count: number | null): number
  readonly bytesRead: number
}

interface Bzip2 {
  /** The level, 1 to 9: blocks hold up to so many times 100,000 bytes. */
  header(bits: BitReader): number
  /** Null at the end of a stream, whose checksum was right; else the checksum of the stream so far. */
  decompress(
    bits: BitReader,
    onByte: (byte: number) => void,
    scratch: Int32Array,
    scratchLength: number,
    streamCrc: number,
  ): number | null
}

/** Loaded when it is used; an import would not see the names that these export. */
const require = createRequire(import.meta.url)

/** More than the largest block of bzip2 takes, packed: 900,000 symbols of 20 bits. */
const BZIP2_LOOK_AHEAD_BYTES = 2_500_000
const BZIP2_LEVEL_BYTES = 100_000
const INITIAL_OUTPUT_BYTES = 1024 * 1024
const CUT = 'it ends too early'
const TRAILING = 'there is something else after its end'

/** What xz-decompress says with a number. */
const XZ_REASONS: Readonly<Record<string, string>> = {
  '4': 'it needs too much memory',
  '5': 'it is no xz file',
  '6': 'it is packed with options that are not known here, as --check=sha256; unpack it with xz -d',
  '7': 'it is damaged',
  '8': 'it is damaged or ends too early',
}

export async function* unpackGzip(packed: Bytes): Bytes {
  const { createGunzip } = await import('node:zlib')
  yield* unpackWithZlib(packed, createGunzip())
}

/** With the header of zlib, as Flink expects it. */
export async function* unpackDeflate(packed: Bytes): Bytes {
  const { createInflate } = await import('node:zlib')
  yield* unpackWithZlib(packed, createInflate())
}

/** What Node has from 22.15 on. */
function zstdOfNode(): (() => Transform & { readonly bytesWritten: number }) | undefined {
  const create: unknown = Reflect.get(require('node:zlib') as object, 'createZstdDecompress')
  return typeof create === 'function' ? (create as () => Transform & { readonly bytesWritten: number }) : undefined
}

export function canUnpackZstd(): boolean {
  return zstdOfNode() !== undefined
}

export async function* unpackZstd(packed: Bytes): Bytes {
  const create = zstdOfNode()
  if (create === undefined) throw new ReasonError('Node unpacks zstd from 22.15 on only')
  yield* unpackWithZlib(packed, create())
}

/** Zlib ignores what follows the end, so it is looked at here. */
async function* unpackWithZlib(packed: Bytes, engine: Transform & { readonly bytesWritten: number }): Bytes {
  const rest = new BytesAfter()
  // The error comes out of the loop.
  pipeline(rest.watch(packed, engine), engine, () => undefined)
  for await (const bytes of engine) yield bytes as Uint8Array
  await rest.refuseOthersThanZeros()
}

/** Knows which of the bytes that an engine was given it did not use. */
class BytesAfter {
  #fed = 0
  #last: Uint8Array = new Uint8Array(0)
  #packed: AsyncIterator<Uint8Array> | undefined
  #engine: { readonly bytesWritten: number } | undefined

  async *watch(packed: Bytes, engine: { readonly bytesWritten: number }): Bytes {
    this.#engine = engine
    const iterator = packed[Symbol.asyncIterator]()
    this.#packed = iterator
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      this.#fed += next.value.length
      this.#last = next.value
      yield next.value
    }
  }

  async refuseOthersThanZeros(): Promise<void> {
    const unused = this.#fed - (this.#engine?.bytesWritten ?? 0)
    let bytes = this.#last.subarray(this.#last.length - Math.min(unused, this.#last.length))
    for (;;) {
      if (bytes.some((byte) => byte !== 0)) throw new ReasonError(TRAILING)
      const next = await this.#packed?.next()
      if (next === undefined || next.done === true) return
      bytes = next.value
    }
  }
}

export async function* unpackBzip2(packed: Bytes): Bytes {
  const bzip2 = require('unbzip2-stream/lib/bzip2.js') as Bzip2
  const bitIterator = require('unbzip2-stream/lib/bit_iterator.js') as (next: () => Uint8Array) => BitReader
  const input = new Lookahead(packed)
  await input.fill(0)
  const bits: BitReader = bitIterator(() => input.take())
  const output = new GrowingBytes()
  for (let isFirst = true; isFirst || (await input.fill(bits.bytesRead)); isFirst = false) {
    const scratch = new Int32Array(BZIP2_LEVEL_BYTES * bzip2.header(bits))
    for (let crc: number | null = 0; crc !== null;) {
      await input.fill(bits.bytesRead)
      crc = bzip2.decompress(bits, output.push, scratch, scratch.length, crc)
      if (crc !== null) yield output.take()
    }
  }
}

/** Bytes that are there before somebody who cannot wait asks for them. */
class Lookahead {
  readonly #packed: AsyncIterator<Uint8Array>
  readonly #queue: Uint8Array[] = []
  #read = 0

  constructor(packed: Bytes) {
    this.#packed = packed[Symbol.asyncIterator]()
  }

  /** False when nothing is left after the first `used` bytes. */
  async fill(used: number): Promise<boolean> {
    while (this.#read - used < BZIP2_LOOK_AHEAD_BYTES) {
      const next = await this.#packed.next()
      if (next.done === true) break
      this.#queue.push(next.value)
      this.#read += next.value.length
    }
    return this.#read > used
  }

  take(): Uint8Array {
    const bytes = this.#queue.shift()
    if (bytes === undefined) throw new ReasonError(CUT)
    return bytes
  }
}

class GrowingBytes {
  #bytes = new Uint8Array(INITIAL_OUTPUT_BYTES)
  #length = 0

  readonly push = (byte: number): void => {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes[this.#length] = byte
    this.#length += 1
  }

  take(): Uint8Array {
    const bytes = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return bytes
  }
}

export async function* unpackXz(packed: Bytes): Bytes {
  const { XzReadableStream } = require('xz-decompress') as typeof xz
  try {
    for await (const bytes of new XzReadableStream(ReadableStream.from(packed))) yield bytes
  } catch (error) {
    const [, code = ''] = /error code (\d+)/.exec(messageOf(error)) ?? []
    const reason = XZ_REASONS[code]
    throw reason === undefined ? error : new ReasonError(reason)
  }
}
