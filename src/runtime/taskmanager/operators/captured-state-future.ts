// Duty: the asynchronous part of an operator's snapshot: writes what was captured.
// Invariants: the captured version is released exactly once, whichever of complete and cancel comes first or fails.
// A part whose writing fails removes its own stream; parts already written lie in the checkpoint's directory, which the
// coordinator removes as a whole.
// Thread: the task worker that owns the operator.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import { slicesOfTask, type TimeSlices } from '../state/time-slices.js'
import type { CapturedState } from './stream-operator-state-handler.js'
import type { OperatorContext, OperatorSnapshotFuture, SnapshotRequest } from './stream-operator.js'

export class CapturedStateFuture implements OperatorSnapshotFuture {
  readonly #captured: CapturedState
  readonly #request: SnapshotRequest
  readonly #slices: TimeSlices
  #writing: Promise<OperatorSubtaskState | undefined> | undefined

  constructor(captured: CapturedState, request: SnapshotRequest, context: OperatorContext) {
    this.#captured = captured
    this.#request = request
    this.#slices = slicesOfTask(context)
  }

  get entryCounts(): Readonly<Record<string, number>> | undefined {
    return this.#captured.entryCounts
  }

  complete(): Promise<OperatorSubtaskState | undefined> {
    this.#writing ??= this.#write()
    return this.#writing
  }

  async cancel(): Promise<void> {
    const { checkpointId } = this.#request
    this.#slices.cancel(new FlinkError('CHECKPOINT_DECLINED', { checkpointId, reason: 'it was cancelled' }))
    if (this.#writing === undefined) {
      this.#captured.keyed?.release()
      return
    }
    // The write meets the cancellation at its next step, cleans up and releases there; its outcome is complete()'s.
    await this.#writing.then(
      () => undefined,
      () => undefined,
    )
  }

  async #write(): Promise<OperatorSubtaskState | undefined> {
    const { keyed, operator } = this.#captured
    try {
      this.#slices.step()
      const managedKeyed = (await keyed?.write(this.#request.streams, this.#slices)) ?? []
      const managedOperator = await operator.write(this.#request.streams)
      if (managedKeyed.length === 0 && managedOperator === undefined) return undefined
      return { managedKeyed, managedOperator: managedOperator === undefined ? [] : [managedOperator] }
    } finally {
      keyed?.release()
    }
  }
}
