// Duty: decides after each failure whether the job restarts and how long it waits before.
// Invariants: `notifyFailure` is called once per failure, before `canRestart` and `backoffMs` are asked.
// Thread: main thread.

export interface RestartBackoffTimeStrategy {
  notifyFailure(): void
  canRestart(): boolean
  /** Time to wait before the restart, in ms. */
  backoffMs(): number
  /** For messages: `fixed-delay (attempts 3, delay 10000 ms)`. */
  describe(): string
}
