/**
 * What was opened, to be closed in the reverse order. Each is closed whatever happened to the others, so that nothing holds
 * the process because something else could not be closed.
 */
export class ClosingStack {
  readonly #closers: (() => Promise<void> | void)[] = []
  readonly #onProblem: (error: unknown) => void

  /** `onProblem` is told what could not be closed. */
  constructor(onProblem: (error: unknown) => void) {
    this.#onProblem = onProblem
  }

  push(close: () => Promise<void> | void): void {
    this.#closers.push(close)
  }

  /** Never rejects; a second call finds nothing to close. */
  async close(): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close()
      } catch (error) {
        this.#onProblem(error)
      }
    }
  }
}
