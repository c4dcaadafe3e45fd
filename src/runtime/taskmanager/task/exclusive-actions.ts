// Duty: runs the asynchronous actions of a task (snapshot, finish, notices) one after the other.
// Invariants: while one runs, or a promise of a sink is pending, the task takes no input; an action begins only when
// nothing is pending; the first error is reported and nothing begins after it.
// Thread: the task's worker.
import type { InputInterrupt } from '../network/input-interrupt.js'

export class ExclusiveActions {
  readonly #onError: (error: unknown) => void
  readonly #onIdle: () => void
  readonly #interrupt: InputInterrupt
  readonly #queue: (() => Promise<void>)[] = []
  #running: Promise<void> | undefined
  #suspensions = 0
  #stopped = false

  constructor(onError: (error: unknown) => void, onIdle: () => void, interrupt: InputInterrupt) {
    this.#onError = onError
    this.#onIdle = onIdle
    this.#interrupt = interrupt
  }

  /** True when the task may take input. */
  get isIdle(): boolean {
    return this.#running === undefined && this.#suspensions === 0 && this.#queue.length === 0
  }

  /** True while nothing is pending, whatever is going to begin. */
  get isFree(): boolean {
    return this.#running === undefined && this.#suspensions === 0
  }

  /** True while a promise of a sink is pending. */
  get isSuspended(): boolean {
    return this.#suspensions > 0
  }

  /** True when `runNext` would begin something. */
  get isReady(): boolean {
    return this.#queue.length > 0 && this.#running === undefined && this.#suspensions === 0 && !this.#stopped
  }

  get running(): Promise<void> | undefined {
    return this.#running
  }

  enqueue(action: () => Promise<void>): void {
    if (this.#stopped) return
    this.#interrupt.raise()
    this.#queue.push(action)
    this.#onIdle()
  }

  /** Nothing begins until the promise has settled. */
  suspendUntil(promise: Promise<void>): void {
    this.#interrupt.raise()
    this.#suspensions += 1
    const done = (): void => {
      this.#suspensions -= 1
      this.#onIdle()
    }
    promise.then(done, (error: unknown) => {
      done()
      this.#onError(error)
    })
  }

  /** Begins the next action; called from the task's step, so its synchronous part runs between two records. */
  runNext(): void {
    if (!this.isReady) return
    const action = this.#queue.shift()
    if (action === undefined) return
    this.#running = this.#run(action)
  }

  /** What runs goes on to its end; nothing else begins. */
  stop(): void {
    this.#stopped = true
    this.#queue.length = 0
  }

  async #run(action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (error) {
      this.#onError(error)
    } finally {
      this.#running = undefined
      this.#onIdle()
    }
  }
}
