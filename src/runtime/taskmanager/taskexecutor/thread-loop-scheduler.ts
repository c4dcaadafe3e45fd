// Duty: the loop's primitives in a real worker thread.
// Invariants: yielding goes through setImmediate, which serves timers, I/O and messages before every turn. (A MessageChannel
// ping does not: Node delivers up to 1000 messages of a port in one go, so a trigger came a second late under full load.)
// Thread: the task worker.
import { DoorbellOwner } from '../network/doorbell.js'
import type { LoopScheduler } from './task-loop.js'

export class ThreadLoopScheduler implements LoopScheduler {
  readonly #doorbell: DoorbellOwner

  constructor(bell: SharedArrayBuffer) {
    this.#doorbell = new DoorbellOwner(bell)
  }

  yieldNow(turn: () => void): void {
    setImmediate(turn)
  }

  sleep(hasWork: () => boolean, turn: () => void): boolean {
    return this.#doorbell.sleep(hasWork, turn)
  }

  awake(): void {
    this.#doorbell.awake()
  }
}
