// Duty: the loop's primitives in a real worker thread.
// Invariants: yielding goes through a MessageChannel, which serves timers, I/O and messages in between and costs about
// as little as setImmediate without starving behind it.
// Thread: the task worker.
import { MessageChannel } from 'node:worker_threads'
import { DoorbellOwner } from '../network/doorbell.js'
import type { LoopScheduler } from './task-loop.js'

export class ThreadLoopScheduler implements LoopScheduler {
  readonly #doorbell: DoorbellOwner
  readonly #channel = new MessageChannel()
  #turn: () => void = () => undefined

  constructor(bell: SharedArrayBuffer) {
    this.#doorbell = new DoorbellOwner(bell)
    this.#channel.port1.on('message', () => {
      this.#turn()
    })
  }

  yieldNow(turn: () => void): void {
    this.#turn = turn
    this.#channel.port2.postMessage(null)
  }

  sleep(hasWork: () => boolean, turn: () => void): boolean {
    return this.#doorbell.sleep(hasWork, turn)
  }

  awake(): void {
    this.#doorbell.awake()
  }
}
