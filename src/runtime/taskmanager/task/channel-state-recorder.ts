// Duty: what is in flight in the channels into a task, for the checkpoint whose barriers have overtaken it: from `taking` on held
// channels wait, from `start` on each channel with its barrier has its part and the others are recorded until theirs comes.
// Invariants: what is still to be replayed of the restored checkpoint is before all that the channels hold. Of a channel is taken what
// was not delivered when the snapshot was taken and lies before the barrier, each record once. An announced barrier holds its channel until the
// snapshot is taken, and not longer. A channel whose end is there has its barrier. One checkpoint at a time: a newer one ends an older one.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { ChannelReader } from '../network/channel.js'
import { InFlightRecords, type CapturedChannel, type ChannelRecords } from '../network/in-flight-records.js'
import type { GateHandler } from '../network/input-gate.js'
import { RecordingHandler } from '../network/recording-handler.js'
import type { ReplayedRecords } from './replayed-records.js'

/** A channel into the task, by its place in the gate. */
export interface RecordedChannel {
  readonly reader: ChannelReader
  /** Barriers keep their places in it. */
  readonly alignedOnly: boolean
  /** For records that stand on their own. */
  readonly serializer: TypeSerializer<unknown>
  readonly records: ChannelRecords
}

interface Recording {
  readonly checkpointId: number
  /** What of the restored checkpoint was still to be replayed. */
  readonly replayed: readonly CapturedChannel[]
  readonly captured: InFlightRecords[][]
  /** Of channels that are being recorded. */
  readonly handlers: GateHandler[]
  readonly isComplete: boolean[]
  readonly resolve: (channels: readonly CapturedChannel[]) => void
  readonly reject: (error: unknown) => void
}

/** A snapshot that will be taken as soon as nothing else is pending. */
interface Taking {
  readonly checkpointId: number
  /** Channels whose barrier came, or that have ended. */
  readonly arrived: ReadonlySet<number>
}

export class ChannelStateRecorder {
  readonly #channels: readonly RecordedChannel[]
  readonly #replayed: Pick<ReplayedRecords, 'rest'>
  readonly #hasEnded: boolean[]
  #taking: Taking | undefined
  #recording: Recording | undefined

  constructor(channels: readonly RecordedChannel[], replayed: Pick<ReplayedRecords, 'rest'>) {
    this.#channels = channels
    this.#replayed = replayed
    this.#hasEnded = channels.map(() => false)
  }

  /** Of the checkpoint that is being recorded. */
  get checkpointId(): number | undefined {
    return this.#recording?.checkpointId
  }

  get takingId(): number | undefined {
    return this.#taking?.checkpointId
  }

  mustAlign(channelIndex: number): boolean {
    return this.#channels[channelIndex]?.alignedOnly !== false
  }

  /** The snapshot will be taken: until it is, or will not be, announced barriers hold their channels. */
  taking(checkpointId: number, arrived: ReadonlySet<number>): void {
    this.#taking = { checkpointId, arrived }
  }

  /** It will not be taken. */
  dropped(checkpointId: number): void {
    if (this.#taking?.checkpointId === checkpointId) this.#taking = undefined
  }

  /** In the synchronous part of the snapshot. Settles when all barriers are there; rejects when one will not come. */
  start(checkpointId: number): Promise<readonly CapturedChannel[]> {
    const arrived = this.#taking?.checkpointId === checkpointId ? this.#taking.arrived : new Set<number>()
    this.dropped(checkpointId)
    this.abort(`checkpoint ${String(checkpointId)} came before all of its barriers`)
    return new Promise((resolve, reject) => {
      const captured = this.#channels.map(() => [])
      const isComplete = this.#channels.map((_, index) => this.#hasEnded[index] === true)
      const replayed = this.#replayed.rest()
      this.#recording = { checkpointId, replayed, captured, handlers: [], isComplete, resolve, reject }
      for (const [index, { reader }] of this.#channels.entries()) {
        let announced = reader.announcedBarrier()
        while (announced !== undefined && announced.checkpointId < checkpointId) {
          reader.releaseAnnounced()
          announced = reader.announcedBarrier()
        }
        if (announced === undefined) {
          if (arrived.has(index)) this.#complete(index)
          else if (reader.isEndQueued) this.#takeRest(index)
          continue
        }
        this.barrierAnnounced(announced.checkpointId, index)
        if (announced.checkpointId === checkpointId) reader.releaseAnnounced()
      }
      this.#checkComplete()
    })
  }

  /** What is in flight in the channel is that before the barrier, as long as it is held. */
  barrierAnnounced(checkpointId: number, channelIndex: number): void {
    if (this.#of(checkpointId, channelIndex) !== undefined) this.#takeRest(channelIndex)
  }

  /** Channels of which the end is there, if not read: no barrier will come. */
  get hasQueuedEnd(): boolean {
    const recording = this.#recording
    if (recording === undefined) return false
    return this.#channels.some(({ reader }, index) => recording.isComplete[index] !== true && reader.isEndQueued)
  }

  takeQueuedEnds(): void {
    for (const [index, { reader }] of this.#channels.entries()) {
      if (this.#recording !== undefined && this.#recording.isComplete[index] !== true && reader.isEndQueued) {
        this.#takeRest(index)
      }
    }
  }

  /** Among the records: all before it was delivered. */
  barrierCame(checkpointId: number, channelIndex: number): void {
    if (this.#of(checkpointId, channelIndex) !== undefined) this.#complete(channelIndex)
  }

  channelEnded(channelIndex: number): void {
    this.#hasEnded[channelIndex] = true
    if (this.#recording !== undefined) this.#complete(channelIndex)
  }

  /** The one that is being recorded will not be complete here. */
  abort(reason: string): void {
    const { checkpointId } = this
    if (checkpointId !== undefined) this.#fail(new FlinkError('CHECKPOINT_DECLINED', { checkpointId, reason }))
  }

  /** Nobody wants it any more. */
  cancel(checkpointId: number): void {
    if (this.#recording?.checkpointId === checkpointId) this.abort('it was cancelled')
  }

  /** Who gets what the channel delivers. */
  handlerOf(channelIndex: number, handler: GateHandler): GateHandler {
    const recording = this.#recording
    const channel = this.#channels[channelIndex]
    if (recording === undefined || channel === undefined || recording.isComplete[channelIndex] === true) return handler
    const known = recording.handlers[channelIndex]
    if (known !== undefined) return known
    const records = new InFlightRecords(channel.serializer)
    recording.captured[channelIndex]?.push(records)
    const recordingHandler = new RecordingHandler(handler, {
      record: (value, timestamp, keyHash) => {
        if (this.#recording !== recording) return
        try {
          records.add(value, timestamp, keyHash)
        } catch (error) {
          this.#fail(error)
        }
      },
      time: (time) => {
        if (this.#recording === recording) records.addTime(time)
      },
    })
    recording.handlers[channelIndex] = recordingHandler
    return recordingHandler
  }

  /** The recording, where it is of this checkpoint and the channel's part is still open; a newer barrier gives it up. */
  #of(checkpointId: number, channelIndex: number): Recording | undefined {
    const recording = this.#recording
    if (recording === undefined || recording.isComplete[channelIndex] === true) return undefined
    if (recording.checkpointId < checkpointId) this.abort(`checkpoint ${String(checkpointId)} came before it`)
    return recording.checkpointId === checkpointId ? recording : undefined
  }

  /** All that is in flight in the channel is before its barrier. */
  #takeRest(channelIndex: number): void {
    const channel = this.#channels[channelIndex]
    if (channel === undefined) return
    try {
      this.#recording?.captured[channelIndex]?.push(channel.reader.inFlight(channel.serializer))
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#complete(channelIndex)
  }

  #complete(channelIndex: number): void {
    const recording = this.#recording
    if (recording === undefined) return
    recording.isComplete[channelIndex] = true
    this.#checkComplete()
  }

  #checkComplete(): void {
    const recording = this.#recording
    if (recording?.isComplete.every(Boolean) !== true) return
    this.#recording = undefined
    const captured = this.#channels.map(({ records }, index) => ({
      ...records,
      parts: recording.captured[index] ?? [],
    }))
    recording.resolve([...recording.replayed, ...captured])
  }

  #fail(error: unknown): void {
    const recording = this.#recording
    this.#recording = undefined
    recording?.reject(error)
  }
}
