import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'

/**
 * Units of {@link Time}, with their length in ms.
 *
 * @example
 * ```ts
 * import { RestartStrategies, Time, TimeUnit } from 'flink-ts'
 *
 * const strategy = RestartStrategies.fixedDelayRestart(3, Time.of(10, TimeUnit.SECONDS))
 * ```
 */
export const TimeUnit = {
  MILLISECONDS: 1,
  SECONDS: 1000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
} as const

export type TimeUnit = (typeof TimeUnit)[keyof typeof TimeUnit]

/**
 * A length of time in Flink's 1.x form.
 *
 * @example
 * ```ts
 * import { Time, TimeUnit } from 'flink-ts'
 *
 * const delay = Time.of(10, TimeUnit.SECONDS)
 * console.log(delay.toMilliseconds()) // 10000
 * ```
 */
export class Time {
  readonly #ms: number

  private constructor(ms: number) {
    this.#ms = ms
  }

  static of(size: number, unit: TimeUnit): Time {
    return new Time(size * unit)
  }

  static milliseconds(size: number): Time {
    return new Time(size)
  }

  static seconds(size: number): Time {
    return Time.of(size, TimeUnit.SECONDS)
  }

  static minutes(size: number): Time {
    return Time.of(size, TimeUnit.MINUTES)
  }

  static hours(size: number): Time {
    return Time.of(size, TimeUnit.HOURS)
  }

  static days(size: number): Time {
    return Time.of(size, TimeUnit.DAYS)
  }

  toMilliseconds(): number {
    return this.#ms
  }
}

/**
 * A length of time in java.time's form.
 *
 * @example
 * ```ts
 * import { Duration } from 'flink-ts'
 *
 * console.log(Duration.ofMinutes(1).toMillis()) // 60000
 * ```
 */
export class Duration {
  readonly #ms: number

  private constructor(ms: number) {
    this.#ms = ms
  }

  static ofMillis(size: number): Duration {
    return new Duration(size)
  }

  static ofSeconds(size: number): Duration {
    return new Duration(size * TimeUnit.SECONDS)
  }

  static ofMinutes(size: number): Duration {
    return new Duration(size * TimeUnit.MINUTES)
  }

  static ofHours(size: number): Duration {
    return new Duration(size * TimeUnit.HOURS)
  }

  static ofDays(size: number): Duration {
    return new Duration(size * TimeUnit.DAYS)
  }

  toMillis(): number {
    return this.#ms
  }
}

/**
 * Wherever a duration is taken, a number of milliseconds is too.
 *
 * @example
 * ```ts
 * import { Duration, Time, type DurationLike } from 'flink-ts'
 *
 * const equal: DurationLike[] = [10_000, Time.seconds(10), Duration.ofSeconds(10)]
 * ```
 */
export type DurationLike = number | Time | Duration

export function toMilliseconds(duration: DurationLike): number {
  if (typeof duration === 'number' && !Number.isNaN(duration)) return duration
  if (duration instanceof Time) return duration.toMilliseconds()
  if (duration instanceof Duration) return duration.toMillis()
  const reason = `a time is a number of ms, or Duration.ofSeconds(5), or Time.seconds(5), and it was given ${describeValue(duration)}`
  throw new FlinkError('GRAPH_INVALID', { operator: 'a duration', reason })
}
