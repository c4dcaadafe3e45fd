import { FlinkError } from '../core/errors/flink-error.js'
import type { Clock } from '../core/time/clock.js'
import { durationText } from '../core/time/duration-text.js'

/** Where a job of a session waits until its session has slots for it. */
export class SlotGate {
  /** That it needs. */
  readonly slots: number
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #granted: Promise<void>
  #grant: () => void = () => undefined

  constructor(slots: number, clock: Clock, timeoutMs: number) {
    this.slots = slots
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    this.#granted = new Promise((resolve) => {
      this.#grant = resolve
    })
  }

  grant(): void {
    this.#grant()
  }

  /** NO_RESOURCE_AVAILABLE where nobody has given them in time. */
  acquired(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimer(this.#timeoutMs, () => {
        reject(new FlinkError('NO_RESOURCE_AVAILABLE', { slots: this.slots, timeout: durationText(this.#timeoutMs) }))
      })
      void this.#granted.then(() => {
        timer.cancel()
        resolve()
      })
    })
  }
}
