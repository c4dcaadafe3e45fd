import type { Clock, TimerHandle } from '../time/clock.js'
import { METER_UPDATE_INTERVAL_MS } from './meter.js'
import { MetricGroup } from './metric-group.js'

/** The groups of one worker or process: who wants to see metrics asks here. Keeps the meters going until it is closed. */
export class MetricRegistry {
  readonly #clock: Clock
  readonly #groups = new Map<string, MetricGroup>()
  #timer: TimerHandle

  constructor(clock: Clock) {
    this.#clock = clock
    this.#timer = this.#armTimer()
  }

  /** The group of a scope, made at the first call. */
  group(scope: readonly string[]): MetricGroup {
    const key = scope.join('.')
    const group = this.#groups.get(key) ?? new MetricGroup(scope)
    this.#groups.set(key, group)
    return group
  }

  /** Forgets a group and all below it: its task has ended. */
  removeGroup(group: MetricGroup): void {
    this.#groups.delete(group.scope.join('.'))
  }

  /** All values by full dotted name. */
  values(): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    for (const group of this.#groups.values()) {
      for (const [name, value] of Object.entries(group.values())) values[group.getMetricIdentifier(name)] = value
    }
    return values
  }

  close(): void {
    this.#timer.cancel()
  }

  #armTimer(): TimerHandle {
    return this.#clock.setTimer(METER_UPDATE_INTERVAL_MS, () => {
      for (const group of this.#groups.values()) group.updateMeters()
      this.#timer = this.#armTimer()
    })
  }
}
