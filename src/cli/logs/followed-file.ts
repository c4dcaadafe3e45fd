import { open, stat, type FileHandle } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { errnoOf } from '../../core/fs/errno.js'

const CHUNK_BYTES = 65_536
const NEWLINE = 10
/** What is longer is handed on in pieces: neither texts nor memory have room for any length. */
const LONGEST_LINE = 16 * 1024 * 1024

/** Is given those of one piece of the file together: a call and a write for each would take most of the time of a large one. */
type TakeLines = (lines: readonly string[]) => void

interface LineTaker {
  readonly take: TakeLines
  readonly isWanted: () => boolean
}

/**
 * The lines of a file that others write, as they come. A file that is not there yet has none; one that was emptied, or that another
 * took the place of, is read from its beginning, the old one to its end.
 */
export class FollowedFile {
  readonly path: string
  /** Of what is there at the first look only so many lines are read, the last ones. */
  #lastLines: number
  #handle: FileHandle | undefined
  #position = 0
  #decoder = new StringDecoder('utf8')
  /** Of the line that has not ended yet, in pieces: to put them together with each chunk would take the square of its length. */
  #rest: string[] = []
  #restLength = 0
  #exists = false

  constructor(path: string, lastLines: number) {
    this.path = path
    this.#lastLines = lastLines
  }

  /** True once there was a file. */
  get exists(): boolean {
    return this.#exists
  }

  /**
   * Hands on all whole lines that have come since, as long as somebody wants them. Those that come meanwhile are for the next
   * time: they might never cease.
   */
  async read(take: TakeLines, isWanted: () => boolean): Promise<void> {
    if (this.#handle !== undefined) await this.#readOn(this.#handle, await sizeOf(this.#handle), { take, isWanted })
    if (isWanted() && (await this.#isAnother())) {
      const size = await this.#open(take)
      if (this.#handle !== undefined) await this.#readOn(this.#handle, size, { take, isWanted })
    }
    this.#lastLines = Infinity
  }

  /** What stands after the last line end, as nothing more will come. */
  end(take: TakeLines): void {
    const rest = this.#takeRest() + this.#decoder.end()
    if (rest !== '') take([rest])
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }

  async #isAnother(): Promise<boolean> {
    try {
      const [now, read] = await Promise.all([stat(this.path), this.#handle?.stat()])
      return read === undefined || now.ino !== read.ino || now.dev !== read.dev || now.size < this.#position
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false
      throw error
    }
  }

  /** Gives its size, of which the last lines were counted. */
  async #open(take: TakeLines): Promise<number> {
    this.end(take)
    await this.close()
    try {
      this.#handle = await open(this.path, 'r')
    } catch (error) {
      // It went meanwhile: the next one will be found.
      if (errnoOf(error) === 'ENOENT') return 0
      throw error
    }
    const size = await sizeOf(this.#handle)
    this.#position = await startOfLast(this.#handle, size, this.#lastLines)
    this.#exists = true
    this.#decoder = new StringDecoder('utf8')
    return size
  }

  #takeRest(): string {
    const rest = this.#rest.join('')
    this.#rest = []
    this.#restLength = 0
    return rest
  }

  async #readOn(handle: FileHandle, size: number, { take, isWanted }: LineTaker): Promise<void> {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    while (this.#position < size && isWanted()) {
      const wanted = Math.min(CHUNK_BYTES, size - this.#position)
      const { bytesRead } = await handle.read(chunk, 0, wanted, this.#position)
      if (bytesRead === 0) return
      this.#position += bytesRead
      const lines = this.#decoder.write(chunk.subarray(0, bytesRead)).split('\n')
      const last = lines.pop() ?? ''
      if (lines[0] !== undefined) lines[0] = this.#takeRest() + lines[0]
      this.#keep(last)
      if (this.#restLength >= LONGEST_LINE) lines.push(this.#takeRest())
      if (lines.length > 0) take(lines)
    }
  }

  #keep(text: string): void {
    if (text !== '') this.#rest.push(text)
    this.#restLength += text.length
  }
}

/** Where the last lines begin: searched from the end, as a log may be large. What has no line end is a line as well. */
async function startOfLast(handle: FileHandle, size: number, lines: number): Promise<number> {
  if (lines === Infinity) return 0
  if (lines === 0) return size
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let left = lines
  // The end of the last line begins none.
  for (let end = Math.max(0, size - 1); end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES)
    const { bytesRead } = await handle.read(chunk, 0, end - start, start)
    for (let index = bytesRead - 1; index >= 0; index -= 1) {
      if (chunk[index] !== NEWLINE) continue
      left -= 1
      if (left === 0) return start + index + 1
    }
    end = start
  }
  return 0
}

async function sizeOf(handle: FileHandle): Promise<number> {
  return (await handle.stat()).size
}
