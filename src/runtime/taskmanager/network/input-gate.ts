// Duty: the channels of all inputs of a task, polled in turn; what one delivers goes to the handler of its input.
// Invariants: fair: after a channel was drained the next poll begins with the next input, and within an input with the channel
// after the one that was drained last. So an input with one channel has its turn as often as one with many. A blocked or ended
// channel is not polled. What comes back in a loop goes before what comes into it, or all of that would go round at once; but
// now and then the others have their turn, as barriers come through them.
// Thread: the consuming task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { ChannelHandler, ChannelReader } from './channel.js'

export interface GateChannel {
  readonly reader: ChannelReader
  /** Which input of the task's head operator. */
  readonly input: number
  /** Present where it comes from the head of a loop. */
  readonly comesBack?: true
}

/** So often in a row goes what comes back in a loop. One million records, ten rounds each: 33 s became FIGURE. */
const BACK_IN_A_ROW = 63

/** The channels of one input, and whose turn it is. */
interface InputTurn {
  readonly input: number
  readonly channels: readonly number[]
  /** Place in `channels`. */
  next: number
}

/** Of some inputs, and whose turn it is. */
interface Turns {
  readonly turns: readonly InputTurn[]
  /** Place in `turns`. */
  next: number
}

export class InputGate {
  readonly channels: readonly GateChannel[]
  readonly #blocked: boolean[]
  readonly #dataEnded: boolean[]
  readonly #ended: boolean[]
  readonly #turns: Turns
  /** Of what comes back in loops. */
  readonly #turnsBack: Turns
  #backInARow = 0
  #channelsWithData: number

  constructor(channels: readonly GateChannel[]) {
    this.channels = channels
    this.#blocked = channels.map(() => false)
    this.#dataEnded = channels.map(() => false)
    this.#ended = channels.map(() => false)
    this.#channelsWithData = channels.length
    this.#turns = { turns: turnsOf(channels, undefined), next: 0 }
    this.#turnsBack = { turns: turnsOf(channels, true), next: 0 }
  }

  /** Drains one channel that has data; false when none has. There is a handler for each input, in the order of their numbers. */
  poll(handlers: readonly ChannelHandler[]): boolean {
    if (this.#turnsBack.turns.length === 0) return this.#pollTurns(this.#turns, handlers)
    if (this.#backInARow < BACK_IN_A_ROW && this.#pollTurns(this.#turnsBack, handlers)) {
      this.#backInARow += 1
      return true
    }
    this.#backInARow = 0
    return this.#pollTurns(this.#turns, handlers) || this.#pollTurns(this.#turnsBack, handlers)
  }

  #pollTurns(turns: Turns, handlers: readonly ChannelHandler[]): boolean {
    const { length } = turns.turns
    for (let step = 0; step < length; step += 1) {
      const turn = turns.turns[(turns.next + step) % length]
      const index = turn === undefined ? -1 : this.#takeReadable(turn)
      if (index < 0) continue
      turns.next = (turns.next + step + 1) % length
      const handler = handlers[turn?.input ?? -1]
      if (handler === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'a channel belongs to no input' })
      this.channels[index]?.reader.drain(handler, index)
      return true
    }
    return false
  }

  hasData(): boolean {
    return this.channels.some((_, index) => this.#isReadable(index))
  }

  blockChannel(index: number): void {
    this.#blocked[index] = true
  }

  unblockAll(): void {
    this.#blocked.fill(false)
  }

  /** All records of the channel were delivered; barriers may follow. */
  endData(index: number): void {
    if (this.#dataEnded[index] === true) return
    this.#dataEnded[index] = true
    this.#channelsWithData -= 1
  }

  get allDataEnded(): boolean {
    return this.#channelsWithData === 0
  }

  endChannel(index: number): void {
    this.#ended[index] = true
  }

  hasEnded(index: number): boolean {
    return this.#ended[index] === true
  }

  get allEnded(): boolean {
    return this.#ended.every(Boolean)
  }

  close(): void {
    for (const { reader } of this.channels) reader.close()
  }

  /** Index of the channel whose turn it is; -1 when none of them has anything. */
  #takeReadable(turn: InputTurn): number {
    const { length } = turn.channels
    for (let step = 0; step < length; step += 1) {
      const at = (turn.next + step) % length
      const index = turn.channels[at] ?? -1
      if (!this.#isReadable(index)) continue
      turn.next = (at + 1) % length
      return index
    }
    return -1
  }

  #isReadable(index: number): boolean {
    return (
      this.#blocked[index] !== true && this.#ended[index] !== true && this.channels[index]?.reader.hasData() === true
    )
  }
}

function turnsOf(channels: readonly GateChannel[], comesBack: true | undefined): InputTurn[] {
  const inputs = [...new Set(channels.map(({ input }) => input))].sort((a, b) => a - b)
  const turns = inputs.map((input) => {
    const own = [...channels.keys()].filter(
      (index) => channels[index]?.input === input && channels[index]?.comesBack === comesBack,
    )
    return { input, channels: own, next: 0 }
  })
  return turns.filter((turn) => turn.channels.length > 0)
}
