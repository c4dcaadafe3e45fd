import type { SequentialReader } from '../../../core/fs/compressed-file.js'

const BLOCK_BYTES = 64 * 1024
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
/** Belongs to the file, not to its first line. */
const BYTE_ORDER_MARK = '\uFEFF'

/** Reads a file line by line from a position in bytes; knows where each line ended. */
export class LineReader {
  /** Where the next line begins. */
  position: number
  readonly #file: SequentialReader
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #block: Uint8Array = new Uint8Array(0)
  #blockStart: number

  constructor(file: SequentialReader, position: number) {
    this.#file = file
    this.position = position
    this.#blockStart = position
  }

  /** Undefined when the file ends before the position. */
  async isAtLineStart(): Promise<boolean | undefined> {
    if (this.position === 0) return true
    const [before] = await this.#file.read(this.position - 1, 1)
    return before === undefined ? undefined : before === LINE_FEED
  }

  async skipLine(): Promise<void> {
    await this.next()
  }

  /** Undefined at the end of the file; the last line need not end. Reads only where the block does not hold the line. */
  async next(): Promise<string | undefined> {
    let parts: Uint8Array[] = []
    let scanFrom = this.position
    for (;;) {
      const offset = scanFrom - this.#blockStart
      const end = this.#block.indexOf(LINE_FEED, offset)
      if (end !== -1) return this.#line([...parts, this.#block.subarray(offset, end)], this.#blockStart + end + 1)
      if (offset < this.#block.length) parts = [...parts, this.#block.subarray(offset)]
      scanFrom = this.#blockStart + this.#block.length
      this.#block = await this.#file.read(scanFrom, BLOCK_BYTES)
      this.#blockStart = scanFrom
      if (this.#block.length === 0) return parts.length === 0 ? undefined : this.#line(parts, scanFrom)
    }
  }

  #line(parts: readonly Uint8Array[], nextPosition: number): string {
    const [only = new Uint8Array(0)] = parts
    const bytes = parts.length <= 1 ? only : concatenated(parts)
    const length = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length
    const text = this.#decoder.decode(bytes.subarray(0, length))
    const isFirst = this.position === 0
    this.position = nextPosition
    return isFirst && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
  }
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
