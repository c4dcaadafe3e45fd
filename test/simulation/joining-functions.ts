/** Functions of an interval join of a stream with itself, of which each record is to meet itself once. */
import {
  ProcessJoinFunction,
  RichMapFunction,
  type Collector,
  type ProcessJoinFunctionContext,
} from '../../src/index.js'
import type { JobWorld, NumberRecord } from './job-world.js'

export interface IdentifiedNumber extends NumberRecord {
  /** Of one record among those of the same number. */
  readonly id: string
}

/** Each record gets an id before it goes two ways: another one when it comes again after a restart. */
export class WithId extends RichMapFunction<NumberRecord, IdentifiedNumber> {
  readonly #runName: string
  #records = 0

  constructor({ runName }: JobWorld) {
    super()
    this.#runName = runName
  }

  map({ value }: NumberRecord): IdentifiedNumber {
    const context = this.getRuntimeContext()
    this.#records += 1
    const id = [this.#runName, context.getAttemptNumber(), context.getIndexOfThisSubtask(), this.#records].join(' ')
    return { value, id }
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
