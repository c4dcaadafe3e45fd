// Duty: the watermark of an operator in its snapshots, where the operator asks for it.
// Invariants: one for all subtasks, the smallest, so that no key is taken for further than it was. Time does not begin with it: after a
// restore it begins anew, as Flink's.
// Thread: the task worker that owns the operator.
import { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../api/state/list-state.js'
import type { OperatorStateStore } from '../../../api/state/operator-state-store.js'
import { Types } from '../../../api/types/types-table.js'
import { WATERMARK_STATE } from '../../../core/time/timer-states.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'

const WATERMARK = new ListStateDescriptor(WATERMARK_STATE, Types.DOUBLE)

export class SnapshotWatermark {
  /** NO_TIMESTAMP where there was none, or the snapshot has none. */
  readonly restored: number
  readonly #watermarks: ListState<number>

  /** After the restore. */
  constructor(operatorState: Pick<OperatorStateStore, 'getUnionListState'>) {
    this.#watermarks = operatorState.getUnionListState(WATERMARK)
    const restored = [...this.#watermarks.get()]
    this.restored = restored.length === 0 ? NO_TIMESTAMP : Math.min(...restored)
  }

  /** For the snapshot that follows; undefined where nothing of it depends on time. */
  set(watermark: number | undefined): void {
    this.#watermarks.update(watermark === undefined ? [] : [watermark])
  }
}
