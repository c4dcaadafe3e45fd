// Duty: what a task works on in a step: the next records of its source, or of its channels.
// Invariants: `process` is called only while output is available and nothing is pending; it returns soon.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { ClassNotRegisteredError } from '../../../core/types/class-not-registered-error.js'
import type { InputGate } from '../network/input-gate.js'
import type { ChannelHandler } from '../network/channel.js'
import type { SourceStreamOperator } from '../operators/stream-operator.js'
import type { PendingTime } from './pending-time.js'

/** `moved`: call again; `waiting`: nothing there; `ended`: nothing will come any more. */
export type InputStatus = 'moved' | 'waiting' | 'ended'

export interface TaskInput {
  process(): InputStatus
  hasData(): boolean
  /**
   * True while an operator is in the middle of a watermark, as the output was full: nothing else happens to the chain until
   * `continueWatermark` has come to its end, neither records nor actions.
   */
  readonly isInWatermark: boolean
  /** Goes on with it, once there is room; true when it is done. */
  continueWatermark(): boolean
}

/** Records come out of the head operator itself. */
export class SourceInput implements TaskInput {
  readonly #source: SourceStreamOperator
  /** False while a savepoint that ends the job is on its way. */
  isOpen = true
  #mayHaveMore = true

  constructor(source: SourceStreamOperator) {
    this.#source = source
  }

  process(): InputStatus {
    if (!this.isOpen) return 'waiting'
    const status = this.#source.emitNext()
    this.#mayHaveMore = status === 'more'
    if (status === 'more') return 'moved'
    return status === 'end' ? 'ended' : 'waiting'
  }

  hasData(): boolean {
    return this.isOpen && this.#mayHaveMore
  }

  get isInWatermark(): boolean {
    return this.#source.isInWatermark
  }

  continueWatermark(): boolean {
    return this.#source.continueWatermark()
  }

  /** Mail came, so the source may have something again. */
  awaken(): void {
    this.#mayHaveMore = true
  }
}

export interface GateInputInput {
  readonly gate: InputGate
  /** One an input, in the order of their numbers. */
  readonly handlers: readonly ChannelHandler[]
  readonly time: PendingTime
  /** The operator whose inputs these are, for errors about records that it cannot be given. */
  readonly operatorName: string
}

/** Records come through channels. */
export class GateInput implements TaskInput {
  readonly #gate: InputGate
  readonly #handlers: readonly ChannelHandler[]
  readonly #time: PendingTime
  readonly #operatorName: string

  constructor({ gate, handlers, time, operatorName }: GateInputInput) {
    this.#gate = gate
    this.#handlers = handlers
    this.#time = time
    this.#operatorName = operatorName
  }

  process(): InputStatus {
    try {
      if (this.#gate.poll(this.#handlers)) return this.isInWatermark ? 'waiting' : 'moved'
    } catch (error) {
      throw this.#explained(error)
    }
    return this.#gate.allEnded ? 'ended' : 'waiting'
  }

  hasData(): boolean {
    return this.#gate.hasData()
  }

  get isInWatermark(): boolean {
    return this.#time.isPending
  }

  continueWatermark(): boolean {
    return this.#time.continue()
  }

  #explained(error: unknown): unknown {
    if (!(error instanceof ClassNotRegisteredError)) return error
    const details = { operator: this.#operatorName, className: error.className }
    return new FlinkError('RECORD_CLASS_NOT_REGISTERED', details, { cause: error })
  }
}
