import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { Duration, Time, toMilliseconds, type DurationLike } from './time.js'
import type { TimestampAssigner, TimestampAssignerArgument } from './timestamp-assigner.js'
import type { WatermarkGeneratorSupplier } from './watermark-generator.js'

/** How watermarks are made: data, but for a generator of the user's. */
export type WatermarkGeneratorSpec<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'monotonous' }
  | { readonly kind: 'bounded-out-of-orderness'; readonly maxOutOfOrdernessMs: number }
  | { readonly kind: 'generator'; readonly supplier: WatermarkGeneratorSupplier<T> }

/** Sources of one group read no further ahead of the slowest than the drift. */
export interface WatermarkAlignment {
  readonly group: string
  readonly maxDriftMs: number
  readonly updateIntervalMs: number
}

interface StrategyParts<T> {
  readonly generator: WatermarkGeneratorSpec<T>
  readonly timestampAssigner?: TimestampAssigner<T>
  readonly idlenessMs?: number
  readonly alignment?: WatermarkAlignment
}

/** As Flink's default. */
const ALIGNMENT_UPDATE_INTERVAL_MS = 1000

/**
 * Where event time comes from: the timestamps of records, and how far time has come.
 *
 * @example
 * ```ts
 * import { Duration, WatermarkStrategy } from 'flink-ts'
 *
 * interface Visit {
 *   readonly at: number
 * }
 * const strategy = WatermarkStrategy.forBoundedOutOfOrderness<Visit>(Duration.ofSeconds(5))
 *   .withTimestampAssigner((visit) => visit.at)
 *   .withIdleness(Duration.ofMinutes(1))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/
 */
export class WatermarkStrategy<T> {
  readonly #parts: StrategyParts<T>

  private constructor(parts: StrategyParts<T>) {
    this.#parts = parts
  }

  /** Timestamps never go back (in a split): time comes to each one minus 1 ms. */
  static forMonotonousTimestamps<T>(): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ generator: { kind: 'monotonous' } })
  }

  /** A record is at most so late: time comes to the greatest timestamp minus this and 1 ms. GRAPH_INVALID below 0. */
  static forBoundedOutOfOrderness<T>(maxOutOfOrderness: DurationLike): WatermarkStrategy<T> {
    const maxOutOfOrdernessMs = durationMs(maxOutOfOrderness, 'forBoundedOutOfOrderness', 0)
    return new WatermarkStrategy<T>({ generator: { kind: 'bounded-out-of-orderness', maxOutOfOrdernessMs } })
  }

  /** By a generator of one's own. */
  static forGenerator<T>(supplier: WatermarkGeneratorSupplier<T>): WatermarkStrategy<T> {
    if (typeof supplier !== 'function') {
      throw invalid('forGenerator', `it takes a function that gives a new generator, not ${describeValue(supplier)}`)
    }
    return new WatermarkStrategy<T>({ generator: { kind: 'generator', supplier } })
  }

  /** No watermarks: for jobs without event time. */
  static noWatermarks<T>(): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ generator: { kind: 'none' } })
  }

  /** Without one a record keeps the timestamp of its source. */
  withTimestampAssigner(assigner: TimestampAssignerArgument<T>): WatermarkStrategy<T> {
    const timestampAssigner = typeof assigner === 'function' ? { extractTimestamp: assigner } : assigner
    const method: unknown = (timestampAssigner as Partial<TimestampAssigner<T>> | null | undefined)?.extractTimestamp
    if (typeof method !== 'function') {
      const taken = 'it takes a function or an object with an extractTimestamp method'
      throw invalid('withTimestampAssigner', `${taken}, not ${describeValue(assigner)}`)
    }
    return new WatermarkStrategy<T>({ ...this.#parts, timestampAssigner })
  }

  /**
   * A subtask, or split, without a record for so long is idle: nobody waits for its watermarks. Looked at in the interval of
   * periodic watermarks, so not at all where that is 0. GRAPH_INVALID for less than 1 ms.
   */
  withIdleness(timeout: DurationLike): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ ...this.#parts, idlenessMs: durationMs(timeout, 'withIdleness', 1) })
  }

  /** Sources of `group` pause where their time is more than `maxDrift` ahead of the slowest one's. For `fromSource`. */
  withWatermarkAlignment(
    group: string,
    maxDrift: DurationLike,
    updateInterval: DurationLike = ALIGNMENT_UPDATE_INTERVAL_MS,
  ): WatermarkStrategy<T> {
    const what = 'withWatermarkAlignment'
    if (typeof group !== 'string' || group === '') throw invalid(what, 'the group has to have a name')
    const times = { maxDriftMs: durationMs(maxDrift, what, 0), updateIntervalMs: durationMs(updateInterval, what, 1) }
    return new WatermarkStrategy<T>({ ...this.#parts, alignment: { group, ...times } })
  }

  /** For the engine, as those below. */
  get generator(): WatermarkGeneratorSpec<T> {
    return this.#parts.generator
  }

  get timestampAssigner(): TimestampAssigner<T> | undefined {
    return this.#parts.timestampAssigner
  }

  get idlenessMs(): number | undefined {
    return this.#parts.idlenessMs
  }

  get alignment(): WatermarkAlignment | undefined {
    return this.#parts.alignment
  }
}

/** GRAPH_INVALID for what is no strategy: programs in JavaScript pass anything. */
export function asWatermarkStrategy(argument: unknown): WatermarkStrategy<unknown> {
  if (argument instanceof WatermarkStrategy) return argument as WatermarkStrategy<unknown>
  throw new FlinkError('GRAPH_INVALID', {
    operator: 'assignTimestampsAndWatermarks',
    reason: `it takes a WatermarkStrategy, not ${describeValue(argument)}`,
  })
}

function durationMs(duration: DurationLike, method: string, smallestMs: number): number {
  const isDuration = typeof duration === 'number' || duration instanceof Time || duration instanceof Duration
  const ms = isDuration && !Number.isNaN(duration) ? toMilliseconds(duration) : Number.NaN
  if (ms >= smallestMs && ms < Number.POSITIVE_INFINITY) return ms
  const range = `a number of ms, a Duration or a Time of at least ${String(smallestMs)} ms`
  throw invalid(method, `it takes ${range}, not ${describeValue(isDuration ? ms : duration)}`)
}

function invalid(method: string, reason: string): FlinkError {
  return new FlinkError('GRAPH_INVALID', { operator: `WatermarkStrategy.${method}`, reason })
}
