import { ListStateDescriptor } from '../../state/list-state-descriptor.js'
import type { ListState } from '../../state/list-state.js'
import type {
  CheckpointedFunction,
  FunctionInitializationContext,
  FunctionSnapshotContext,
} from '../checkpointed-function.js'
import type { SourceFunction } from '../source-function.js'

/** Emits the elements of a collection once, in order; goes on after those of the last checkpoint. Exactly once. */
export class FromElementsFunction<T> implements SourceFunction<T>, CheckpointedFunction {
  readonly #elements: readonly T[]
  #emitted = 0
  #state: ListState<number> | undefined

  constructor(elements: Iterable<T>) {
    this.#elements = [...elements]
  }

  initializeState(context: FunctionInitializationContext): void {
    this.#state = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('from-elements-state'))
    for (const emitted of this.#state.get()) this.#emitted = Math.max(this.#emitted, emitted)
  }

  snapshotState(_context: FunctionSnapshotContext): void {
    this.#state?.update([this.#emitted])
  }

  /** An element that is undefined is a pause of a generator, so elements are collected instead of yielded. */
  *run(context: { collect(value: T): unknown }): Generator<undefined> {
    while (this.#emitted < this.#elements.length) {
      const element = this.#elements[this.#emitted] as T
      this.#emitted += 1
      context.collect(element)
      yield undefined
    }
  }
}
