// Duty: what one fetch gave of some partitions, as records one after the other: a batch is unpacked when its first is asked for.
// Invariant: after its last record a partition says how far it was read, where that is further: over ends of transactions, and over
// what was aborted or compacted away. So a split that goes on from there misses nothing that retention may remove meanwhile.
// Thread: the task worker of the reader.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { RecordsWithSplitIds } from '../../base/records-with-split-ids.js'
import { decompressed } from '../client/decompressed.js'
import type { KafkaLibrary } from '../client/kafka-library.js'
import type { RecordBatch } from '../client/record-batch.js'
import { WireReader } from '../client/wire-reader.js'
import { ConsumerRecord, type PartitionLog } from './consumer-record.js'
import { partitionId } from './kafka-partition-split.js'

/** No record: the next one to read has this offset. */
export class PositionReached {
  readonly offset: number
  readonly log: PartitionLog

  constructor(offset: number, log: PartitionLog) {
    this.offset = offset
    this.log = log
  }
}

export type FetchedElement = ConsumerRecord | PositionReached

export interface PartitionRecords {
  readonly log: PartitionLog
  readonly batches: readonly RecordBatch[]
  /** The first that is wanted: a batch may begin before it. */
  readonly fromOffset: number
  /** The first that is not; Infinity for none. */
  readonly stoppingOffset: number
  /** After all that was fetched, given out or not. */
  readonly nextOffset: number
}

const NO_SPLITS: ReadonlySet<string> = new Set()

export class KafkaRecords implements RecordsWithSplitIds<FetchedElement> {
  readonly #library: KafkaLibrary
  readonly #partitions: readonly PartitionRecords[]
  readonly #finished: ReadonlySet<string>
  #next = 0
  #current: PartitionCursor | undefined

  constructor(
    library: KafkaLibrary,
    partitions: readonly PartitionRecords[],
    finished: ReadonlySet<string> = NO_SPLITS,
  ) {
    this.#library = library
    this.#partitions = partitions
    this.#finished = finished
  }

  nextSplit(): string | undefined {
    const partition = this.#partitions[this.#next]
    this.#next += 1
    this.#current = partition === undefined ? undefined : new PartitionCursor(partition, this.#library)
    return partition === undefined ? undefined : partitionId(partition.log)
  }

  nextRecordFromSplit(): FetchedElement | undefined {
    return this.#current?.next()
  }

  finishedSplits(): ReadonlySet<string> {
    return this.#finished
  }
}

class PartitionCursor {
  readonly #partition: PartitionRecords
  readonly #library: KafkaLibrary
  #nextBatch = 0
  #batch: RecordBatch | undefined
  #reader = new WireReader(Buffer.alloc(0))
  #left = 0
  #position: number
  #isOver = false

  constructor(partition: PartitionRecords, library: KafkaLibrary) {
    this.#partition = partition
    this.#library = library
    this.#position = partition.fromOffset
  }

  next(): FetchedElement | undefined {
    const { log, fromOffset, stoppingOffset } = this.#partition
    while (!this.#isOver) {
      const batch = this.#left > 0 ? this.#batch : this.#openNextBatch()
      if (batch === undefined) return this.#end()
      const record = this.#readRecord(batch, log)
      const offset = record.offset()
      if (offset >= stoppingOffset) return this.#end()
      if (offset < fromOffset) continue
      this.#position = offset + 1
      return record
    }
    return undefined
  }

  #end(): PositionReached | undefined {
    this.#isOver = true
    const { log, nextOffset, stoppingOffset } = this.#partition
    const reached = Math.min(nextOffset, stoppingOffset)
    return reached > this.#position ? new PositionReached(reached, log) : undefined
  }

  #openNextBatch(): RecordBatch | undefined {
    const { batches, log } = this.#partition
    for (let batch = batches[this.#nextBatch]; batch !== undefined; batch = batches[this.#nextBatch]) {
      this.#nextBatch += 1
      if (batch.count === 0) continue
      const { body, compression, baseOffset } = batch
      const bytes = read(log, baseOffset, () => decompressed(body, compression, this.#library))
      this.#reader = new WireReader(bytes)
      this.#batch = batch
      this.#left = batch.count
      return batch
    }
    return undefined
  }

  #readRecord(batch: RecordBatch, log: PartitionLog): ConsumerRecord {
    try {
      const record = readRecord(this.#reader, batch, log)
      this.#left -= 1
      return record
    } catch (error) {
      throw unreadable(log, batch.baseOffset, error)
    }
  }
}

function readRecord(reader: WireReader, batch: RecordBatch, log: PartitionLog): ConsumerRecord {
  const length = reader.readVarint()
  const end = reader.position + length
  reader.skip(1)
  const timestampDelta = reader.readVarint()
  const offset = batch.baseOffset + reader.readVarint()
  const keyLength = reader.readVarint()
  const key = keyLength < 0 ? null : reader.readBytes(keyLength)
  const valueLength = reader.readVarint()
  const value = valueLength < 0 ? null : reader.readBytes(valueLength)
  const headers = reader.readBytes(end - reader.position)
  const { hasLogAppendTime } = batch
  const timestamp = hasLogAppendTime ? batch.maxTimestamp : batch.baseTimestamp + timestampDelta
  return new ConsumerRecord(log, { offset, timestamp, hasLogAppendTime, key, value, headers })
}

function read<T>(log: PartitionLog, offset: number, reading: () => T): T {
  try {
    return reading()
  } catch (error) {
    throw unreadable(log, offset, error)
  }
}

export function unreadable(log: Pick<PartitionLog, 'topic' | 'partition'>, offset: number, error: unknown): FlinkError {
  const details = { partition: partitionId(log), offset: String(offset), reason: messageOf(error) }
  return new FlinkError('KAFKA_RECORDS_UNREADABLE', details, { cause: error })
}
