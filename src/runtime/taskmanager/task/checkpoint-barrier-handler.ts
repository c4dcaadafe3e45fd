// Duty: says when a task has the barrier of a checkpoint from all its inputs.
// Invariants: aligned (exactly once): a channel whose barrier came is blocked until the others have theirs, so nothing
// that follows a barrier is processed before the snapshot. Not aligned (at least once): nothing is blocked. A channel
// that ended counts as arrived. A newer barrier aborts the older checkpoint in this task. Every checkpoint is reported
// at most once. Unaligned: the first barrier is enough, but for the channels in which barriers keep their places; those that come
// later end what is recorded of their channels. One that has overtaken records makes an aligned checkpoint unaligned.
// Thread: the task's worker.
import type { Clock } from '../../../core/time/clock.js'
import type { CheckpointBarrier } from '../network/stream-element.js'

/** Whether barriers have overtaken records, which are part of the checkpoint then. */
export type BarrierOrder = 'aligned' | 'unaligned'

/** The channels' part in unaligned checkpoints, as `ChannelStateRecorder` has it. */
export interface RecordedInputs {
  /** Its snapshot is not taken yet. */
  readonly takingId: number | undefined
  /** Barriers keep their places in this channel. */
  mustAlign(channelIndex: number): boolean
  taking(checkpointId: number, arrived: ReadonlySet<number>): void
  barrierAnnounced(checkpointId: number, channelIndex: number): void
  barrierCame(checkpointId: number, channelIndex: number): void
  channelEnded(channelIndex: number): void
  /** The one that is being recorded. */
  readonly checkpointId: number | undefined
  abort(reason: string): void
}

export interface BarrierActions {
  blockChannel(channelIndex: number): void
  unblockAll(): void
  /** Absent where no barrier may overtake. */
  readonly recorded?: RecordedInputs
  /** All barriers that are waited for are there. `alignmentMs`: since the first one. */
  checkpoint(barrier: CheckpointBarrier, alignmentMs: number, order: BarrierOrder): void
  /** This checkpoint will not be taken here. */
  abort(checkpointId: number, reason: string): void
  /** As `abort`, of one that the coordinator knows of: those downstream wait for a word of this task as long as it has sent none. */
  abandon(checkpointId: number): void
}

interface Alignment {
  readonly barrier: CheckpointBarrier
  readonly arrived: Set<number>
  readonly startedAt: number
  order: BarrierOrder
}

export class CheckpointBarrierHandler {
  readonly #channelCount: number
  readonly #isAligned: boolean
  readonly #actions: BarrierActions
  readonly #clock: Clock
  readonly #ended = new Set<number>()
  /** Pending checkpoints by id; at most one when aligned. */
  readonly #pending = new Map<number, Alignment>()
  /** Checkpoints up to this one were taken or aborted: their barriers mean nothing any more. */
  #newestDone = -1

  constructor(channelCount: number, isAligned: boolean, actions: BarrierActions, clock: Clock) {
    this.#channelCount = channelCount
    this.#isAligned = isAligned
    this.#actions = actions
    this.#clock = clock
  }

  onBarrier(barrier: CheckpointBarrier, channelIndex: number): void {
    this.#actions.recorded?.barrierCame(barrier.checkpointId, channelIndex)
    const alignment = this.#alignmentOf(barrier)
    if (alignment === undefined) return
    alignment.arrived.add(channelIndex)
    if (this.#isAligned) this.#actions.blockChannel(channelIndex)
    this.#checkComplete(alignment)
  }

  /**
   * A barrier that has overtaken records of its channel; may be told again. `held`: the channel gives nothing from after it until
   * the snapshot is taken.
   */
  onAnnouncedBarrier(barrier: CheckpointBarrier, channelIndex: number): 'held' | 'released' {
    const { checkpointId } = barrier
    const { recorded } = this.#actions
    if (recorded?.takingId === checkpointId) return 'held'
    recorded?.barrierAnnounced(checkpointId, channelIndex)
    const alignment = this.#alignmentOf(barrier)
    if (alignment === undefined) return 'released'
    alignment.arrived.add(channelIndex)
    if (recorded !== undefined) alignment.order = 'unaligned'
    this.#checkComplete(alignment)
    return recorded === undefined ? 'released' : 'held'
  }

  /** Nobody upstream sends a barrier, as all have ended: it is as if all channels in which it may overtake had it now. */
  onTriggered(barrier: CheckpointBarrier): void {
    const alignment = this.#alignmentOf(barrier)
    if (alignment !== undefined) this.#checkComplete(alignment)
  }

  onCancelBarrier(checkpointId: number): void {
    const { recorded } = this.#actions
    if (recorded?.checkpointId === checkpointId) recorded.abort('an upstream task declined it')
    if (checkpointId <= this.#newestDone) return
    this.#abortOlderThan(checkpointId, 'was declined upstream before it was complete')
    this.#newestDone = checkpointId
    if (this.#pending.delete(checkpointId) && this.#isAligned) this.#actions.unblockAll()
    this.#actions.abort(checkpointId, 'an upstream task declined it')
  }

  /**
   * The coordinator aborted the checkpoint. Where some of its barriers have come, the task waits for no more of them
   * and ignores those that still come. Where none has, nothing changes: each channel brings its barrier or a cancel
   * barrier.
   */
  onAborted(checkpointId: number): void {
    if (!this.#pending.delete(checkpointId)) return
    this.#newestDone = Math.max(this.#newestDone, checkpointId)
    if (this.#isAligned) this.#actions.unblockAll()
    this.#actions.abandon(checkpointId)
  }

  onChannelEnded(channelIndex: number): void {
    this.#ended.add(channelIndex)
    this.#actions.recorded?.channelEnded(channelIndex)
    // Oldest first, and each as it is then: one that completes aborts those before it.
    for (const id of [...this.#pending.keys()].sort((left, right) => left - right)) {
      const alignment = this.#pending.get(id)
      if (alignment !== undefined) this.#checkComplete(alignment)
    }
  }

  /** Undefined where the checkpoint was taken, or given up. */
  #alignmentOf(barrier: CheckpointBarrier): Alignment | undefined {
    const { checkpointId, options } = barrier
    if (checkpointId <= this.#newestDone) return undefined
    if (this.#isAligned) this.#abortOlderThan(checkpointId, 'came before it was aligned')
    const known = this.#pending.get(checkpointId)
    if (known !== undefined) return known
    const isUnaligned = options.unaligned && this.#isAligned && this.#actions.recorded !== undefined
    const order = isUnaligned ? 'unaligned' : 'aligned'
    const alignment: Alignment = { barrier, arrived: new Set(), startedAt: this.#clock.monotonicMs(), order }
    this.#pending.set(checkpointId, alignment)
    return alignment
  }

  #checkComplete(alignment: Alignment): void {
    const { recorded } = this.#actions
    const isUnaligned = alignment.order === 'unaligned'
    for (let index = 0; index < this.#channelCount; index += 1) {
      if (alignment.arrived.has(index) || this.#ended.has(index)) continue
      if (!isUnaligned || recorded?.mustAlign(index) !== false) return
    }
    const { barrier, startedAt, arrived, order } = alignment
    this.#abortOlderThan(barrier.checkpointId, 'was complete before it')
    this.#newestDone = barrier.checkpointId
    this.#pending.delete(barrier.checkpointId)
    if (this.#isAligned) this.#actions.unblockAll()
    if (isUnaligned) recorded?.taking(barrier.checkpointId, arrived)
    this.#actions.checkpoint(barrier, this.#clock.monotonicMs() - startedAt, order)
  }

  /** A barrier of theirs that comes later is ignored: it must not block a channel that a newer checkpoint waits for. */
  #abortOlderThan(checkpointId: number, event: string): void {
    this.#newestDone = Math.max(this.#newestDone, checkpointId - 1)
    for (const id of [...this.#pending.keys()]) {
      if (id >= checkpointId) continue
      this.#pending.delete(id)
      if (this.#isAligned) this.#actions.unblockAll()
      this.#actions.abort(id, `checkpoint ${String(checkpointId)} ${event}`)
    }
  }
}
