/** Events a second. */
export interface Meter {
  markEvent(events?: number): void
  getRate(): number
  getCount(): number
}

/** How often a task has the meters of its functions take their counts. */
export const METER_UPDATE_INTERVAL_MS = 5000

/** The rate over the last minute or another span, made of counts that are taken every five seconds (Flink's MeterView). */
export class MeterView implements Meter {
  readonly #spanSeconds: number
  /** Counts at the last updates, as a ring. */
  readonly #counts: Float64Array
  #time = 0
  #count = 0
  #rate = 0

  constructor(spanSeconds = 60) {
    const intervalSeconds = METER_UPDATE_INTERVAL_MS / 1000
    this.#spanSeconds = Math.max(Math.floor(spanSeconds / intervalSeconds) * intervalSeconds, intervalSeconds)
    this.#counts = new Float64Array(this.#spanSeconds / intervalSeconds + 1)
  }

  markEvent(events = 1): void {
    this.#count += events
  }

  getCount(): number {
    return this.#count
  }

  getRate(): number {
    return this.#rate
  }

  /** Takes the count; called every METER_UPDATE_INTERVAL_MS. */
  update(): void {
    this.#time = (this.#time + 1) % this.#counts.length
    this.#counts[this.#time] = this.#count
    const oldest = this.#counts[(this.#time + 1) % this.#counts.length] ?? 0
    this.#rate = (this.#count - oldest) / this.#spanSeconds
  }
}
