// Duty: the channels of all inputs of a task, polled in turn; what one delivers goes to the handler of its input.
// Invariants: fair: after a channel was drained the next poll begins with the one after it; a blocked or ended channel
// is not polled.
// Thread: the consuming task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { ChannelHandler, ChannelReader } from './channel.js'

export interface GateChannel {
  readonly reader: ChannelReader
  /** Which input of the task's head operator. */
  readonly input: number
}

export class InputGate {
  readonly channels: readonly GateChannel[]
  readonly #blocked: boolean[]
  readonly #dataEnded: boolean[]
  readonly #ended: boolean[]
  #channelsWithData: number
  #next = 0

  constructor(channels: readonly GateChannel[]) {
    this.channels = channels
    this.#blocked = channels.map(() => false)
    this.#dataEnded = channels.map(() => false)
    this.#ended = channels.map(() => false)
    this.#channelsWithData = channels.length
  }

  /** Drains one channel that has data; false when none has. There is a handler for each input, in the order of their numbers. */
  poll(handlers: readonly ChannelHandler[]): boolean {
    const { length } = this.channels
    for (let step = 0; step < length; step += 1) {
      const index = (this.#next + step) % length
      if (!this.#isReadable(index)) continue
      this.#next = (index + 1) % length
      const channel = this.channels[index]
      const handler = handlers[channel?.input ?? -1]
      if (handler === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'a channel belongs to no input' })
      channel?.reader.drain(handler, index)
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

  #isReadable(index: number): boolean {
    return (
      this.#blocked[index] !== true && this.#ended[index] !== true && this.channels[index]?.reader.hasData() === true
    )
  }
}
