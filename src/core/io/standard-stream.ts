import { writeSync } from 'node:fs'
import { OutputLock } from './output-lock.js'
import { isFull, streamFailed } from './stream-failure.js'
import type { TextOutput } from './text-output.js'

const BUFFER_CHARS = 64 * 1024
/** POSIX keeps writes of up to this size to a pipe in one piece, so lines of several processes do not mix. */
const ATOMIC_WRITE_BYTES = 4096
const RETRY_MS = 1
const LINE_FEED = 10

/**
 * Standard output or error, written synchronously from whatever thread: nothing is lost when the process is killed
 * after a flush, which the message-passing streams of worker threads do not promise. With the lock of the process's
 * threads a line of any length arrives in one piece.
 */
export class StandardStream implements TextOutput {
  readonly #fd: 1 | 2
  readonly #pause = new Int32Array(new SharedArrayBuffer(4))
  readonly #lock: OutputLock
  #buffer = ''

  constructor(fd: 1 | 2, lockMemory: SharedArrayBuffer) {
    this.#fd = fd
    this.#lock = new OutputLock(lockMemory)
  }

  write(text: string): void {
    this.#buffer += text
    if (this.#buffer.length >= BUFFER_CHARS) this.flush()
  }

  /** Throws STDOUT_CLOSED or STANDARD_STREAM_FAILED; what could not be written is not kept. */
  flush(): void {
    if (this.#buffer === '') return
    const bytes = Buffer.from(this.#buffer)
    this.#buffer = ''
    this.#writeAll(bytes)
  }

  /** At once, after what was kept back. */
  writeBytes(bytes: Buffer): void {
    this.flush()
    this.#writeAll(bytes)
  }

  #writeAll(bytes: Buffer): void {
    this.#lock.acquire()
    try {
      for (let start = 0; start < bytes.length;) {
        const end = endOfChunk(bytes, start)
        this.#writeFully(bytes, start, end)
        start = end
      }
    } finally {
      this.#lock.release()
    }
  }

  #writeFully(bytes: Buffer, start: number, end: number): void {
    for (let at = start; at < end;) {
      this.#lock.beat()
      try {
        at += writeSync(this.#fd, bytes, at, end - at)
      } catch (error) {
        if (!isFull(error)) throw streamFailed(this.#fd, error)
        // The reader is slow and the pipe is not blocking: there is nothing to do but to wait for it.
        Atomics.wait(this.#pause, 0, 0, RETRY_MS)
      }
    }
  }
}

/** As many whole lines as fit into an atomic write; a longer line goes alone. */
function endOfChunk(bytes: Buffer, start: number): number {
  const limit = start + ATOMIC_WRITE_BYTES
  if (bytes.length <= limit) return bytes.length
  const lastLine = bytes.lastIndexOf(LINE_FEED, limit - 1)
  if (lastLine >= start) return lastLine + 1
  const lineEnd = bytes.indexOf(LINE_FEED, limit)
  return lineEnd === -1 ? bytes.length : lineEnd + 1
}
