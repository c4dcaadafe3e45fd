// Duty: what a task works on in a step: the next records of its source, or of its channels.
// Invariants: `process` is called only while output is available and nothing is pending; it returns soon.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { ClassNotRegisteredError } from '../../../core/types/class-not-registered-error.js'
import type { InputGate } from '../network/input-gate.js'
import type { ChannelHandler } from '../network/channel.js'
import type { SourceStreamOperator } from '../operators/stream-operator.js'

/** `moved`: call again; `waiting`: nothing there; `ended`: nothing will come any more. */
export type InputStatus = 'moved' | 'waiting' | 'ended'

export interface TaskInput {
  process(): InputStatus
  hasData(): boolean
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

  /** Mail came, so the source may have something again. */
  awaken(): void {
    this.#mayHaveMore = true
  }
}

/** Records come through channels. */
export class GateInput implements TaskInput {
  readonly #gate: InputGate
  readonly #handler: ChannelHandler
  readonly #operatorName: string

  /** The operator whose input this is, for errors about records that it cannot be given. */
  constructor(gate: InputGate, handler: ChannelHandler, operatorName: string) {
    this.#gate = gate
    this.#handler = handler
    this.#operatorName = operatorName
  }

  process(): InputStatus {
    try {
      if (this.#gate.poll(this.#handler)) return 'moved'
    } catch (error) {
      throw this.#explained(error)
    }
    return this.#gate.allEnded ? 'ended' : 'waiting'
  }

  hasData(): boolean {
    return this.#gate.hasData()
  }

  #explained(error: unknown): unknown {
    if (!(error instanceof ClassNotRegisteredError)) return error
    const details = { operator: this.#operatorName, className: error.className }
    return new FlinkError('RECORD_CLASS_NOT_REGISTERED', details, { cause: error })
  }
}
