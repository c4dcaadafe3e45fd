import { describeValue } from '../../core/errors/describe-value.js'
import type { TransformationInput } from '../dag/transformation.js'
import type { DurationLike } from '../eventtime/time.js'
import { invalid, millisecondsOf } from '../windowing/window-arguments.js'
import { IntervalJoined } from './interval-joined.js'
import type { TransformationRecorder } from './transformation-recorder.js'

/** Both streams are keyed. */
export interface IntervalJoinInputs {
  readonly recorder: TransformationRecorder
  readonly left: TransformationInput
  readonly right: TransformationInput
}

/**
 * Two keyed streams on their way to an interval join, which pairs each record of the left one with the records of the right one
 * that have its key and a time near its own.
 *
 * @example
 * ```ts
 * import { Time, type IntervalJoin, type KeyedStream } from 'flink-ts'
 *
 * type Order = readonly [id: string, item: string]
 * function joined(orders: KeyedStream<Order, string>, payments: KeyedStream<string, string>): void {
 *   const both: IntervalJoin<Order, string, string> = orders.intervalJoin(payments)
 *   both.between(Time.seconds(0), Time.minutes(10))
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#interval-join
 */
export class IntervalJoin<T1, T2, K> {
  readonly #inputs: IntervalJoinInputs
  #isEventTime = true

  constructor(inputs: IntervalJoinInputs) {
    this.#inputs = inputs
  }

  /** By event time, as it is anyway. */
  inEventTime(): this {
    this.#isEventTime = true
    return this
  }

  /** There is none by processing time, as in Flink: `between` is GRAPH_INVALID then. */
  inProcessingTime(): this {
    this.#isEventTime = false
    return this
  }

  /**
   * The right records whose time is from that of the left one + `lowerBound` to that + `upperBound`, both included: whole ms,
   * negative ones for right records that are older than the left one.
   */
  between(lowerBound: DurationLike, upperBound: DurationLike): IntervalJoined<T1, T2, K> {
    const method = 'between'
    if (!this.#isEventTime) {
      const reason =
        'an interval join is by event time only. Leave inProcessingTime() out, and give both streams timestamps'
      throw invalid({ method }, reason)
    }
    const lowerMs = millisecondsOf(lowerBound, { method, name: 'the lower bound' })
    const upperMs = millisecondsOf(upperBound, { method, name: 'the upper bound' })
    if (lowerMs > upperMs) {
      const given = `${String(lowerMs)} ms is more than ${String(upperMs)} ms`
      throw invalid({ method }, `the lower bound comes first, and ${given}: exchange the bounds`)
    }
    return new IntervalJoined(this.#inputs, { lowerMs, upperMs })
  }

  /** Of who has left out the bounds. */
  protected process(..._given: never[]): never {
    const reason =
      'it is called where between(lowerBound, upperBound) comes: say first which right records a left one meets'
    throw invalid({ method: 'process' }, reason)
  }
}

/** GRAPH_INVALID for what cannot stand on the right. */
export function notJoinable(right: unknown, isStream: boolean): Error {
  const given = isStream ? 'a stream that is not keyed: call keyBy(...) on it' : describeValue(right)
  return invalid({ method: 'intervalJoin' }, `it takes another keyed stream, not ${given}`)
}
