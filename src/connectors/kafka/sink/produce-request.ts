// Duty: one request with batches for partitions that a broker leads, and what it says of each.
// Thread: the task worker that owns the writer.
import type { CallDescription, KafkaCluster } from '../client/kafka-cluster.js'
import type { TopicPartitionName } from '../client/cluster-metadata.js'
import type { KafkaConnection, KafkaLibrary } from '../client/kafka-library.js'

export interface ProduceRequest {
  readonly nodeId: number
  readonly transactionalId: string | null
  readonly acks: -1 | 0 | 1
  readonly timeoutMs: number
  readonly batches: readonly PartitionBatch[]
}

export interface PartitionBatch extends TopicPartitionName {
  readonly bytes: Buffer
}

/** Of each batch, in their order: undefined where it is written, and otherwise what the library throws for such an answer. */
export type ProduceOutcome = readonly unknown[]

type ProduceResponse = ReturnType<KafkaLibrary['produceV9']['parseResponse']>

/** Kafka's number of the request, and the version of it that is spoken here. */
const PRODUCE = 0
const VERSION = 9

/** Rejects where no answer came: nobody knows then what of it is written. */
export async function produce(
  cluster: KafkaCluster,
  description: CallDescription,
  request: ProduceRequest,
): Promise<ProduceOutcome> {
  const { library } = cluster
  const response = await cluster
    .callBroker(request.nodeId, description, (connection) => sent(connection, library, request))
    .catch((error: unknown) => answerOf(error))
  if (response === undefined || request.acks === 0) return request.batches.map(() => undefined)
  const codes = new Map<string, PartitionResponse>()
  for (const { name, partitionResponses } of response.responses) {
    for (const each of partitionResponses) codes.set(`${name} ${String(each.index)}`, each)
  }
  return request.batches.map(({ topic, partition }) => {
    const said = codes.get(`${topic} ${String(partition)}`)
    if (said?.errorCode === 0) return undefined
    // A partition of which nothing is said is asked for again.
    return new library.ProtocolError(said?.errorCode ?? REQUEST_TIMED_OUT, wordsOf(said))
  })
}

const REQUEST_TIMED_OUT = 7

type PartitionResponse = ProduceResponse['responses'][number]['partitionResponses'][number]

/** The broker's own: of the first record that it does not take, or of all. */
function wordsOf(said: PartitionResponse | undefined): string | null {
  const ofRecord = said?.recordErrors.find(({ batchIndexErrorMessage: words }) => typeof words === 'string')
  return ofRecord?.batchIndexErrorMessage ?? said?.errorMessage ?? null
}

function sent(
  connection: KafkaConnection,
  library: KafkaLibrary,
  request: ProduceRequest,
): Promise<ProduceResponse | undefined> {
  return new Promise((resolve, reject) => {
    connection.send(
      PRODUCE,
      VERSION,
      () => payloadOf(library, request),
      library.produceV9.parseResponse,
      true,
      true,
      (error: Error | null, response?: unknown) => {
        if (error !== null && error !== undefined) reject(error)
        else resolve(response as ProduceResponse | undefined)
      },
    )
  })
}

function payloadOf(library: KafkaLibrary, request: ProduceRequest): InstanceType<KafkaLibrary['Writer']> {
  const { transactionalId, acks, timeoutMs, batches } = request
  const byTopic = new Map<string, PartitionBatch[]>()
  for (const batch of batches) {
    const ofTopic = byTopic.get(batch.topic)
    if (ofTopic === undefined) byTopic.set(batch.topic, [batch])
    else ofTopic.push(batch)
  }
  const writer = library.Writer.create()
    .appendString(transactionalId)
    .appendInt16(acks)
    .appendInt32(timeoutMs)
    .appendArray([...byTopic], (topics, [topic, ofTopic]) => {
      topics.appendString(topic).appendArray(ofTopic, (partitions, { partition, bytes }) => {
        partitions
          .appendInt32(partition)
          .appendUnsignedVarInt(bytes.length + 1)
          .append(bytes)
      })
    })
    .appendTaggedFields()
  if (acks === 0) writer.context.noResponse = true
  return writer
}

/** An answer with an error for a partition is thrown by the library, with all of the answer. */
function answerOf(error: unknown): ProduceResponse {
  const { response } = error as { response?: ProduceResponse }
  if (response?.responses !== undefined) return response
  throw error
}
