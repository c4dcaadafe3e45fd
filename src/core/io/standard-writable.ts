import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { OutputLock } from './output-lock.js'

const RETRY_MS = 1

/**
 * Standard output or error for the thread that must not stand still while nobody reads: it waits its turn, and for room
 * in a pipe, on a timer. Each chunk that was written is in one piece between what the other threads write.
 */
export class StandardWritable extends Writable {
  readonly #fd: 1 | 2
  readonly #lock: OutputLock

  constructor(stream: { readonly fd: 1 | 2 }, lockMemory: SharedArrayBuffer) {
    super({ decodeStrings: true })
    // Asking Node's own stream for it makes that stream, which turns a pipe into one that does not block.
    this.#fd = stream.fd
    this.#lock = new OutputLock(lockMemory)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    if (this.#lock.tryAcquire(RETRY_MS)) this.#writeFrom(chunk, 0, done)
    else setTimeout(() => this._write(chunk, _encoding, done), RETRY_MS)
  }

  #writeFrom(chunk: Buffer, start: number, done: (error?: Error) => void): void {
    this.#lock.beat()
    let at = start
    try {
      while (at < chunk.length) at += writeSync(this.#fd, chunk, at)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') {
        setTimeout(() => {
          this.#writeFrom(chunk, at, done)
        }, RETRY_MS)
        return
      }
      this.#lock.release()
      done(error instanceof Error ? error : new Error(String(error)))
      return
    }
    this.#lock.release()
    done()
  }
}
