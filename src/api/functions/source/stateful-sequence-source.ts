import { ListStateDescriptor } from '../../state/list-state-descriptor.js'
import type { ListState } from '../../state/list-state.js'
import type {
  CheckpointedFunction,
  FunctionInitializationContext,
  FunctionSnapshotContext,
} from '../checkpointed-function.js'
import { RichParallelSourceFunction } from '../source-function.js'

/** A part of the sequence that is still to be emitted, both ends included. */
type Range = [next: number, end: number]

/** Emits the whole numbers of a range, spread over the subtasks; may be rescaled. Exactly once. */
export class StatefulSequenceSource extends RichParallelSourceFunction<number> implements CheckpointedFunction {
  readonly #from: number
  readonly #to: number
  #ranges: Range[] = []
  #state: ListState<Range> | undefined
  #marker: ListState<boolean> | undefined

  constructor(from: number, to: number) {
    super()
    this.#from = from
    this.#to = to
  }

  initializeState(context: FunctionInitializationContext): void {
    const store = context.getOperatorStateStore()
    this.#state = store.getListState(new ListStateDescriptor<Range>('sequence-ranges'))
    this.#marker = store.getUnionListState(new ListStateDescriptor<boolean>('sequence-assigned'))
    // Without ranges nothing is left, unless this source is new in a restored job: then nobody has set the marker.
    const wasAssigned = [...this.#marker.get()].length > 0
    this.#ranges = wasAssigned ? [...this.#state.get()].map(([next, end]) => [next, end]) : this.#ownRanges()
  }

  snapshotState(_context: FunctionSnapshotContext): void {
    this.#state?.update(this.#ranges.map(([next, end]): Range => [next, end]))
    this.#marker?.update([true])
  }

  *run(): Generator<number> {
    for (let range = this.#ranges[0]; range !== undefined; range = this.#ranges[0]) {
      const [next, end] = range
      if (next >= end) this.#ranges.shift()
      else range[0] = next + 1
      if (next <= end) yield next
    }
  }

  #ownRanges(): Range[] {
    const count = this.#to - this.#from + 1
    const subtasks = this.getRuntimeContext().getNumberOfParallelSubtasks()
    const index = this.getRuntimeContext().getIndexOfThisSubtask()
    const start = this.#from + Math.floor((count * index) / subtasks)
    const end = this.#from + Math.floor((count * (index + 1)) / subtasks) - 1
    return start <= end ? [[start, end]] : []
  }
}
