import { createReadStream, fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { isatty, ReadStream } from 'node:tty'
import { threadId } from 'node:worker_threads'
import { FlinkError } from '../errors/flink-error.js'
import { asError } from '../errors/thrown-value.js'

const FREE = 0
const NOBODY = -1
const STDIN = 0

/** Who reads standard input, among the threads of a process. */
export type StandardInputMemory = SharedArrayBuffer

/** `refused` where there is nothing to read, in a process of its own. */
export function allocateStandardInput(use: 'readable' | 'refused'): StandardInputMemory {
  const memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  if (use === 'refused') Atomics.store(new Int32Array(memory), 0, NOBODY)
  return memory
}

/** A thread that has ended reads no more. */
export function releaseStandardInput(memory: StandardInputMemory, thread: number): void {
  Atomics.compareExchange(new Int32Array(memory), 0, thread, FREE)
}

/** Throws STANDARD_INPUT_REFUSED. A thread that has it may have it again: its source restarts. */
export function claimStandardInput(memory: StandardInputMemory, thread: number = threadId): void {
  const holder = Atomics.compareExchange(new Int32Array(memory), 0, FREE, thread)
  if (holder === FREE || holder === thread) return
  const reason =
    holder === NOBODY
      ? 'the job runs detached. Run it without -d, or let its source read a file or a socket'
      : 'a source in another thread reads it, and each byte is there once. Give the source parallelism 1'
  throw new FlinkError('STANDARD_INPUT_REFUSED', { reason })
}

/**
 * `process.stdin` of a thread. Nothing is opened before somebody reads: many a package looks at it and no more. What is read
 * is gone: a source of it starts again where it was, and not where the checkpoint was.
 */
export class StandardInput extends Readable {
  readonly fd: number = STDIN
  readonly #claim: () => void
  readonly #open: () => Readable
  #source: Readable | undefined

  constructor(claim: () => void, open: () => Readable = openDescriptor) {
    super()
    this.#claim = claim
    this.#open = open
  }

  override _read(): void {
    try {
      this.#source ??= this.#begin()
      this.#source.resume()
    } catch (error) {
      this.destroy(asError(error))
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source?.destroy()
    done(error)
  }

  #begin(): Readable {
    this.#claim()
    const source = this.#open()
    source.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) source.pause()
    })
    source.on('end', () => this.push(null))
    source.on('error', (error) => this.destroy(error))
    return source
  }
}

/** As Node does on its main thread: a read of a pipe or a terminal must not hold a thread of the pool until something comes. */
function openDescriptor(): Readable {
  if (isatty(STDIN)) return new ReadStream(STDIN)
  const stats = fstatSync(STDIN)
  if (stats.isFIFO() || stats.isSocket()) return new Socket({ fd: STDIN, readable: true, writable: false })
  return createReadStream('', { fd: STDIN, autoClose: false })
}
