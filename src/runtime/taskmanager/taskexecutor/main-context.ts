// Duty: knows in a task worker whether what runs is the program's main or one of the job's functions.
// Invariants: module and main of a load belong to main, and so does what they leave to their timers and promises; what a task
// calls does not. Where main leaves no timer, nothing is tracked once the load is done: tracking makes every promise dearer
// on Node 20 and 22.
// Thread: the task worker.
import { AsyncLocalStorage, createHook } from 'node:async_hooks'

export class MainContext {
  readonly #context = new AsyncLocalStorage<true>()
  /** Main has left a timer in some load: it may write at any time. */
  #isKept = false

  isMain(): boolean {
    return this.#context.getStore() === true
  }

  async load<T>(load: () => Promise<T>): Promise<T> {
    const timers = new Set<number>()
    const watch = createHook({
      init: (id, type) => {
        if (type === 'Timeout' && this.isMain()) timers.add(id)
      },
      destroy: (id) => timers.delete(id),
    })
    watch.enable()
    try {
      return await this.#context.run(true, load)
    } finally {
      // Node tells of timers that ended in a turn of its own.
      await new Promise((resolve) => setImmediate(resolve))
      watch.disable()
      this.#isKept ||= timers.size > 0
      if (!this.#isKept) this.#context.disable()
    }
  }
}
