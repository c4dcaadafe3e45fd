/** Functions of an interval join of a stream with itself, of which each record is to meet itself once. */
import {
  OutputTag,
  ProcessFunction,
  ProcessJoinFunction,
  type Collector,
  type ProcessFunctionContext,
  type ProcessJoinFunctionContext,
} from '../../src/index.js'
import type { JobWorld, NumberRecord } from './job-world.js'

export interface IdentifiedNumber extends NumberRecord {
  /** Of one record among those of the same number. */
  readonly id: string
}

/** Records without a time, as a timer of the clock emits them: joins by event time refuse them. */
export const WITHOUT_TIME = new OutputTag<NumberRecord>('without time')

/** Each record gets an id before it goes two ways: another one when it comes again after a restart. */
export class WithId extends ProcessFunction<NumberRecord, IdentifiedNumber> {
  readonly #runName: string
  #records = 0

  constructor({ runName }: JobWorld) {
    super()
    this.#runName = runName
  }

  processElement({ value }: NumberRecord, ctx: ProcessFunctionContext, out: Collector<IdentifiedNumber>): void {
    const context = this.getRuntimeContext()
    this.#records += 1
    const id = [this.#runName, context.getAttemptNumber(), context.getIndexOfThisSubtask(), this.#records].join(' ')
    if (ctx.timestamp() === null) ctx.output(WITHOUT_TIME, { value })
    else out.collect({ value, id })
  }
}

export class SameRecord extends ProcessJoinFunction<IdentifiedNumber, IdentifiedNumber, NumberRecord> {
  processElement(
    left: IdentifiedNumber,
    right: IdentifiedNumber,
    _ctx: ProcessJoinFunctionContext,
    out: Collector<NumberRecord>,
  ): void {
    if (left.id === right.id) out.collect({ value: left.value })
  }
}
