import { fstatSync } from 'node:fs'
import { threadId } from 'node:worker_threads'

const HOLDER = 0
const BEATS = 1
const FREE = 0
/** A holder without a sign of life for this long was terminated in the middle of a write. */
const DEAD_AFTER_MS = 1000
const LOOK_MS = 50

/** Memory of the locks of standard output and standard error; one and the same where both go to one place. */
export interface OutputLockMemory {
  readonly standardOutput: SharedArrayBuffer
  readonly standardError: SharedArrayBuffer
}

/** Made once by whoever starts the threads of a process, and given to each of them. */
export function allocateOutputLocks(): OutputLockMemory {
  const standardOutput = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)
  const isOnePlace = placeOf(1) === placeOf(2)
  return {
    standardOutput,
    standardError: isOnePlace ? standardOutput : new SharedArrayBuffer(standardOutput.byteLength),
  }
}

function placeOf(fd: 1 | 2): string {
  try {
    const { dev, ino } = fstatSync(fd)
    return `${String(dev)}-${String(ino)}`
  } catch {
    // Closed: there is nothing to share.
    return `closed ${String(fd)}`
  }
}

/**
 * Whose turn it is to write to an output that all threads of the process share: a write of more than PIPE_BUF to a pipe
 * may be cut by others. Free, it costs one compareExchange. A thread may be terminated with the lock in its hands: a holder
 * beats while it writes, and the lock of a silent one is taken over.
 */
export class OutputLock {
  readonly #words: Int32Array
  readonly #me: number
  #seenHolder = FREE
  #seenBeats = 0
  #silentMs = 0

  constructor(memory: SharedArrayBuffer, me: number = threadId + 1) {
    this.#words = new Int32Array(memory)
    this.#me = me
  }

  /** Sleeps until it is this thread's turn. */
  acquire(): void {
    while (!this.tryAcquire(LOOK_MS)) Atomics.wait(this.#words, HOLDER, this.#seenHolder, LOOK_MS)
  }

  /** For a thread that must not sleep: it asks again every `retryMs` until it is told true. */
  tryAcquire(retryMs: number): boolean {
    const holder = Atomics.compareExchange(this.#words, HOLDER, FREE, this.#me)
    if (holder === FREE) return this.#taken()
    const beats = Atomics.load(this.#words, BEATS)
    if (holder !== this.#seenHolder || beats !== this.#seenBeats) {
      this.#seenHolder = holder
      this.#seenBeats = beats
      this.#silentMs = 0
      return false
    }
    this.#silentMs += retryMs
    if (this.#silentMs < DEAD_AFTER_MS) return false
    return Atomics.compareExchange(this.#words, HOLDER, holder, this.#me) === holder && this.#taken()
  }

  /** The holder is alive, also while nobody reads what it writes. */
  beat(): void {
    Atomics.add(this.#words, BEATS, 1)
  }

  release(): void {
    // Not a store: whoever took this holder for dead may have the lock by now.
    Atomics.compareExchange(this.#words, HOLDER, this.#me, FREE)
    Atomics.notify(this.#words, HOLDER, 1)
  }

  #taken(): true {
    this.#seenHolder = FREE
    this.#silentMs = 0
    this.beat()
    return true
  }
}
