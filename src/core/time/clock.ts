export interface TimerHandle {
  cancel(): void
}

/** Where time comes from. Everything that decides by time takes one from outside, so that tests can turn the hands. */
export interface Clock {
  /** As the machine's: nobody turns its hands between two records. */
  readonly goesOnByItself?: boolean
  /** Epoch ms. */
  now(): number
  /** Ms since some start; never goes back. */
  monotonicMs(): number
  setTimer(delayMs: number, callback: () => void): TimerHandle
}
