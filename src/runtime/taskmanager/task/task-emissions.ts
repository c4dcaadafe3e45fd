// Duty: what operators of the task have to emit of their own accord, and who of them takes no more input.
// Invariants: see OwnEmissions. Emissions run in the order in which they were asked for; one that is not done stays the first.
// Thread: the task's worker.
import type { Emission, OwnEmissions } from '../operators/own-emissions.js'

export class TaskEmissions implements OwnEmissions {
  readonly #onChange: () => void
  readonly #requested: Emission[] = []
  readonly #holders = new Set<object>()
  #waiters: ((isRequested: boolean) => void)[] = []
  #isClosed = false

  /** `onChange`: the task has to look before it takes more input, or may take some again. */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get isRequested(): boolean {
    return this.#requested.length > 0
  }

  get holdsInput(): boolean {
    return this.#holders.size > 0
  }

  request(emission: Emission): void {
    if (this.#isClosed) return
    // Who waits within an action may have emitted what was asked for before.
    this.#tellWaiters(true)
    if (this.#requested.includes(emission)) return
    this.#requested.push(emission)
    this.#onChange()
  }

  whenRequested(): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false)
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  holdInput(holder: object): void {
    if (this.#holders.has(holder)) return
    this.#holders.add(holder)
    this.#onChange()
  }

  releaseInput(holder: object): void {
    if (this.#holders.delete(holder)) this.#onChange()
  }

  /** One turn of what was asked for; what it brings about may ask again. */
  run(): void {
    const [emission] = this.#requested
    if (emission?.() === true) this.#requested.splice(this.#requested.indexOf(emission), 1)
  }

  /** The task has ended: nothing is emitted any more. */
  close(): void {
    this.#isClosed = true
    this.#requested.length = 0
    this.#tellWaiters(false)
  }

  #tellWaiters(isRequested: boolean): void {
    if (this.#waiters.length === 0) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve(isRequested)
  }
}
