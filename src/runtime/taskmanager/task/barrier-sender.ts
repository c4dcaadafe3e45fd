// Duty: sends the barriers of a checkpoint out of a task, and has what they overtake: in an aligned one nothing; in an unaligned one
// all that waits in the outputs; in an aligned one with a timeout what is in front of those barriers that have not been read in time.
// Invariants: on a channel the barrier overtakes at most once. Who is downstream has no time of its own to look at: it hears of a
// checkpoint whose time is over by a barrier that has overtaken, which makes it unaligned there. The time counts from the trigger,
// as Flink's does. The checkpoint is answered when its barriers have left the task or have overtaken.
// Thread: the task's worker.
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import type { CapturedChannel } from '../network/in-flight-records.js'
import type { CheckpointBarrier } from '../network/stream-element.js'
import type { ChannelStateRecorder } from './channel-state-recorder.js'
import type { BarrierOrder } from './checkpoint-barrier-handler.js'
import { OvertakenChannels } from './overtaken-channels.js'
import type { TaskOutputs } from './task-outputs.js'

export interface BarrierSenderInput {
  readonly outputs: Pick<
    TaskOutputs,
    'broadcastBarrier' | 'announceBarrier' | 'broadcastCancelBarrier' | 'overtakeLate' | 'areBarriersOut'
  >
  /** Absent where nothing comes in through channels. */
  readonly inputs?: Pick<ChannelStateRecorder, 'start' | 'cancel' | 'dropped'> | undefined
  readonly clock: Clock
}

/** Barriers among the records that may still overtake. */
interface TimedBarrier {
  readonly checkpointId: number
  readonly timer: TimerHandle
  /** The checkpoint here waits for nothing of them any more. */
  readonly left: (overtaken: readonly CapturedChannel[]) => void
}

export class BarrierSender {
  readonly #input: BarrierSenderInput
  #timed: readonly TimedBarrier[] = []

  constructor(input: BarrierSenderInput) {
    this.#input = input
  }

  /** Undefined where nothing is overtaken, now or later. `order`: of the barriers that came. */
  send(barrier: CheckpointBarrier, order: BarrierOrder): OvertakenChannels | undefined {
    const { outputs, inputs } = this.#input
    const { checkpointId, options } = barrier
    const leftMs = this.#leftMs(barrier)
    if (order === 'aligned' && !options.unaligned && leftMs > 0) {
      outputs.broadcastBarrier(barrier)
      if (leftMs === Infinity) return undefined
      return new OvertakenChannels(checkpointId, Promise.resolve([]), this.#watch(barrier, leftMs))
    }
    const overtaken = outputs.announceBarrier(barrier)
    const isRecorded = order === 'unaligned' && inputs !== undefined
    return new OvertakenChannels(checkpointId, isRecorded ? inputs.start(checkpointId) : Promise.resolve([]), overtaken)
  }

  /** Aborted before its barrier went out. */
  passOver(checkpointId: number): void {
    this.#input.inputs?.dropped(checkpointId)
    this.#input.outputs.broadcastCancelBarrier(checkpointId)
  }

  /** Nothing more is overtaken for this checkpoint, or any before it. */
  forget(checkpointId: number): void {
    this.#input.inputs?.dropped(checkpointId)
    this.#input.inputs?.cancel(checkpointId)
    for (const timed of this.#timed) if (timed.checkpointId <= checkpointId) timed.timer.cancel()
    this.#timed = this.#timed.filter((timed) => timed.checkpointId > checkpointId)
  }

  /** Room may have come for barriers. */
  stepped(): void {
    for (const { checkpointId, left } of this.#timed) if (this.#input.outputs.areBarriersOut(checkpointId)) left([])
  }

  /** Until its time is over. */
  #leftMs({ options, timestamp }: CheckpointBarrier): number {
    const { alignedTimeoutMs } = options
    return alignedTimeoutMs === undefined ? Infinity : timestamp + alignedTimeoutMs - this.#input.clock.now()
  }

  #watch(barrier: CheckpointBarrier, leftMs: number): Promise<readonly CapturedChannel[]> {
    const { checkpointId } = barrier
    return new Promise((resolve) => {
      const timer = this.#input.clock.setTimer(leftMs, () => {
        this.#timed = this.#timed.filter((timed) => timed.checkpointId !== checkpointId)
        resolve(this.#input.outputs.overtakeLate(barrier))
      })
      this.#timed = [...this.#timed, { checkpointId, timer, left: resolve }]
      this.stepped()
    })
  }
}
