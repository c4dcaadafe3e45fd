// Duty: how much is not written yet, who waits until it is less, and the failure that ends all.
// Thread: the task worker that owns the writer.

interface Waiter {
  readonly bytes: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class SendWaiters {
  outstandingBytes = 0
  #failure: { readonly error: unknown } | undefined
  #waiters: Waiter[] = []

  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  checkNotFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** Resolves when no more than that is outstanding. */
  until(bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ bytes, resolve, reject })
      this.wake()
    })
  }

  wake(): void {
    const failure = this.#failure
    this.#waiters = this.#waiters.filter((waiter) => {
      if (failure !== undefined) waiter.reject(failure.error)
      else if (this.outstandingBytes <= waiter.bytes) waiter.resolve()
      else return true
      return false
    })
  }

  /** The first one counts. True: somebody waited, and is told. */
  fail(error: unknown): boolean {
    if (this.#failure !== undefined) return true
    this.#failure = { error }
    const isAwaited = this.#waiters.length > 0
    this.wake()
    return isAwaited
  }
}
