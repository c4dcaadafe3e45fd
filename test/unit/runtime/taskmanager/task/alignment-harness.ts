/** The input of a task: channels, gate and barrier handler, with a head operator that remembers what it got. */
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { InputGate } from '../../../../../src/runtime/taskmanager/network/input-gate.js'
import { RowCopier } from '../../../../../src/core/types/row-copier.js'
import { LocalChannel } from '../../../../../src/runtime/taskmanager/network/local-channel.js'
import type { ChannelWriter } from '../../../../../src/runtime/taskmanager/network/channel.js'
import { CheckpointBarrierHandler } from '../../../../../src/runtime/taskmanager/task/checkpoint-barrier-handler.js'
import { InputHandler } from '../../../../../src/runtime/taskmanager/task/input-handler.js'
import { PendingTime } from '../../../../../src/runtime/taskmanager/eventtime/pending-time.js'
import { testBarrier } from '../test-barriers.js'
import { noMarkers } from './outside-of-loops.js'

const ignore = (): void => undefined

export class AlignmentHarness {
  readonly clock = new ManualClock()
  readonly gate: InputGate
  readonly barriers: CheckpointBarrierHandler
  readonly processed: string[] = []
  /** Checkpoints taken, with everything processed before. */
  readonly snapshots = new Map<number, readonly string[]>()
  /** `taken 1`, `aborted 2`, in order. */
  readonly outcomes: string[] = []
  readonly reasons: string[] = []
  readonly alignmentsMs: number[] = []
  readonly #writers: readonly ChannelWriter[]
  readonly #handlers: readonly InputHandler[]

  constructor(channelCount: number, mode: 'EXACTLY_ONCE' | 'AT_LEAST_ONCE' = 'EXACTLY_ONCE') {
    const channels = Array.from(
      { length: channelCount },
      () => new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() }),
    )
    this.#writers = channels.map(({ writer }) => writer)
    this.gate = new InputGate(channels.map(({ reader }) => ({ reader, input: 0 })))
    const actions = {
      blockChannel: (index: number): void => {
        this.gate.blockChannel(index)
      },
      unblockAll: (): void => {
        this.gate.unblockAll()
      },
      checkpoint: ({ checkpointId }: { checkpointId: number }, alignmentMs: number): void => {
        this.outcomes.push(`taken ${String(checkpointId)}`)
        this.snapshots.set(checkpointId, [...this.processed])
        this.alignmentsMs.push(alignmentMs)
      },
      abort: (checkpointId: number, reason: string): void => {
        this.outcomes.push(`aborted ${String(checkpointId)}`)
        this.reasons.push(reason)
      },
      abandon: (checkpointId: number): void => {
        this.outcomes.push(`abandoned ${String(checkpointId)}`)
      },
    }
    this.barriers = new CheckpointBarrierHandler(channelCount, mode === 'EXACTLY_ONCE', actions, this.clock)
    const input = {
      processElement: (value: unknown): void => {
        this.processed.push(String(value))
      },
      processWatermark: () => true,
      prepareKeys: ignore,
      processWatermarkStatus: () => true,
    }
    const { gate, barriers } = this
    const time = new PendingTime(() => undefined)
    const markers = noMarkers(channelCount)
    this.#handlers = [new InputHandler({ gate, number: 0, input, barriers, markers, time, mayContinue: () => true })]
  }

  write(channel: number, ...values: readonly string[]): this {
    for (const value of values) this.#writer(channel).writeRecord(value, 0, 0)
    this.#writer(channel).flush()
    return this
  }

  barrier(channel: number, checkpointId: number): this {
    this.#writer(channel).writeBarrier(testBarrier(checkpointId))
    return this
  }

  cancel(channel: number, checkpointId: number): this {
    this.#writer(channel).writeCancelBarrier(checkpointId)
    return this
  }

  end(channel: number): this {
    this.#writer(channel).writeEndOfData()
    this.#writer(channel).writeEndOfPartition()
    return this
  }

  /** One turn of the gate; false when nothing can be read. */
  pollOnce(): boolean {
    return this.gate.poll(this.#handlers)
  }

  /** Reads whatever can be read. */
  poll(): this {
    while (this.pollOnce());
    return this
  }

  #writer(channel: number): ChannelWriter {
    const writer = this.#writers[channel]
    if (writer === undefined) throw new Error(`there is no channel ${String(channel)}`)
    return writer
  }
}
