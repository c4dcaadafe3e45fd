import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import type { FlinkError } from '../errors/flink-error.js'
import { OutputLock } from './output-lock.js'
import { isFull, streamFailed } from './stream-failure.js'

const RETRY_MS = 1

/**
 * Standard output or error for the thread that must not stand still while nobody reads: it waits its turn, and for room
 * in a pipe, on a timer. Each chunk that was written is in one piece between what the other threads write. A chunk that
 * cannot be written is left out, and the process told; it does not end by that.
 */
export class StandardWritable extends Writable {
  readonly #fd: 1 | 2
  readonly #lock: OutputLock
  readonly #onFailure: (error: FlinkError) => void

  constructor(fd: 1 | 2, lockMemory: SharedArrayBuffer, onFailure: (error: FlinkError) => void) {
    super({ decodeStrings: true })
    // A number and not Node's own stream: asking for that makes it, which turns a pipe into one that does not block.
    this.#fd = fd
    this.#lock = new OutputLock(lockMemory)
    this.#onFailure = onFailure
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#lock.tryAcquire(RETRY_MS)) this.#writeFrom(chunk, 0, done)
    else setTimeout(() => this._write(chunk, _encoding, done), RETRY_MS)
  }

  #writeFrom(chunk: Buffer, start: number, done: () => void): void {
    this.#lock.beat()
    let at = start
    try {
      while (at < chunk.length) at += writeSync(this.#fd, chunk, at)
    } catch (error) {
      if (isFull(error)) {
        setTimeout(() => {
          this.#writeFrom(chunk, at, done)
        }, RETRY_MS)
        return
      }
      this.#onFailure(streamFailed(this.#fd, error))
    }
    this.#lock.release()
    done()
  }
}
