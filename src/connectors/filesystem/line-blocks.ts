// Duty: the bytes of a file from a position on, in blocks that end where a line ends.
// Invariants: a block is read once; what of it belongs to a record that goes on comes again with the next one. Of a file of any
// size one block is held, and as much as the longest record takes.
import { isAscii } from 'node:buffer'
import { RecordParseError } from './record-parse-error.js'
import type { FileStream } from './stream-format.js'

/** Text of 256 kB takes 1 to 3 ms to become records, in which its thread does nothing else. */
const BLOCK_BYTES = 256 * 1024
/** Somewhat less than the longest text of V8: a large file of one line would take all memory otherwise. */
const LONGEST_LINE_BYTES = 512_000_000
const LINE_FEED = 10
const NOTHING = Buffer.alloc(0)

export class LineBlocks {
  readonly #stream: FileStream
  readonly #blockBytes: number
  #bytes: Buffer = NOTHING
  #offset: number
  /** What was read after the last line end of the block. */
  #rest: Buffer = NOTHING
  #readOffset: number
  #isAtEnd = false
  #isAscii = false

  constructor(stream: FileStream, offset: number, blockBytes: number = BLOCK_BYTES) {
    this.#stream = stream
    this.#offset = offset
    this.#readOffset = offset
    this.#blockBytes = blockBytes
  }

  get bytes(): Buffer {
    return this.#bytes
  }

  /** Of the first byte of the block in the file. */
  get offset(): number {
    return this.#offset
  }

  /** No more follows it: its last line may lack an end. */
  get isLast(): boolean {
    return this.#isAtEnd
  }

  /** Every byte is a character. */
  get isAscii(): boolean {
    return this.#isAscii
  }

  /**
   * The next block; false where there is none. The last `unread` bytes of this one come again at its beginning. RecordParseError where no
   * line ends for so long that nobody can mean it.
   */
  async next(unread = 0): Promise<boolean> {
    const kept = this.#bytes.subarray(this.#bytes.length - unread)
    const offset = this.#offset + this.#bytes.length - unread
    const parts = [kept, this.#rest]
    let lengthBytes = unread + this.#rest.length
    this.#rest = NOTHING
    for (;;) {
      const chunk = asBuffer(await this.#stream.read(this.#readOffset, this.#blockBytes))
      this.#readOffset += chunk.length
      if (chunk.length === 0) {
        this.#isAtEnd = true
        break
      }
      const end = chunk.lastIndexOf(LINE_FEED) + 1
      parts.push(chunk.subarray(0, end === 0 ? chunk.length : end))
      lengthBytes += chunk.length
      if (lengthBytes > LONGEST_LINE_BYTES) {
        this.#bytes = parts.find((part) => part.length > 0) ?? NOTHING
        this.#offset = offset
        const reason = `no line ends in ${String(LONGEST_LINE_BYTES)} bytes, and no text is longer`
        throw new RecordParseError(reason, 0, lengthBytes)
      }
      if (end === 0) continue
      this.#rest = chunk.subarray(end)
      break
    }
    this.#bytes = joined(parts)
    this.#offset = offset
    this.#isAscii = isAscii(this.#bytes)
    return this.#bytes.length > 0
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  const [only = NOTHING, ...others] = parts.filter((part) => part.length > 0)
  return others.length === 0 ? only : Buffer.concat([only, ...others])
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
