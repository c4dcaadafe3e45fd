// Duty: a channel whose two ends are in one worker: batches of records, each copied when it is written.
// Invariants: same order and same bounds as a ring; what exceeds them waits as bytes. A record arrives as through a
// ring, whatever happens to its object after it was written, also with `pipeline.object-reuse`: it waits here while its
// writer goes on. What arrives is the reader's alone. A batch is not touched by the writer after it was handed over.
// Thread: the one worker that owns both ends.
import type { Copier } from '../../../core/types/copier.js'
import { rowStreamSerializer } from '../../../core/types/row-stream-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import {
  barrierEvent,
  cancelBarrierEvent,
  deliverEvent,
  END_OF_DATA,
  END_OF_PARTITION,
  iterationMarkerEvent,
  timeOf,
  watermarkEvent,
  watermarkStatusEvent,
  type Segment,
} from './channel-event.js'
import type { ChannelHandler, ChannelReader, ChannelWriter } from './channel.js'
import { CheckpointBarriers } from './checkpoint-barriers.js'
import { ElementQueue, type LocalAnnouncement } from './element-queue.js'
import { EncodedElements } from './encoded-elements.js'
import { InFlightRecords } from './in-flight-records.js'
import { RecordBatch } from './record-batch.js'
import { SLOT_KIND } from './slot-kind.js'
import type { CheckpointBarrier, WatermarkStatus } from './stream-element.js'
import { WaitingSpace } from './waiting-space.js'

/** Records that wait between two tasks, over all channels of the one that sends. */
const QUEUED_RECORDS = 4096
const MAX_BATCH_RECORDS = 256
const MIN_BATCH_RECORDS = 16
const MAX_BATCHES = 16
const MIN_BATCHES = 4

/** How much a channel holds. */
export interface LocalChannelCapacity {
  readonly batchRecords: number
  readonly batches: number
}

/** The more channels a task has, the less goes into each: first fewer batches wait, then they are smaller. */
export function localChannelCapacity(channels: number): LocalChannelCapacity {
  const records = QUEUED_RECORDS / Math.max(1, channels)
  const batches = Math.min(MAX_BATCHES, Math.max(MIN_BATCHES, Math.floor(records / MAX_BATCH_RECORDS)))
  const batchRecords = Math.min(MAX_BATCH_RECORDS, Math.max(MIN_BATCH_RECORDS, Math.floor(records / batches)))
  return { batchRecords, batches }
}

export interface LocalChannelOptions {
  /** Wake the tasks at the two ends. */
  readonly onData: () => void
  readonly onRoom: () => void
  readonly copier: Copier
  /** What is written is nobody else's: batches are taken as they are. */
  readonly takesBatches?: boolean
  /** For what waits beyond the capacity, where it does so. */
  readonly createSerializer?: () => TypeSerializer<unknown>
  readonly waitingSpace?: WaitingSpace
  readonly capacity?: LocalChannelCapacity
  /** `writer`, the default: it is told to wait. `nobody`: all that it writes goes on waiting here. */
  readonly waits?: 'writer' | 'nobody'
  readonly barriers?: CheckpointBarriers
}

export class LocalChannel {
  readonly writer: ChannelWriter
  readonly reader: ChannelReader

  constructor(options: LocalChannelOptions) {
    const { copier, capacity = localChannelCapacity(1) } = options
    const { createSerializer = rowStreamSerializer, waitingSpace = new WaitingSpace() } = options
    const { barriers = new CheckpointBarriers(), waits = 'writer', takesBatches = false } = options
    const beyond = new EncodedElements(waitingSpace, createSerializer, capacity.batchRecords)
    const queue = new ElementQueue(beyond, capacity.batches, options)
    this.writer = new LocalChannelWriter({
      queue,
      copier,
      barriers,
      waits,
      takesBatches,
      batchRecords: capacity.batchRecords,
    })
    this.reader = new LocalChannelReader(queue, barriers, waits)
  }
}

interface LocalWriterInput {
  readonly queue: ElementQueue
  readonly copier: Copier
  readonly barriers: CheckpointBarriers
  readonly waits: 'writer' | 'nobody'
  readonly takesBatches: boolean
  readonly batchRecords: number
}

class LocalChannelWriter implements ChannelWriter {
  readonly #queue: ElementQueue
  readonly #copier: Copier
  readonly #barriers: CheckpointBarriers
  readonly #isBounded: boolean
  readonly #takesBatches: boolean
  readonly #batchRecords: number
  #batch: RecordBatch
  #lastKeyHash = 0
  #lastBarrier: LocalAnnouncement | undefined

  constructor({ queue, copier, barriers, waits, takesBatches, batchRecords }: LocalWriterInput) {
    this.#queue = queue
    this.#copier = copier
    this.#barriers = barriers
    this.#isBounded = waits === 'writer'
    this.#takesBatches = takesBatches
    this.#batchRecords = batchRecords
    this.#batch = new RecordBatch(batchRecords)
  }

  get waitingBytes(): number {
    return this.#queue.beyond.sizeBytes
  }

  writeRecord(value: unknown, timestamp: number, keyHash: number): void {
    if (this.#queue.isBeyond) {
      this.#queue.beyond.addRecord(value, timestamp, keyHash)
      return
    }
    this.#lastKeyHash = keyHash
    this.#batch.add(this.#copier.copy(value), timestamp, keyHash)
    if (this.#batch.isFull) this.#pushBatch()
  }

  writeBatch(batch: RecordBatch): boolean {
    if (!this.#takesBatches || this.#queue.isBeyond) return false
    this.#pushBatch()
    this.#queue.push(batch)
    return true
  }

  /** Among the records that wait to be flushed. */
  writeWatermark(timestamp: number): void {
    if (this.#queue.isBeyond) this.#queue.beyond.addWatermark(timestamp)
    else if (this.#batch.isEmpty) this.#queue.push(watermarkEvent(timestamp))
    else {
      this.#batch.addWatermark(timestamp, this.#lastKeyHash)
      if (this.#batch.isFull) this.#pushBatch()
    }
  }

  writeWatermarkStatus(status: WatermarkStatus): void {
    this.#writeEvent(watermarkStatusEvent(status))
  }

  writeBarrier(barrier: CheckpointBarrier): void {
    this.#pushBatch()
    const { isBeyond, beyond, pushed } = this.#queue
    this.#lastBarrier = { barrier, place: pushed + (isBeyond ? beyond.countBeforeEvent : 0) }
    if (isBeyond) beyond.addEvent(barrierEvent(this.#barriers.encode(barrier)))
    else this.#queue.push(barrier)
  }

  isBarrierOut(checkpointId: number): boolean {
    const place = this.#placeOf(checkpointId)
    return place === undefined || this.#queue.closed || place < this.#queue.pushed
  }

  overtakeLate(barrier: CheckpointBarrier, serializer: TypeSerializer<unknown>): InFlightRecords | undefined {
    const place = this.#placeOf(barrier.checkpointId)
    const { closed, taken, pushed, beyond } = this.#queue
    if (!this.#isBounded || place === undefined || closed || taken > place) return undefined
    this.#queue.announce(barrier, Math.min(place, pushed))
    const records = new InFlightRecords(serializer)
    if (place > pushed) beyond.addRest(records, place - pushed)
    return records
  }

  /** A tail never waits, and its barriers keep their places. */
  announceBarrier(barrier: CheckpointBarrier): boolean {
    if (!this.#isBounded) return false
    this.#queue.announce(barrier)
    return true
  }

  writeCancelBarrier(checkpointId: number): void {
    this.#writeEvent(cancelBarrierEvent(checkpointId))
  }

  writeIterationMarker(quietRounds: number): void {
    this.#writeEvent(iterationMarkerEvent(quietRounds))
  }

  writeEndOfData(): void {
    this.#writeEvent(END_OF_DATA)
  }

  writeEndOfPartition(): void {
    this.#writeEvent(END_OF_PARTITION)
  }

  flush(): boolean {
    this.#pushBatch()
    return !this.#isBounded || this.#queue.beyond.isEmpty
  }

  hasPending(): boolean {
    return !this.#batch.isEmpty || (this.#isBounded && !this.#queue.beyond.isEmpty)
  }

  isAvailable(): boolean {
    return !this.#isBounded || this.#queue.hasRoom
  }

  inFlight(serializer: TypeSerializer<unknown>): InFlightRecords {
    const records = new InFlightRecords(serializer)
    // Nothing lies beyond while there is something in the batch.
    if (!this.#queue.closed) this.#batch.addRest(records)
    this.#queue.beyond.addRest(records)
    return records
  }

  close(): void {
    this.#batch = new RecordBatch(this.#batchRecords)
    this.#queue.beyond.clear()
  }

  /** Of the barrier that was written last, if it is this checkpoint's. */
  #placeOf(checkpointId: number): number | undefined {
    return this.#lastBarrier?.barrier.checkpointId === checkpointId ? this.#lastBarrier.place : undefined
  }

  #pushBatch(): void {
    if (this.#batch.isEmpty) return
    this.#queue.push(this.#batch)
    this.#batch = new RecordBatch(this.#batchRecords)
  }

  #writeEvent(event: Segment): void {
    this.#pushBatch()
    if (this.#queue.isBeyond) this.#queue.beyond.addEvent(event)
    else this.#queue.push(event)
  }
}

function addTimeOf(event: Segment, records: InFlightRecords): void {
  const time = timeOf(event)
  if (time !== undefined) records.addTime(time)
}

class LocalChannelReader implements ChannelReader {
  readonly mayAnnounce: boolean
  readonly #queue: ElementQueue
  readonly #barriers: CheckpointBarriers
  #announced: LocalAnnouncement | undefined

  constructor(queue: ElementQueue, barriers: CheckpointBarriers, waits: 'writer' | 'nobody') {
    this.#queue = queue
    this.#barriers = barriers
    this.mayAnnounce = waits === 'writer'
  }

  hasData(): boolean {
    return this.#readable() > 0
  }

  queuedBuffers(): number {
    return this.#queue.elements.length
  }

  get isEndQueued(): boolean {
    const last = this.#queue.elements.at(-1)
    const isEnd = last !== undefined && 'kind' in last && last.kind === SLOT_KIND.endOfPartition
    return isEnd && !this.#queue.isBeyond
  }

  announcedBarrier(): CheckpointBarrier | undefined {
    return this.#takeAnnounced()?.barrier
  }

  releaseAnnounced(): void {
    this.#announced = undefined
  }

  inFlight(serializer: TypeSerializer<unknown>): InFlightRecords {
    const records = new InFlightRecords(serializer)
    const elements = this.#queue.elements.slice(0, this.#readable())
    for (const element of elements) {
      if (element instanceof RecordBatch) element.addRest(records)
      else if ('kind' in element) addTimeOf(element, records)
    }
    return records
  }

  drain(handler: ChannelHandler, channelIndex: number): void {
    const [element] = this.#queue.elements
    if (element === undefined || this.#readable() === 0) return
    if (element instanceof RecordBatch) {
      if (handler.onBatch?.(element) === true) {
        this.#queue.shift()
        return
      }
      element.deliver(handler, channelIndex)
      if (element.isDelivered) this.#queue.shift()
      return
    }
    this.#queue.shift()
    if ('checkpointId' in element) {
      handler.onBarrier(element, channelIndex)
      return
    }
    if (element.kind === SLOT_KIND.endOfPartition) this.#queue.close()
    deliverEvent(element, { handler, channelIndex, barriers: this.#barriers })
  }

  close(): void {
    this.#queue.close()
    this.#announced = undefined
  }

  /** Elements before an announced barrier. */
  #readable(): number {
    const { elements, taken } = this.#queue
    const announced = this.#takeAnnounced()
    return announced === undefined ? elements.length : Math.min(elements.length, Math.max(0, announced.place - taken))
  }

  /** One after the other: a newer one waits until this one is released. */
  #takeAnnounced(): LocalAnnouncement | undefined {
    if (this.#announced !== undefined || this.#queue.announced === undefined) return this.#announced
    this.#announced = this.#queue.announced
    this.#queue.announced = undefined
    return this.#announced
  }
}
