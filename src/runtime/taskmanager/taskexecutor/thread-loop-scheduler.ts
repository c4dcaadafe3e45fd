// Duty: the loop's primitives in a real worker thread.
// Invariants: yielding goes through setImmediate, which serves timers, I/O and messages before every turn. (A MessageChannel
// ping does not: Node delivers up to 1000 messages of a port in one go, so a trigger came a second late under full load.)
// What lies in shared memory is taken before every turn, and keeps the worker from sleeping.
// Thread: the task worker.
import { DoorbellOwner } from '../network/doorbell.js'
import type { LoopScheduler } from './task-loop.js'

/** What others put into shared memory for this worker, ringing its bell. */
export interface SharedInbox {
  readonly hasMessages: boolean
  take(): void
}

export class ThreadLoopScheduler implements LoopScheduler {
  readonly #doorbell: DoorbellOwner
  readonly #inbox: SharedInbox

  constructor(bell: SharedArrayBuffer, inbox: SharedInbox) {
    this.#doorbell = new DoorbellOwner(bell)
    this.#inbox = inbox
  }

  yieldNow(turn: () => void): void {
    setImmediate(() => {
      this.#takeAnd(turn)
    })
  }

  sleep(hasWork: () => boolean, turn: () => void): boolean {
    const hasAny = (): boolean => this.#inbox.hasMessages || hasWork()
    return this.#doorbell.sleep(hasAny, () => {
      this.#takeAnd(turn)
    })
  }

  awake(): void {
    this.#doorbell.awake()
  }

  #takeAnd(turn: () => void): void {
    try {
      if (this.#inbox.hasMessages) this.#inbox.take()
    } finally {
      turn()
    }
  }
}
