// Duty: looks for barriers that have overtaken what is still to be read, in all channels of a gate.
// Invariants: looked for once a step, whether there is room in the outputs or not; a channel gives nothing from after its barrier until
// it is released here or by the snapshot.
// Figures: a look costs one atomic load a ring in which barriers may overtake, a step.
// Thread: the task's worker.
import type { GateChannel } from '../network/input-gate.js'
import type { ChannelStateRecorder } from './channel-state-recorder.js'
import type { CheckpointBarrierHandler } from './checkpoint-barrier-handler.js'

export class AnnouncedBarriers {
  readonly #channels: readonly GateChannel[]
  /** Those in which barriers may overtake. */
  readonly #announcing: readonly number[]
  readonly #barriers: CheckpointBarrierHandler
  /** By channel: the checkpoint of the last one that was told of. */
  readonly #told: (number | undefined)[] = []

  readonly #recorder: ChannelStateRecorder | undefined

  constructor(channels: readonly GateChannel[], barriers: CheckpointBarrierHandler, recorder?: ChannelStateRecorder) {
    this.#recorder = recorder
    this.#channels = channels
    this.#announcing = [...channels.keys()].filter((index) => channels[index]?.reader.mayAnnounce === true)
    this.#barriers = barriers
  }

  /** Asked before the worker sleeps. */
  get hasNew(): boolean {
    if (this.#recorder?.hasQueuedEnd === true) return true
    return this.#announcing.some((index) => {
      const barrier = this.#channels[index]?.reader.announcedBarrier()
      return barrier !== undefined && barrier.checkpointId !== this.#told[index]
    })
  }

  take(): void {
    for (const index of this.#announcing) {
      const reader = this.#channels[index]?.reader
      for (let barrier = reader?.announcedBarrier(); barrier !== undefined; barrier = reader?.announcedBarrier()) {
        this.#told[index] = barrier.checkpointId
        if (this.#barriers.onAnnouncedBarrier(barrier, index) === 'held') break
        reader?.releaseAnnounced()
      }
    }
    this.#recorder?.takeQueuedEnds()
  }
}
