// Duty: records that were in flight in the restored checkpoint, and what they say of time: given to the inputs of the task before any
// channel is read.
// Invariants: in the order of the handles, each record once; of a handle that several subtasks get those whose key is this one's. All
// bytes are read and their checksums verified before the first record is given out, since the restored files may go as soon as a
// newer checkpoint is complete. Meanwhile they lie where that lies for which channels have no room: in memory, then in a file.
// A checkpoint that does not wait for them takes the rest.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { ChannelStateHandle } from '../../../storage/state-handles.js'
import { readStatePieces } from '../../../storage/state-reader.js'
import {
  GENERIC_RECORDS,
  InFlightRecords,
  type CapturedChannel,
  type ChannelRecords,
} from '../network/in-flight-records.js'
import type { GateHandler } from '../network/input-gate.js'
import type { Segment } from '../network/channel-event.js'
import { ANNOUNCED_RECORDS, RecordBatch, type RecordTaker } from '../network/record-batch.js'
import { readRecords, WATERMARK_BYTES, writeWatermarkAmongRecords } from '../network/record-bytes.js'
import { SLOT_KIND } from '../network/slot-kind.js'
import { storedTimeOf, writeStoredTime, type StoredTime } from '../network/stored-time.js'
import { WaitingSegments } from '../network/waiting-segments.js'
import type { WaitingSpace } from '../network/waiting-space.js'
import { ReplayedTime } from './replayed-time.js'

const SEGMENT_BYTES = 16 * 1024
/** In a record, after its timestamp. */
const KEY_HASH_OFFSET = 8

/** An edge into the task. */
export interface ReplayedEdge {
  /** Of the head operator. */
  readonly input: number
  readonly typeFingerprint: string
  readonly serializer: TypeSerializer<unknown>
  /** In the gate, and how many follow each other there. */
  readonly firstChannel: number
  readonly channels: number
}

/** Where the records of a handle go. */
interface ReplaySource extends ChannelRecords {
  readonly input: number
  readonly serializer: TypeSerializer<unknown>
  /** In the gate: of whom is said what it says of time. */
  readonly channels: readonly number[]
}

export interface ReplayedRecordsInput {
  readonly edges: readonly ReplayedEdge[]
  readonly space: WaitingSpace
  readonly fileSystems: FileSystems
  /** For records of which no type was declared. */
  readonly generic: TypeSerializer<unknown>
  /** Whether this subtask has the key. */
  readonly isOwnKey: (keyHash: number) => boolean
}

export class ReplayedRecords {
  readonly #input: ReplayedRecordsInput
  /** By the flag of a segment. */
  readonly #sources: ReplaySource[] = []
  readonly #waiting: WaitingSegments
  readonly #batch = new RecordBatch(ANNOUNCED_RECORDS)
  /** The segment at hand. */
  #records: DataInputView | undefined
  #source: ReplaySource | undefined

  constructor(input: ReplayedRecordsInput) {
    this.#input = input
    this.#waiting = new WaitingSegments(input.space)
  }

  get isEmpty(): boolean {
    return this.#records === undefined && this.#waiting.isEmpty
  }

  async load(handles: readonly ChannelStateHandle[]): Promise<void> {
    const time = new ReplayedTime()
    for (const handle of handles) {
      const flag = this.#sources.push(this.#sourceOf(handle)) - 1
      const group = new RecordGroup((bytes) => {
        this.#waiting.push({ kind: SLOT_KIND.records, flag, bytes })
      })
      for await (const element of elementsOf(handle, this.#input.fileSystems)) {
        const stored = storedTimeOf(element)
        if (stored === undefined) {
          if (handle.isSharedByKeyGroup !== true || this.#input.isOwnKey(keyHashOf(element))) group.add(element)
          continue
        }
        const told = time.next(stored, handle, flag)
        if (told === undefined || (typeof told === 'number' && group.addWatermark(told))) continue
        group.end()
        this.#pushTime(told, flag)
      }
      group.end()
    }
    for (const flag of time.idleAtEnd()) this.#pushTime('active', flag)
  }

  /** A segment at most, as far as its handler goes on. */
  drain(handlers: readonly GateHandler[]): void {
    if (this.#records === undefined) this.#begin(handlers)
    const [records, source, batch] = [this.#records, this.#source, this.#batch]
    const handler = handlers[source?.input ?? -1]
    if (records === undefined || source === undefined || handler === undefined) return
    const [channel = -1, ...others] = source.channels
    const taker = others.length === 0 ? handler : new ToldChannels(handler, source.channels)
    while (handler.mayContinue()) {
      if (batch.isDelivered) {
        if (records.remaining === 0) break
        readRecords(records, source.serializer, batch)
      }
      batch.deliver(taker, channel)
    }
    if (batch.isDelivered && records.remaining === 0) this.#records = undefined
  }

  /**
   * What is still to be given out, in its order; nothing is taken. It stands before all channels. Where these are not those of the
   * restored checkpoint, the next restore, which goes by channels, takes it as of the first one.
   */
  rest(): CapturedChannel[] {
    const parts = this.#sources.map(({ serializer }) => new InFlightRecords(serializer))
    if (this.#records !== undefined && this.#source !== undefined) {
      const records = parts[this.#sources.indexOf(this.#source)]
      if (records !== undefined) this.#batch.addRest(records)
      records?.addEncoded(this.#records.bytes.subarray(this.#records.position), this.#source.serializer)
    }
    for (const segment of this.#waiting.all()) {
      const [source, records] = [this.#sources[segment.flag], parts[segment.flag]]
      if (source === undefined || records === undefined) continue
      const time = timeOfSegment(segment)
      records.later(() => {
        if (time === undefined) records.addEncoded(segment.bytes, source.serializer)
        else records.addTime(time)
      })
    }
    return this.#sources.map(({ edgeIndex, channelIndex, typeFingerprint }, index) => {
      return { edgeIndex, channelIndex, typeFingerprint, parts: parts.slice(index, index + 1) }
    })
  }

  close(): void {
    this.#waiting.clear()
    this.#records = undefined
  }

  /** What is said of time is given out at once. */
  #begin(handlers: readonly GateHandler[]): void {
    const segment = this.#waiting.take()
    if (segment === undefined) return
    const source = this.#sources[segment.flag]
    const time = timeOfSegment(segment)
    if (time === undefined) {
      this.#records = new DataInputView(segment.bytes)
      this.#source = source
      return
    }
    const handler = handlers[source?.input ?? -1]
    for (const channel of source?.channels ?? []) {
      if (typeof time === 'number') handler?.onWatermark(time, channel)
      else handler?.onWatermarkStatus(time, channel)
    }
  }

  #pushTime(time: StoredTime, flag: number): void {
    const output = new DataOutputView(24)
    writeStoredTime(time, output)
    this.#waiting.push({ kind: SLOT_KIND.watermark, flag, bytes: output.written() })
  }

  #sourceOf({ edgeIndex, channelIndex, typeFingerprint, virtualChannel }: ChannelStateHandle): ReplaySource {
    const edge = this.#input.edges[edgeIndex]
    const serializer = edge?.typeFingerprint === typeFingerprint ? edge.serializer : this.#genericFor(typeFingerprint)
    if (edge !== undefined && serializer !== undefined) {
      const { input, firstChannel } = edge
      const all = Array.from({ length: edge.channels }, (_, index) => firstChannel + index)
      const isSame = virtualChannel === undefined
      const channels = isSame ? all.slice(channelIndex, channelIndex + 1) : all
      return { edgeIndex, channelIndex: isSame ? channelIndex : 0, typeFingerprint, serializer, input, channels }
    }
    const what = `records in flight of type ${typeFingerprint} are for input edge ${String(edgeIndex)}`
    throw new FlinkError('ASSERTION_FAILED', { what })
  }

  /** What was of no declared type says itself what it is. */
  #genericFor(typeFingerprint: string): TypeSerializer<unknown> | undefined {
    return typeFingerprint === GENERIC_RECORDS ? this.#input.generic : undefined
  }
}

/** As `#pushTime` has pushed it; undefined for records. */
function timeOfSegment({ kind, bytes }: Segment): StoredTime | undefined {
  return kind === SLOT_KIND.watermark ? storedTimeOf(bytes) : undefined
}

/** Gives what is said of time on for several channels. */
class ToldChannels implements RecordTaker {
  readonly #handler: GateHandler
  readonly #channels: readonly number[]

  constructor(handler: GateHandler, channels: readonly number[]) {
    this.#handler = handler
    this.#channels = channels
  }

  onRecord(value: unknown, timestamp: number, keyHash: number): void {
    this.#handler.onRecord(value, timestamp, keyHash)
  }

  onComingKeys(keyHashes: readonly number[], start: number, end: number): void {
    this.#handler.onComingKeys(keyHashes, start, end)
  }

  onWatermark(timestamp: number): void {
    for (const channel of this.#channels) this.#handler.onWatermark(timestamp, channel)
  }

  mayContinue(): boolean {
    return this.#handler.mayContinue()
  }
}

function keyHashOf(record: Buffer): number {
  return record.readInt32BE(KEY_HASH_OFFSET)
}

/** Each by itself. What is given is valid until the next one is asked for. */
async function* elementsOf({ handle, offsets }: ChannelStateHandle, fileSystems: FileSystems): AsyncGenerator<Buffer> {
  let pieces: Uint8Array[] = []
  let sizeBytes = 0
  /** Where the pieces begin, and which element is next. */
  let start = 0
  let next = 0
  for await (const piece of readStatePieces(handle, fileSystems)) {
    pieces.push(piece)
    sizeBytes += piece.length
    if (start + sizeBytes < (offsets[next + 1] ?? Infinity)) continue
    const bytes = Buffer.concat(pieces)
    for (; (offsets[next + 1] ?? Infinity) <= start + bytes.length; next += 1) {
      yield bytes.subarray((offsets[next] ?? start) - start, (offsets[next + 1] ?? start) - start)
    }
    const done = (offsets[next] ?? start) - start
    pieces = [bytes.subarray(done)]
    sizeBytes = bytes.length - done
    start += done
  }
}

/** Records that lie together. */
class RecordGroup {
  readonly #push: (bytes: Uint8Array) => void
  #records: Buffer[] = []
  #sizeBytes = 0
  #lastKeyHash = 0

  constructor(push: (bytes: Uint8Array) => void) {
    this.#push = push
  }

  add(record: Buffer): void {
    this.#records.push(record)
    this.#sizeBytes += record.length
    this.#lastKeyHash = keyHashOf(record)
    if (this.#sizeBytes >= SEGMENT_BYTES) this.end()
  }

  /** False, and nothing done, where no record is before it. */
  addWatermark(timestamp: number): boolean {
    if (this.#records.length === 0) return false
    const output = new DataOutputView(WATERMARK_BYTES)
    writeWatermarkAmongRecords(output, timestamp, this.#lastKeyHash)
    this.#records.push(Buffer.from(output.toBytes()))
    this.#sizeBytes += WATERMARK_BYTES
    if (this.#sizeBytes >= SEGMENT_BYTES) this.end()
    return true
  }

  end(): void {
    if (this.#records.length > 0) this.#push(Buffer.concat(this.#records))
    this.#records = []
    this.#sizeBytes = 0
  }
}
