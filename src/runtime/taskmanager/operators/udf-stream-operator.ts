// Duty: an operator with user functions in it: their life beside the operator's own.
// Invariants: functions live within the operator's state: begun once it is restored, closed before it is disposed of. No key is
// set while a hook runs.
// Thread: the task worker that owns the operator.
import { functionsOf } from '../../../api/dag/operator-spec.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { SnapshotIncrement } from '../state/keyed-state-backend.js'
import { isThenable } from '../state/thenable.js'
import { StreamOperatorBase } from './stream-operator-base.js'
import type { OperatorContext } from './stream-operator.js'
import type { CapturedState } from './stream-operator-state-handler.js'
import { UserFunctionLife } from './user-function-life.js'

export abstract class UdfStreamOperator extends StreamOperatorBase {
  readonly #life: UserFunctionLife

  constructor(binding: OperatorBinding, context: OperatorContext) {
    super(binding, context)
    const { name: operatorName, state, errors } = this
    this.#life = new UserFunctionLife(functionsOf(binding.spec), { operatorName, context, state, errors })
  }

  override async initializeState(
    restored: OperatorSubtaskState | undefined,
    checkpointId: number | undefined,
  ): Promise<void> {
    await super.initializeState(restored, checkpointId)
    await this.#life.initializeState(checkpointId)
  }

  override async open(): Promise<void> {
    await super.open()
    await this.#life.open()
  }

  get hearsOfCheckpoints(): boolean {
    return this.#life.hearsOfCheckpoints
  }

  override async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    this.leaveKey()
    await this.#life.notifyCheckpointComplete(checkpointId)
  }

  override async notifyCheckpointAborted(checkpointId: number): Promise<void> {
    this.leaveKey()
    await this.#life.notifyCheckpointAborted(checkpointId)
  }

  override async close(): Promise<void> {
    this.leaveKey()
    try {
      await this.#life.close()
    } finally {
      await super.close()
    }
  }

  /**
   * The functions' snapshot hooks, then the state. With synchronous hooks all of it happens before this returns, so nothing
   * can come between.
   */
  protected override captureState(
    checkpointId: number,
    timestamp: number,
    increment?: SnapshotIncrement,
  ): CapturedState | Promise<CapturedState> {
    this.leaveKey()
    let pending: void | PromiseLike<unknown>
    try {
      pending = this.#life.snapshotState(checkpointId, timestamp)
    } catch (error) {
      throw this.failed(error)
    }
    if (!isThenable(pending)) return super.captureState(checkpointId, timestamp, increment)
    return this.guarded(async () => {
      await pending
      return super.captureState(checkpointId, timestamp, increment)
    })
  }
}
