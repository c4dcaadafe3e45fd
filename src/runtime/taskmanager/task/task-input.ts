// Duty: what a task works on in a step: the next records of its source, or of its channels.
// Invariants: `process` is called only while output is available and nothing is pending; it returns soon.
// Thread: the task's worker.
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

  constructor(gate: InputGate, handler: ChannelHandler) {
    this.#gate = gate
    this.#handler = handler
  }

  process(): InputStatus {
    if (this.#gate.poll(this.#handler)) return 'moved'
    return this.#gate.allEnded ? 'ended' : 'waiting'
  }

  hasData(): boolean {
    return this.#gate.hasData()
  }
}
