// Duty: lets the meters of a task take their counts every five seconds, while the task lives.
// Invariants: one timer a task; none after `stop`.
// Thread: the task's worker.
import { METER_UPDATE_INTERVAL_MS } from '../../../core/metrics/meter.js'
import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'

export class MeterUpdates {
  readonly #metrics: MetricGroup
  readonly #clock: Clock
  #timer: TimerHandle | undefined

  constructor(metrics: MetricGroup, clock: Clock) {
    this.#metrics = metrics
    this.#clock = clock
  }

  start(): void {
    this.#timer = this.#clock.setTimer(METER_UPDATE_INTERVAL_MS, () => {
      this.#metrics.updateMeters()
      this.start()
    })
  }

  stop(): void {
    this.#timer?.cancel()
  }
}
