// Duty: what a ProcessJoinFunction knows of the pair at hand.
// Invariants: one object serves all pairs; it is set before each call of the function.
// Thread: the task worker that owns the operator.
import type { OutputTag } from '../../../api/functions/output-tag.js'
import type { ProcessJoinFunctionContext } from '../../../api/functions/process-join-function.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { Output } from '../operators/output.js'
import { tagIdOf } from '../operators/side-output-tag.js'

export class ProcessJoinContext implements ProcessJoinFunctionContext {
  readonly #output: Pick<Output, 'collectSideOutput'>
  #leftTimestamp = NO_TIMESTAMP
  #rightTimestamp = NO_TIMESTAMP

  constructor(output: Pick<Output, 'collectSideOutput'>) {
    this.#output = output
  }

  setPair(leftTimestamp: number, rightTimestamp: number): void {
    this.#leftTimestamp = leftTimestamp
    this.#rightTimestamp = rightTimestamp
  }

  getLeftTimestamp(): number {
    return this.#leftTimestamp
  }

  getRightTimestamp(): number {
    return this.#rightTimestamp
  }

  getTimestamp(): number {
    return Math.max(this.#leftTimestamp, this.#rightTimestamp)
  }

  output<X>(outputTag: OutputTag<X>, value: X): void {
    this.#output.collectSideOutput(tagIdOf(outputTag), value, this.getTimestamp())
  }
}
