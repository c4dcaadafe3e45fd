// Duty: elements of a channel within one worker that wait as bytes, because nothing says how much memory objects take.
// Invariants: first in, first out. A record that waits here needs no copy: what is read back shares nothing with the
// object that was written. Records that go together come back together, as one batch. After a record that is too large
// nothing more is taken, as a serializer may remember it.
// Thread: the one worker that owns both ends.
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import { isStreamSerializer } from '../../../core/types/stream-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { watermarkEvent, type Segment } from './channel-event.js'
import type { InFlightRecords } from './in-flight-records.js'
import { MAX_RECORD_BYTES, readRecords, writeRecordHead, writeWatermarkAmongRecords } from './record-bytes.js'
import { RecordBatch } from './record-batch.js'
import { RecordTooLargeError } from './record-too-large-error.js'
import { SegmentRecords } from './segment-records.js'
import { SLOT_KIND } from './slot-kind.js'
import { WaitingSegments } from './waiting-segments.js'
import type { WaitingSpace } from './waiting-space.js'

const SEGMENT_BYTES = 16 * 1024

/** Both ends of a stream remember what went through it. */
interface Stream {
  readonly encoder: TypeSerializer<unknown>
  readonly decoder: TypeSerializer<unknown>
}

export class EncodedElements {
  readonly #waiting: WaitingSegments
  readonly #createSerializer: () => TypeSerializer<unknown>
  readonly #batchRecords: number
  readonly #maxRecordBytes: number
  #stream: Stream | undefined
  /** Records, and watermarks among them, that are not in a segment yet. */
  #output: DataOutputView | undefined
  #outputRecords = 0
  #lastKeyHash = 0
  #failure: RecordTooLargeError | undefined

  constructor(
    space: WaitingSpace,
    createSerializer: () => TypeSerializer<unknown>,
    batchRecords: number,
    maxRecordBytes: number = MAX_RECORD_BYTES,
  ) {
    this.#waiting = new WaitingSegments(space)
    this.#createSerializer = createSerializer
    this.#batchRecords = batchRecords
    this.#maxRecordBytes = maxRecordBytes
  }

  get isEmpty(): boolean {
    return this.#outputRecords === 0 && this.#waiting.isEmpty
  }

  get sizeBytes(): number {
    return this.#waiting.sizeBytes + (this.#output?.position ?? 0)
  }

  /** A record that cannot be serialized leaves no trace. */
  addRecord(value: unknown, timestamp: number, keyHash: number): void {
    if (this.#failure !== undefined) throw this.#failure
    const output = (this.#output ??= new DataOutputView(SEGMENT_BYTES))
    const start = output.position
    try {
      writeRecordHead(output, timestamp, keyHash)
      this.#openStream().encoder.serialize(value, output)
      const sizeBytes = output.position - start
      if (sizeBytes > this.#maxRecordBytes) throw this.#tooLarge(sizeBytes)
    } catch (error) {
      output.truncate(start)
      throw error
    }
    this.#lastKeyHash = keyHash
    this.#wrote(output)
  }

  addWatermark(timestamp: number): void {
    const output = this.#output
    if (output === undefined || this.#outputRecords === 0) {
      this.addEvent(watermarkEvent(timestamp))
      return
    }
    writeWatermarkAmongRecords(output, timestamp, this.#lastKeyHash)
    this.#wrote(output)
  }

  addEvent(event: Segment): void {
    this.#seal()
    this.#waiting.push(event)
  }

  /** The oldest: some records or one event; undefined when there is nothing. */
  take(): RecordBatch | Segment | undefined {
    if (this.#waiting.isEmpty) this.#seal()
    const segment = this.#waiting.take()
    if (segment?.kind !== SLOT_KIND.records) return segment
    const batch = new RecordBatch(this.#batchRecords)
    readRecords(new DataInputView(segment.bytes), this.#openStream().decoder, batch)
    return batch
  }

  /** How many elements wait, where an event comes next. */
  get countBeforeEvent(): number {
    this.#seal()
    return this.#waiting.count
  }

  /** What waits here, all elements or so many; none is taken. */
  addRest(records: InFlightRecords, elements: number = Infinity): void {
    if (this.isEmpty) return
    const { decoder } = this.#openStream()
    const reader = isStreamSerializer(decoder) ? decoder.readerFrom(decoder.position()) : decoder
    const segments = new SegmentRecords(records, reader, [])
    segments.addLater(this.#waiting.all(elements))
    if (this.#output === undefined || elements !== Infinity) return
    const bytes = this.#output.written().slice()
    records.later(() => {
      records.addEncoded(bytes, reader)
    })
  }

  clear(): void {
    this.#waiting.clear()
    this.#output = undefined
    this.#outputRecords = 0
    this.#stream = undefined
    this.#failure = undefined
  }

  #wrote(output: DataOutputView): void {
    this.#outputRecords += 1
    if (this.#outputRecords === this.#batchRecords || output.position >= SEGMENT_BYTES) this.#seal()
  }

  #tooLarge(sizeBytes: number): RecordTooLargeError {
    this.#failure = new RecordTooLargeError(sizeBytes, this.#maxRecordBytes)
    return this.#failure
  }

  #openStream(): Stream {
    this.#stream ??= { encoder: this.#createSerializer(), decoder: this.#createSerializer() }
    return this.#stream
  }

  #seal(): void {
    if (this.#output === undefined || this.#outputRecords === 0) return
    const bytes = this.#output.written()
    this.#outputRecords = 0
    // A large record leaves no large buffer.
    if (this.#output.capacity > 2 * SEGMENT_BYTES) this.#output = undefined
    else this.#output.reset()
    this.#waiting.push({ kind: SLOT_KIND.records, flag: 0, bytes })
  }
}
