/** Tells those who wait that there is something to do: each of them once, and all that come later the next time. */
export class Availability {
  #promise: Promise<void> | undefined
  #resolve: () => void = () => undefined

  /** Settles with the next `becomeAvailable`. */
  get whenAvailable(): Promise<void> {
    this.#promise ??= new Promise((resolve) => {
      this.#resolve = resolve
    })
    return this.#promise
  }

  becomeAvailable(): void {
    this.#resolve()
    this.#promise = undefined
  }
}
