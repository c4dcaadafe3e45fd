import { AggregatingStateDescriptor } from '../state/aggregating-state-descriptor.js'
import { ListStateDescriptor } from '../state/list-state-descriptor.js'
import type { AppendingState } from '../state/list-state.js'
import { ReducingStateDescriptor } from '../state/reducing-state-descriptor.js'
import type { ValueStateDescriptor } from '../state/value-state-descriptor.js'
import { KeyedProcessFunction, type KeyedProcessFunctionContext } from './process-function.js'

/**
 * The state that a keyed stream may be kept as by `asQueryableState`.
 *
 * @example
 * ```ts
 * import { ListStateDescriptor, Types, type KeptStateDescriptor } from 'flink-ts'
 *
 * const all: KeptStateDescriptor<string> = new ListStateDescriptor('all', Types.STRING)
 * ```
 */
export type KeptStateDescriptor<T> =
  | ValueStateDescriptor<T>
  | ReducingStateDescriptor<T>
  | ListStateDescriptor<T>
  | AggregatingStateDescriptor<T, unknown, unknown>

/** Keeps the records of each key as state that may be asked about: the newest one, or what the descriptor makes of all. */
export class QueryableStateFunction extends KeyedProcessFunction<unknown, unknown, never> {
  readonly descriptor: KeptStateDescriptor<unknown>
  #keep: ((value: unknown) => void) | undefined

  constructor(descriptor: KeptStateDescriptor<unknown>) {
    super()
    this.descriptor = descriptor
  }

  override open(): void {
    const { descriptor } = this
    const context = this.getRuntimeContext()
    if (descriptor instanceof ListStateDescriptor) this.#keep = adding(context.getListState(descriptor))
    else if (descriptor instanceof ReducingStateDescriptor) this.#keep = adding(context.getReducingState(descriptor))
    else if (descriptor instanceof AggregatingStateDescriptor)
      this.#keep = adding(context.getAggregatingState(descriptor))
    else {
      const state = context.getState(descriptor)
      this.#keep = (value) => {
        state.update(value)
      }
    }
  }

  processElement(value: unknown, _context: KeyedProcessFunctionContext<unknown>): void {
    this.#keep?.(value)
  }
}

function adding(state: AppendingState<unknown, unknown>): (value: unknown) => void {
  return (value) => {
    state.add(value)
  }
}
