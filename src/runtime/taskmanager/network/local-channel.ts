// Duty: a channel whose two ends are in one worker: batches of records are handed over by reference.
// Invariants: same order and same bounds as a ring; a batch is not touched by the writer after it was handed over.
// Thread: the one worker that owns both ends.
import type { ChannelHandler, ChannelReader, ChannelWriter } from './channel.js'
import { RecordBatch } from './record-batch.js'
import type { CheckpointBarrier, WatermarkStatus } from './stream-element.js'

const BATCH_RECORDS = 256
const MAX_BATCHES = 16

type Element = RecordBatch | ((handler: ChannelHandler, channelIndex: number) => void)

export class LocalChannel {
  readonly writer: ChannelWriter
  readonly reader: ChannelReader

  /** `onData` and `onRoom` wake the tasks at the two ends. */
  constructor(onData: () => void, onRoom: () => void) {
    const queue = new ElementQueue(onData, onRoom)
    this.writer = new LocalChannelWriter(queue)
    this.reader = new LocalChannelReader(queue)
  }
}

class ElementQueue {
  readonly elements: Element[] = []
  closed = false
  readonly #onData: () => void
  readonly #onRoom: () => void

  constructor(onData: () => void, onRoom: () => void) {
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
    if (this.elements.length === MAX_BATCHES - 1) this.#onRoom()
  }
}

class LocalChannelWriter implements ChannelWriter {
  readonly #queue: ElementQueue
  #batch = new RecordBatch(BATCH_RECORDS)

  constructor(queue: ElementQueue) {
    this.#queue = queue
  }

  writeRecord(value: unknown, timestamp: number, keyHash: number): void {
    this.#batch.add(value, timestamp, keyHash)
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
      handler.onEndOfPartition(channelIndex)
    })
  }

  flush(): boolean {
    if (!this.#batch.isEmpty) {
      this.#queue.push(this.#batch)
      this.#batch = new RecordBatch(BATCH_RECORDS)
    }
    return true
  }

  hasPending(): boolean {
    return !this.#batch.isEmpty
  }

  isAvailable(): boolean {
    return this.#queue.closed || this.#queue.elements.length < MAX_BATCHES
  }

  close(): void {
    this.#batch = new RecordBatch(BATCH_RECORDS)
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
    this.#queue.closed = true
    this.#queue.elements.length = 0
  }
}
