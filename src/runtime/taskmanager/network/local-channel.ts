// Duty: a channel whose two ends are in one worker: batches of records, each copied when it is written.
// Invariants: same order and same bounds as a ring. A record arrives as through a ring, whatever happens to its object
// after it was written, also with `pipeline.object-reuse`: it waits here while its writer goes on. What arrives is the
// reader's alone. A batch is not touched by the writer after it was handed over.
// Thread: the one worker that owns both ends.
import type { Copier } from '../../../core/types/copier.js'
import type { ChannelHandler, ChannelReader, ChannelWriter } from './channel.js'
import { RecordBatch } from './record-batch.js'
import type { CheckpointBarrier, WatermarkStatus } from './stream-element.js'

/** Records that wait between two tasks, over all channels of the one that sends. */
const QUEUED_RECORDS = 4096
const MAX_BATCH_RECORDS = 256
const MIN_BATCH_RECORDS = 16
const MAX_BATCHES = 16
const MIN_BATCHES = 4

/** How much a channel holds. */
interface Capacity {
  readonly batchRecords: number
  readonly batches: number
}

/** The more channels a task has, the less goes into each: first fewer batches wait, then they are smaller. */
export function localChannelCapacity(channels: number): Capacity {
  const records = QUEUED_RECORDS / Math.max(1, channels)
  const batches = Math.min(MAX_BATCHES, Math.max(MIN_BATCHES, Math.floor(records / MAX_BATCH_RECORDS)))
  const batchRecords = Math.min(MAX_BATCH_RECORDS, Math.max(MIN_BATCH_RECORDS, Math.floor(records / batches)))
  return { batchRecords, batches }
}

type Element = RecordBatch | ((handler: ChannelHandler, channelIndex: number) => void)

export interface LocalChannelOptions {
  /** Wake the tasks at the two ends. */
  readonly onData: () => void
  readonly onRoom: () => void
  readonly copier: Copier
  readonly capacity?: Capacity
}

export class LocalChannel {
  readonly writer: ChannelWriter
  readonly reader: ChannelReader

  constructor(options: LocalChannelOptions) {
    const { onData, onRoom, copier, capacity = localChannelCapacity(1) } = options
    const queue = new ElementQueue(onData, onRoom, capacity.batches)
    this.writer = new LocalChannelWriter(queue, copier, capacity.batchRecords)
    this.reader = new LocalChannelReader(queue)
  }
}

class ElementQueue {
  readonly elements: Element[] = []
  closed = false
  readonly maxLength: number
  readonly #onData: () => void
  readonly #onRoom: () => void

  constructor(onData: () => void, onRoom: () => void, maxLength: number) {
    this.maxLength = maxLength
    this.#onData = onData
    this.#onRoom = onRoom
  }

  push(element: Element): void {
    if (this.closed) return
    this.elements.push(element)
    this.#onData()
  }

  shift(): void {
    this.elements.shift()
    if (this.elements.length === this.maxLength - 1) this.#onRoom()
  }

  /** The reader reads no more: nothing waits for it. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.elements.length = 0
    this.#onRoom()
  }
}

class LocalChannelWriter implements ChannelWriter {
  readonly #queue: ElementQueue
  readonly #copier: Copier
  readonly #batchRecords: number
  #batch: RecordBatch

  constructor(queue: ElementQueue, copier: Copier, batchRecords: number) {
    this.#queue = queue
    this.#copier = copier
    this.#batchRecords = batchRecords
    this.#batch = new RecordBatch(batchRecords)
  }

  writeRecord(value: unknown, timestamp: number, keyHash: number): void {
    this.#batch.add(this.#copier.copy(value), timestamp, keyHash)
    if (this.#batch.isFull) this.flush()
  }

  writeWatermark(timestamp: number): void {
    this.#writeEvent((handler, channelIndex) => {
      handler.onWatermark(timestamp, channelIndex)
    })
  }

  writeWatermarkStatus(status: WatermarkStatus): void {
    this.#writeEvent((handler, channelIndex) => {
      handler.onWatermarkStatus(status, channelIndex)
    })
  }

  writeBarrier(barrier: CheckpointBarrier): void {
    this.#writeEvent((handler, channelIndex) => {
      handler.onBarrier(barrier, channelIndex)
    })
  }

  writeCancelBarrier(checkpointId: number): void {
    this.#writeEvent((handler, channelIndex) => {
      handler.onCancelBarrier(checkpointId, channelIndex)
    })
  }

  writeEndOfData(): void {
    this.#writeEvent((handler, channelIndex) => {
      handler.onEndOfData(channelIndex)
    })
  }

  writeEndOfPartition(): void {
    this.#writeEvent((handler, channelIndex) => {
      this.#queue.close()
      handler.onEndOfPartition(channelIndex)
    })
  }

  flush(): boolean {
    if (!this.#batch.isEmpty) {
      this.#queue.push(this.#batch)
      this.#batch = new RecordBatch(this.#batchRecords)
    }
    return true
  }

  hasPending(): boolean {
    return !this.#batch.isEmpty
  }

  isAvailable(): boolean {
    return this.#queue.closed || this.#queue.elements.length < this.#queue.maxLength
  }

  close(): void {
    this.#batch = new RecordBatch(this.#batchRecords)
  }

  #writeEvent(event: (handler: ChannelHandler, channelIndex: number) => void): void {
    this.flush()
    this.#queue.push(event)
  }
}

class LocalChannelReader implements ChannelReader {
  readonly #queue: ElementQueue

  constructor(queue: ElementQueue) {
    this.#queue = queue
  }

  hasData(): boolean {
    return this.#queue.elements.length > 0
  }

  queuedBuffers(): number {
    return this.#queue.elements.length
  }

  drain(handler: ChannelHandler, channelIndex: number): void {
    const [element] = this.#queue.elements
    if (element === undefined) return
    if (typeof element === 'function') {
      this.#queue.shift()
      element(handler, channelIndex)
      return
    }
    element.deliver(handler)
    if (element.isDelivered) this.#queue.shift()
  }

  close(): void {
    this.#queue.close()
  }
}
