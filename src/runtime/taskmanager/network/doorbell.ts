// Duty: lets a worker sleep until another thread has something for it.
// Invariants: no wake-up is lost: the owner raises the flag first and looks for work again before it waits; who brings
// work publishes it first and rings then. No busy waiting. A pending wait is used again, never doubled.
// A wait does not keep the event loop of its thread alive: the thread needs an open port (its parent's, say) besides.
// Thread: DoorbellOwner on its worker; `ringBell` on any thread.

const ASLEEP = 1
const AWAKE = 0

/** Wakes the owner of the bell if it sleeps. */
export function ringBell(bell: Int32Array): void {
  if (Atomics.load(bell, 0) === ASLEEP && Atomics.exchange(bell, 0, AWAKE) === ASLEEP) Atomics.notify(bell, 0, 1)
}

export class DoorbellOwner {
  readonly #bell: Int32Array
  #isArmed = false

  constructor(memory: SharedArrayBuffer) {
    this.#bell = new Int32Array(memory)
  }

  /** The owner works: nobody needs to ring. */
  awake(): void {
    Atomics.store(this.#bell, 0, AWAKE)
  }

  /**
   * Sleeps until the bell rings, then calls `wake`. False when `recheck` finds work after the flag was raised, or the
   * bell rang meanwhile: then nothing was armed and the caller goes on.
   */
  sleep(recheck: () => boolean, wake: () => void): boolean {
    Atomics.store(this.#bell, 0, ASLEEP)
    if (recheck()) {
      this.awake()
      return false
    }
    if (this.#isArmed) return true
    const { async, value } = Atomics.waitAsync(this.#bell, 0, ASLEEP)
    if (!async) return false
    this.#isArmed = true
    void value.then(() => {
      this.#isArmed = false
      wake()
    })
    return true
  }
}
