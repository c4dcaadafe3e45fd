// Duty: the input of a task with channels: records and events come out of its gate.
// Invariants: the end of the data is told before anything that follows it is read, so that a barrier after it finds the
// operators finished. What was in flight in the restored checkpoint comes before all that the channels bring. A checkpoint that nobody upstream sends a barrier for is taken at the end of the input.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { ClassNotRegisteredError } from '../../../core/types/class-not-registered-error.js'
import type { ChannelStateHandle } from '../../../storage/state-handles.js'
import type { GateHandler, InputGate } from '../network/input-gate.js'
import type { CheckpointBarrier } from '../network/stream-element.js'
import type { SourceStatus } from '../operators/stream-operator.js'
import { AnnouncedBarriers } from './announced-barriers.js'
import type { ChannelStateRecorder } from './channel-state-recorder.js'
import type { CheckpointBarrierHandler } from './checkpoint-barrier-handler.js'
import type { DrainLimit } from './drain-limit.js'
import type { PendingTime } from '../eventtime/pending-time.js'
import type { ReplayedRecords } from './replayed-records.js'
import type { TaskInput, TriggerAnswer } from './task-input.js'

export interface GateInputParts {
  readonly gate: InputGate
  /** One an input, in the order of their numbers. */
  readonly handlers: readonly GateHandler[]
  /** Before anything of the channels. */
  readonly replayed?: ReplayedRecords | undefined
  readonly time: PendingTime
  readonly barriers: CheckpointBarrierHandler
  /** Absent where no barrier may overtake. */
  readonly recorder?: ChannelStateRecorder | undefined
  /** Absent where no barrier may overtake. */
  readonly limit?: DrainLimit | undefined
  /** For a checkpoint that was triggered here: all inputs have been read to their end. */
  readonly takeCheckpoint: (barrier: CheckpointBarrier) => void
  /** The operator whose inputs these are, for errors about records that it cannot be given. */
  readonly operatorName: string
}

export class GateInput implements TaskInput {
  readonly announced: AnnouncedBarriers
  readonly #parts: GateInputParts
  readonly #gate: InputGate
  readonly #handlers: readonly GateHandler[]
  readonly #time: PendingTime
  #atEndOfInput: CheckpointBarrier[] = []
  #isDataRead = false
  #isExhausted = false

  constructor(parts: GateInputParts) {
    this.#parts = parts
    this.announced = new AnnouncedBarriers(parts.gate.channels, parts.barriers, parts.recorder)
    this.#gate = parts.gate
    this.#handlers = parts.handlers
    this.#time = parts.time
  }

  async restoreChannels(handles: readonly ChannelStateHandle[]): Promise<void> {
    await this.#parts.replayed?.load(handles)
  }

  process(): SourceStatus {
    const { replayed, limit } = this.#parts
    limit?.begin()
    if (replayed !== undefined && !replayed.isEmpty) {
      replayed.drain(this.#handlers)
      return this.#time.isPending ? 'waiting' : 'more'
    }
    if (!this.#isDataRead && this.#gate.allDataEnded) {
      this.#isDataRead = true
      return 'end'
    }
    try {
      if (this.#gate.poll(this.#handlers)) return this.#time.isPending ? 'waiting' : 'more'
    } catch (error) {
      throw this.#explained(error)
    }
    if (this.#gate.allEnded) this.#exhaust()
    return this.#isDataRead ? 'end' : 'waiting'
  }

  /** An end that has been read and not told counts: nobody rings for it again. */
  hasData(): boolean {
    const gate = this.#gate
    if (this.#parts.replayed?.isEmpty === false) return true
    return gate.hasData() || (!this.#isDataRead && gate.allDataEnded) || (!this.#isExhausted && gate.allEnded)
  }

  get isExhausted(): boolean {
    return this.#isExhausted
  }

  advanceToEndOfTime(): void {
    // It came through the channels.
  }

  onTrigger(barrier: CheckpointBarrier): TriggerAnswer {
    if (this.#isExhausted) return 'take-now'
    // Nobody upstream runs any more, so the ends of the channels are there: what lies before them is in flight.
    if (barrier.options.unaligned) this.#parts.barriers.onTriggered(barrier)
    else this.#atEndOfInput.push(barrier)
    return 'by-input'
  }

  onCheckpointAborted(checkpointId: number): void {
    this.#atEndOfInput = this.#atEndOfInput.filter((barrier) => barrier.checkpointId !== checkpointId)
    this.#parts.barriers.onAborted(checkpointId)
  }

  pause(): void {
    // The sources do.
  }

  resume(): void {
    // The sources do.
  }

  endEarly(): void {
    // The end comes through the channels.
  }

  awaken(): void {
    // What the channels bring rings by itself.
  }

  cancel(): void {
    // Each producer is cancelled itself.
  }

  close(): void {
    this.#parts.replayed?.close()
    this.#gate.close()
  }

  #exhaust(): void {
    if (this.#isExhausted) return
    this.#isExhausted = true
    for (const barrier of this.#atEndOfInput.splice(0)) this.#parts.takeCheckpoint(barrier)
  }

  #explained(error: unknown): unknown {
    if (!(error instanceof ClassNotRegisteredError)) return error
    const details = { operator: this.#parts.operatorName, className: error.className }
    return new FlinkError('RECORD_CLASS_NOT_REGISTERED', details, { cause: error })
  }
}
