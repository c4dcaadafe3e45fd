import type { IntervalJoinSpec, JoinBounds } from '../dag/operators/join-spec.js'
import type { OutputTag } from '../functions/output-tag.js'
import type { ProcessJoinFunction } from '../functions/process-join-function.js'
import type { TypeInformation } from '../types/type-information.js'
import { outputTagId } from '../windowing/window-arguments.js'
import { asFunctionObject } from './function-arguments.js'
import type { IntervalJoinInputs } from './interval-join.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'

/**
 * An interval join that knows its bounds. Left records wait for right ones, and the other way round, until the watermark of both
 * streams says that none can come any more; a record that is older than that watermark when it comes is late, and joined with
 * nothing.
 *
 * @example
 * ```ts
 * import { OutputTag, ProcessJoinFunction, Time } from 'flink-ts'
 * import type { Collector, DataStream, IntervalJoined, KeyedStream, ProcessJoinFunctionContext } from 'flink-ts'
 *
 * type Event = readonly [user: string, what: string]
 * const lateClick = new OutputTag<Event>('late click')
 *
 * class Named extends ProcessJoinFunction<Event, Event, string> {
 *   processElement(view: Event, click: Event, ctx: ProcessJoinFunctionContext, out: Collector<string>): void {
 *     const delayMs = ctx.getRightTimestamp() - ctx.getLeftTimestamp()
 *     out.collect(`${view[0]}: ${click[1]} ${String(delayMs)} ms after ${view[1]}`)
 *   }
 * }
 * // Clicks less than five seconds after a view.
 * function clicked(views: KeyedStream<Event, string>, clicks: KeyedStream<Event, string>): DataStream<string> {
 *   const near: IntervalJoined<Event, Event, string> = views
 *     .intervalJoin(clicks)
 *     .between(Time.seconds(0), Time.seconds(5))
 *   return near.upperBoundExclusive().sideOutputRightLateData(lateClick).process(new Named())
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#interval-join
 */
export class IntervalJoined<T1, T2, K> {
  /** Keeps the type of the key; never read. */
  declare readonly keyType: K
  readonly #inputs: IntervalJoinInputs
  readonly #bounds: JoinBounds
  #isLowerExclusive = false
  #isUpperExclusive = false
  #leftLateTag: string | undefined
  #rightLateTag: string | undefined

  constructor(inputs: IntervalJoinInputs, bounds: JoinBounds) {
    this.#inputs = inputs
    this.#bounds = bounds
  }

  /** Right records whose time is just the lower bound are left out. */
  lowerBoundExclusive(): this {
    this.#isLowerExclusive = true
    return this
  }

  /** Right records whose time is just the upper bound are left out. */
  upperBoundExclusive(): this {
    this.#isUpperExclusive = true
    return this
  }

  /** Where left records go that are late: read them with `getSideOutput` of the result. */
  sideOutputLeftLateData(outputTag: OutputTag<T1>): this {
    this.#leftLateTag = outputTagId(outputTag, 'sideOutputLeftLateData')
    return this
  }

  /** Where right records go that are late: read them with `getSideOutput` of the result. */
  sideOutputRightLateData(outputTag: OutputTag<T2>): this {
    this.#rightLateTag = outputTagId(outputTag, 'sideOutputRightLateData')
    return this
  }

  /** A function of each pair, called as soon as the second record of it is there. */
  process<O>(
    processJoinFunction: ProcessJoinFunction<T1, T2, O>,
    type?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O> {
    const userFunction = asFunctionObject<ProcessJoinFunction<unknown, unknown, unknown>>(
      processJoinFunction,
      'processElement',
      'process',
    )
    const { recorder, left, right } = this.#inputs
    const operator: IntervalJoinSpec = {
      kind: 'interval-join',
      function: userFunction,
      bounds: this.#inclusiveBounds(),
      elementTypes: [left.input.outputType, right.input.outputType],
      leftLateTag: this.#leftLateTag,
      rightLateTag: this.#rightLateTag,
    }
    return recorder.multipleInput<O>([left, right], { name: 'Interval Join', operator, outputType: type })
  }

  /** Times are whole ms. */
  #inclusiveBounds(): JoinBounds {
    const { lowerMs, upperMs } = this.#bounds
    return {
      lowerMs: this.#isLowerExclusive ? lowerMs + 1 : lowerMs,
      upperMs: this.#isUpperExclusive ? upperMs - 1 : upperMs,
    }
  }
}
