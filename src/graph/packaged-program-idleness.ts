import { isMainThread, parentPort } from 'node:worker_threads'

/**
 * Knows when the thread of a program has nothing left to wait for: no timer, no file, no connection. What the program still
 * waits for can no longer come then; node ends a process in that state. A program with a timer that repeats is never idle.
 *
 * The messages of the engine do not count. Until `stop` the thread's port does not keep it alive.
 */
export class IdleWatch {
  readonly idle: Promise<void>
  /** False on a main thread, which is never idle. */
  readonly isWatching: boolean = !isMainThread
  #isStopped = isMainThread
  #becameIdle: () => void = () => undefined
  readonly #onBeforeExit = (): void => {
    this.stop()
    this.#becameIdle()
  }

  constructor() {
    this.idle = new Promise((resolve) => {
      this.#becameIdle = resolve
    })
    if (!this.isWatching) return
    parentPort?.unref()
    process.on('beforeExit', this.#onBeforeExit)
  }

  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    process.off('beforeExit', this.#onBeforeExit)
    if (parentPort !== null && parentPort.listenerCount('message') > 0) parentPort.ref()
  }
}
