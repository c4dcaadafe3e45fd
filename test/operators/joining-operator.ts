/** An operator with two keyed inputs: each record meets all earlier ones of its key on the other side. */
import { RichFunction } from '../../src/api/functions/rich-function.js'
import { ListStateDescriptor } from '../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../src/api/state/list-state.js'
import type { WatermarkStatus } from '../../src/runtime/taskmanager/network/stream-element.js'
import { EngineOperator } from './engine-operator.js'

type Keyed = readonly [key: unknown, value: unknown]

interface JoinedRecord {
  readonly value: Keyed
  readonly timestamp: number
}

/** The two sides, by input. */
export class JoinSides extends RichFunction {
  readonly lists: ListState<JoinedRecord>[] = []

  override open(): void {
    for (const name of ['left', 'right']) {
      this.lists.push(this.getRuntimeContext().getListState(new ListStateDescriptor<JoinedRecord>(name)))
    }
  }
}

export class JoiningOperator extends EngineOperator<JoinSides> {
  readonly #watermarks = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  readonly #idle = [false, false]
  #emitted = Number.NEGATIVE_INFINITY

  protected onElement(input: number, value: unknown, timestamp: number): void {
    const [mine, other] = [this.userFunction.lists[input], this.userFunction.lists[1 - input]]
    const [key, joined] = value as Keyed
    mine?.add({ value: [key, joined], timestamp })
    for (const earlier of other?.get() ?? []) {
      const sides = input === 0 ? [joined, earlier.value[1]] : [earlier.value[1], joined]
      this.output.collect([key, ...sides], Math.max(timestamp, earlier.timestamp))
    }
  }

  /** Of the two the one that is further back. */
  protected onWatermark(input: number, timestamp: number): boolean {
    this.#watermarks[input] = timestamp
    const smallest = Math.min(...this.#watermarks)
    if (smallest <= this.#emitted) return true
    if (!this.output.emitWatermark(smallest)) return false
    this.#emitted = smallest
    return true
  }

  protected override onStatus(input: number, status: WatermarkStatus): void {
    const wasIdle = this.#idle.every(Boolean)
    this.#idle[input] = status === 'idle'
    if (this.#idle.every(Boolean) !== wasIdle) this.output.emitWatermarkStatus(status)
  }
}
