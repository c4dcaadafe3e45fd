// Duty: the way back of a loop, from a tail to the head beside it, and the tail's end of it as an output of its task.
// Invariants: both ends are in one worker, as subtasks with the same number of one slot sharing group are. The tail never
// waits: what the head does not take goes on waiting in memory, then in a file. So a loop that is full cannot stand still.
// The hash of a record's key goes with it. Once the head has ended nothing may come back, as nobody would notice.
// Thread: the one worker that owns both ends.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { ChannelReader } from './channel.js'
import type { InputInterrupt } from './input-interrupt.js'
import type { LocalChannel } from './local-channel.js'
import { RecordWriter } from './record-writer.js'

export class FeedbackChannel {
  readonly #channel: LocalChannel
  #hasEnded = false
  /** Records have come by a key. */
  hasKeys = false

  constructor(channel: LocalChannel) {
    this.#channel = channel
  }

  get reader(): ChannelReader {
    return this.#channel.reader
  }

  /** Of what has no room in the queue. */
  get waitingBytes(): number {
    return this.#channel.writer.waitingBytes
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** The loop is empty, and its head gives out no more records. */
  end(): void {
    this.#hasEnded = true
  }

  output(options: FeedbackOutputOptions): FeedbackOutput {
    return new FeedbackOutput(this, this.#channel, options)
  }
}

export interface FeedbackOutputOptions {
  /** The tail. */
  readonly operatorName: string
  readonly interrupt: InputInterrupt
  readonly bufferTimeoutMs: number
}

export class FeedbackOutput {
  readonly writer: RecordWriter
  readonly #channel: FeedbackChannel
  readonly #operatorName: string
  /** One channel; the hash is that of the record at hand. */
  readonly #partitioner = { keyHash: 0, selectChannel: () => 0 }

  constructor(channel: FeedbackChannel, { writer }: LocalChannel, options: FeedbackOutputOptions) {
    this.#channel = channel
    this.#operatorName = options.operatorName
    this.writer = new RecordWriter({ ...options, channels: [writer], partitioner: this.#partitioner })
  }

  emit(value: unknown, timestamp: number, keyHash: number): void {
    if (this.#channel.hasEnded) throw new FlinkError('ITERATION_HAS_ENDED', { operator: this.#operatorName })
    this.#partitioner.keyHash = keyHash
    if (keyHash !== 0) this.#channel.hasKeys = true
    this.writer.emit(value, timestamp)
  }
}
