// Duty: one coordinator as the JobMaster sees it: its snapshot in a checkpoint, and the gates to its subtasks.
//
//   checkpoint() -> acknowledged: state kept, gates closed -> all earlier events received: state given
//        \_________ declined, or the checkpoint ended meanwhile: rejected, gates open ________/
//
// Invariants: one snapshot at a time. The state is given only when every subtask has the events from before the snapshot, so
// that they come before whatever the tasks are triggered by. An answer for a checkpoint that ended closes no gate.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { StreamStateHandle } from '../../../storage/state-handles.js'
import { SubtaskEventGate } from './subtask-event-gate.js'

interface PendingSnapshot {
  readonly checkpointId: number
  readonly resolve: (state: StreamStateHandle) => void
  readonly reject: (error: Error) => void
  state: StreamStateHandle | undefined
}

/** Somebody waits until it has done what it was told. */
interface Flush {
  /** It holds up this checkpoint only. */
  readonly checkpointId: number | undefined
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export class OperatorCoordinatorHolder {
  readonly #gates: readonly SubtaskEventGate[]
  /** In the order of the answers. */
  readonly #flushes: Flush[] = []
  #pending: PendingSnapshot | undefined

  constructor(parallelism: number, send: (subtask: number, event: unknown) => void) {
    this.#gates = Array.from(
      { length: parallelism },
      (_, subtask) =>
        new SubtaskEventGate((event) => {
          send(subtask, event)
        }),
    )
  }

  /** The coordinator is being asked. */
  checkpoint(checkpointId: number): Promise<StreamStateHandle> {
    if (this.#pending !== undefined) {
      throw new FlinkError('ASSERTION_FAILED', { what: 'a coordinator takes one snapshot at a time' })
    }
    return new Promise((resolve, reject) => {
      this.#pending = { checkpointId, resolve, reject, state: undefined }
    })
  }

  acknowledged(checkpointId: number, state: StreamStateHandle): void {
    if (this.#pending?.checkpointId !== checkpointId) return
    this.#pending.state = state
    for (const gate of this.#gates) gate.close(checkpointId)
    this.#checkDelivered()
  }

  declined(checkpointId: number, error: Error): void {
    if (this.#pending?.checkpointId === checkpointId) this.#rejectPending(error)
  }

  /** The coordinator is being asked; resolves when it has done what it was told before. */
  flush(checkpointId?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#flushes.push({ checkpointId, resolve, reject })
    })
  }

  flushed(): void {
    this.#flushes.shift()?.resolve()
  }

  get isFlushed(): boolean {
    return this.#flushes.length === 0
  }

  eventFromCoordinator(subtask: number, event: unknown): void {
    this.#gates[subtask]?.send(event)
  }

  eventReceived(subtask: number): void {
    this.#gates[subtask]?.received()
    this.#checkDelivered()
  }

  checkpointTaken(subtask: number, checkpointId: number): void {
    this.#gates[subtask]?.open(checkpointId)
    this.#checkDelivered()
  }

  subtaskEnded(subtask: number): void {
    this.#gates[subtask]?.end()
    this.#checkDelivered()
  }

  /** The job ends with a snapshot that is complete: what comes after it belongs to whoever goes on from there. */
  stopped(): void {
    for (const gate of this.#gates) gate.end()
    this.#checkDelivered()
  }

  /** Complete or aborted: it holds nothing back any more. */
  checkpointEnded(checkpointId: number): void {
    const reason = 'it ended before its coordinators had taken it'
    const error = new FlinkError('CHECKPOINT_DECLINED', { checkpointId, reason })
    if (this.#pending?.checkpointId === checkpointId) this.#rejectPending(error)
    for (const flush of this.#flushes) if (flush.checkpointId === checkpointId) flush.reject(error)
    for (const gate of this.#gates) gate.open(checkpointId)
    this.#checkDelivered()
  }

  #checkDelivered(): void {
    const pending = this.#pending
    if (pending?.state === undefined) return
    if (!this.#gates.every((gate) => gate.isDelivered(pending.checkpointId))) return
    this.#pending = undefined
    pending.resolve(pending.state)
  }

  #rejectPending(error: Error): void {
    const pending = this.#pending
    this.#pending = undefined
    pending?.reject(error)
  }
}
