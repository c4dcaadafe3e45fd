// Duty: the request Fetch and its answer, of which records stay bytes: the library's own reader makes objects of all records at once,
// and fails for the whole answer where one partition does.
// Thread: any.
import type { KafkaConnection, KafkaLibrary } from './kafka-library.js'
import { WireReader } from './wire-reader.js'

export interface FetchPartition {
  readonly topic: string
  /** The topic is meant by its id: one that was made anew under the same name is another one. */
  readonly topicId: string
  readonly partition: number
  readonly offset: number
}

export interface FetchLimits {
  readonly isReadCommitted: boolean
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly maxPartitionBytes: number
  readonly rackId: string
}

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export interface FetchedPartition {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly abortedTransactions: readonly AbortedTransaction[]
  readonly records: Buffer
}

const API_KEY = 1
/** The first that names topics by their ids: brokers have it from 3.1 on. */
const VERSION = 13
const READ_COMMITTED = 1
/** No session: each request names all of its partitions. */
const NO_SESSION = -1
const NOTHING = Buffer.alloc(0)

/** Rejects with the library's error where the answer as a whole is one. */
export function fetchRecords(
  connection: KafkaConnection,
  library: KafkaLibrary,
  partitions: readonly FetchPartition[],
  limits: FetchLimits,
): Promise<readonly FetchedPartition[]> {
  const { maxWaitMs, minBytes, maxBytes, rackId } = limits
  const topics = topicsOf(partitions, limits.maxPartitionBytes)
  const isolation = limits.isReadCommitted ? READ_COMMITTED : 0
  return new Promise((resolve, reject) => {
    connection.send<readonly FetchedPartition[]>(
      API_KEY,
      VERSION,
      () => library.fetchV13.createRequest(maxWaitMs, minBytes, maxBytes, isolation, 0, NO_SESSION, topics, [], rackId),
      (_correlationId, _apiKey, _apiVersion, reader) => {
        const bytes = reader.buffer.slice(reader.position)
        return parsedAnswer(new WireReader(bytes), library, partitions)
      },
      true,
      true,
      (error, answer) => {
        if (error !== null) reject(error)
        else resolve(answer ?? [])
      },
    )
  })
}

type RequestTopic = Parameters<KafkaLibrary['fetchV13']['createRequest']>[6][number]

function topicsOf(partitions: readonly FetchPartition[], partitionMaxBytes: number): RequestTopic[] {
  const topics = new Map<string, RequestTopic>()
  for (const { topicId, partition, offset } of partitions) {
    const known = topics.get(topicId) ?? { topicId, partitions: [] }
    topics.set(topicId, known)
    const fetchOffset = BigInt(offset)
    known.partitions.push({ partition, currentLeaderEpoch: -1, fetchOffset, lastFetchedEpoch: -1, partitionMaxBytes })
  }
  return [...topics.values()]
}

function parsedAnswer(
  reader: WireReader,
  library: KafkaLibrary,
  asked: readonly FetchPartition[],
): readonly FetchedPartition[] {
  const names = new Map(asked.map(({ topicId, topic }) => [topicId, topic]))
  reader.skip(4)
  const errorCode = reader.readInt16()
  if (errorCode !== 0) throw new library.ProtocolError(errorCode)
  reader.skip(4)
  const topics = reader.readCompactArray(() => {
    const topic = names.get(reader.readUuid()) ?? ''
    const partitions = reader.readCompactArray(() => parsedPartition(reader, topic))
    reader.skipTaggedFields()
    return partitions
  })
  return topics.flat()
}

function parsedPartition(reader: WireReader, topic: string): FetchedPartition {
  const partition = reader.readInt32()
  const errorCode = reader.readInt16()
  const highWatermark = reader.readInt64()
  const lastStableOffset = reader.readInt64()
  const logStartOffset = reader.readInt64()
  const abortedTransactions = reader.readCompactArray(() => {
    const aborted = { producerId: reader.readInt64(), firstOffset: reader.readInt64() }
    reader.skipTaggedFields()
    return aborted
  })
  // The replica that it would rather be read from.
  reader.skip(4)
  const length = reader.readUnsignedVarint() - 1
  const records = length > 0 ? reader.readBytes(length) : NOTHING
  reader.skipTaggedFields()
  const read = { topic, partition, errorCode, highWatermark, lastStableOffset, logStartOffset }
  return { ...read, abortedTransactions, records }
}
