import type { Random } from '../../../core/random/random.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import type { KafkaClientSettings } from './kafka-client-settings.js'

/** Of 20 percent, as Kafka's own clients have it. */
const JITTER = 0.2
const STEPS = 1000

/** Between two tries: longer each time, not the same for all, and over at once when nobody wants to try any more. */
export class Pauses {
  readonly #settings: KafkaClientSettings
  readonly #clock: Clock
  readonly #random: Random
  readonly #waiting = new Map<() => void, TimerHandle>()
  #isClosed = false

  constructor(settings: KafkaClientSettings, clock: Clock, random: Random) {
    this.#settings = settings
    this.#clock = clock
    this.#random = random
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  beforeRetry(attempts: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    const { retryBackoffMs, retryBackoffMaxMs } = this.#settings
    const wanted = Math.min(retryBackoffMaxMs, retryBackoffMs * 2 ** Math.min(attempts - 1, 20))
    const jitter = 1 - JITTER + (2 * JITTER * this.#random.nextInt(STEPS)) / STEPS
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done)
        resolve()
      }
      this.#waiting.set(done, this.#clock.setTimer(wanted * jitter, done))
    })
  }

  close(): void {
    this.#isClosed = true
    for (const [done, timer] of [...this.#waiting]) {
      timer.cancel()
      done()
    }
  }
}
