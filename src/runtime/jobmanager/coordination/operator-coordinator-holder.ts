// Duty: one coordinator as the JobMaster sees it: its snapshot in a checkpoint, and the gates to its subtasks.
//
//   checkpoint(), again where an event comes back before -> acknowledged: gates closed -> earlier events received: state given
//        \_________ declined, or the checkpoint ended meanwhile: rejected, gates open ________/
//
// Invariants: one snapshot at a time. The state is given only when every subtask has the events from before the snapshot, so
// that they come before whatever the tasks are triggered by. An answer for a checkpoint that ended closes no gate. Thread: main.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { StreamStateHandle } from '../../../storage/state-handles.js'
import { SubtaskEventGate } from './subtask-event-gate.js'

/** A coordinator that sends to subtasks that have finished whenever it takes a snapshot never comes to one. */
const MAX_SNAPSHOT_REQUESTS = 10

/** The ways to the coordinator and to its subtasks. */
export interface CoordinatorWays {
  readonly sendEvent: (subtask: number, event: unknown) => void
  readonly returnEvent: (subtask: number, event: unknown) => void
  readonly requestSnapshot: (checkpointId: number) => void
  readonly requestFlush: () => void
}

interface PendingSnapshot {
  readonly checkpointId: number
  readonly resolve: (state: StreamStateHandle) => void
  readonly reject: (error: Error) => void
  state: StreamStateHandle | undefined
  requests: number
  /** Since the last request. */
  hasReturnedEvents: boolean
}

/** Somebody waits until it has done what it was told. */
interface Flush {
  /** It holds up this checkpoint only. */
  readonly checkpointId: number | undefined
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  /** Since the request. */
  hasReturnedEvents: boolean
}

export class OperatorCoordinatorHolder {
  readonly #ways: CoordinatorWays
  readonly #gates: SubtaskEventGate[]
  /** In the order of the answers. */
  readonly #flushes: Flush[] = []
  #pending: PendingSnapshot | undefined

  constructor(parallelism: number, ways: CoordinatorWays) {
    this.#ways = ways
    this.#gates = Array.from({ length: parallelism }, (_, subtask) => this.#makeGate(subtask))
  }

  checkpoint(checkpointId: number): Promise<StreamStateHandle> {
    if (this.#pending !== undefined) {
      throw new FlinkError('ASSERTION_FAILED', { what: 'a coordinator takes one snapshot at a time' })
    }
    return new Promise((resolve, reject) => {
      const pending = { checkpointId, resolve, reject, state: undefined, requests: 0, hasReturnedEvents: false }
      this.#pending = pending
      this.#requestSnapshot(pending)
    })
  }

  acknowledged(checkpointId: number, state: StreamStateHandle, takesEventsBack: boolean): void {
    const pending = this.#pending
    if (pending?.checkpointId !== checkpointId) return
    if (takesEventsBack && pending.hasReturnedEvents) {
      this.#requestSnapshot(pending)
      return
    }
    pending.state = state
    for (const gate of this.#gates) gate.close(checkpointId)
    this.#checkDelivered()
  }

  declined(checkpointId: number, error: Error): void {
    if (this.#pending?.checkpointId === checkpointId) this.#rejectPending(error)
  }

  /** Resolves when the coordinator has done what it was told before. */
  flush(checkpointId?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#requestFlush({ checkpointId, resolve, reject, hasReturnedEvents: false })
    })
  }

  flushed(): void {
    const flush = this.#flushes.shift()
    if (flush?.hasReturnedEvents === true) this.#requestFlush({ ...flush, hasReturnedEvents: false })
    else flush?.resolve()
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

  subtaskFinished(subtask: number): void {
    this.#gates[subtask]?.finish()
    this.#checkDelivered()
  }

  subtaskFailed(subtask: number): void {
    this.#gates[subtask]?.fail()
    this.#checkDelivered()
  }

  /** It begins anew alone: no checkpoint is under way, and whatever it had not received is its coordinator's to give again. */
  subtaskReset(subtask: number): void {
    this.#gates[subtask] = this.#makeGate(subtask)
  }

  /** The job ends with a snapshot that is complete: what comes after it belongs to whoever goes on from there. */
  stopped(): void {
    for (const gate of this.#gates) gate.stop()
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

  #makeGate(subtask: number): SubtaskEventGate {
    return new SubtaskEventGate({
      send: (event) => {
        this.#ways.sendEvent(subtask, event)
      },
      giveBack: (event) => {
        if (this.#pending !== undefined) this.#pending.hasReturnedEvents = true
        for (const flush of this.#flushes) flush.hasReturnedEvents = true
        this.#ways.returnEvent(subtask, event)
      },
    })
  }

  #requestSnapshot(pending: PendingSnapshot): void {
    const { checkpointId } = pending
    if (pending.requests === MAX_SNAPSHOT_REQUESTS) {
      const reason = 'whenever its coordinator was asked, events to subtasks that have finished came back to it'
      this.#rejectPending(new FlinkError('CHECKPOINT_DECLINED', { checkpointId, reason }))
      return
    }
    pending.requests += 1
    pending.hasReturnedEvents = false
    this.#ways.requestSnapshot(checkpointId)
  }

  #requestFlush(flush: Flush): void {
    this.#flushes.push(flush)
    this.#ways.requestFlush()
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
