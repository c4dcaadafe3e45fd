// Duty: what the coordinator of a transaction is asked: a producer id, its partitions, its end; and what transactions there are.
// Invariants: all of it may be asked again. To end a transaction as it was ended before succeeds, the other way it does not; a new producer
// id for a transactional id aborts what is open under it and shuts out whoever had the one before.
// Thread: any.
import type { TopicPartitionName } from '../client/cluster-metadata.js'
import type { KafkaCall, KafkaCluster } from '../client/kafka-cluster.js'
import { isRetriable, kafkaFailure, protocolErrorsOf } from '../client/kafka-failure.js'
import type { KafkaLibrary } from '../client/kafka-library.js'
import { allTransactionsKnown } from './transaction-coordinators.js'

export interface ProducerIdentity {
  readonly producerId: bigint
  readonly epoch: number
}

/** A transactional id with the producer that has it. */
export interface TransactionName extends ProducerIdentity {
  readonly transactionalId: string
}

export interface ListedTransaction {
  readonly transactionalId: string
  readonly producerId: bigint
  /** As Kafka's: Ongoing, PrepareCommit, CompleteAbort ... */
  readonly state: string
  /** The broker that coordinates it. */
  readonly nodeId: number
}

export interface DescribedTransaction extends TransactionName {
  readonly state: string
  readonly timeoutMs: number
  /** In ms since the epoch; undefined: none is open. */
  readonly startedAtMs: number | undefined
  readonly partitions: readonly TopicPartitionName[]
}

/** No producer id yet: the broker gives one. */
const NO_PRODUCER = -1n
const NO_EPOCH = -1

export async function initTransactionalId(
  cluster: KafkaCluster,
  transactionalId: string,
  timeoutMs: number,
): Promise<ProducerIdentity> {
  const { producerId, producerEpoch } = await cluster.callCoordinator(
    { operation: `a producer id for the transaction ${transactionalId}` },
    { type: 'transaction', key: transactionalId },
    (connection, library) =>
      library.initProducerIdV4.api.async(connection, transactionalId, timeoutMs, NO_PRODUCER, NO_EPOCH),
  )
  return { producerId, epoch: producerEpoch }
}

/** For batches that are to be written once, outside of transactions. */
export async function initProducerId(cluster: KafkaCluster): Promise<ProducerIdentity> {
  const { producerId, producerEpoch } = await cluster.callAny({ operation: 'a producer id' }, (connection, library) =>
    library.initProducerIdV4.api.async(connection, null, 0, NO_PRODUCER, NO_EPOCH),
  )
  return { producerId, epoch: producerEpoch }
}

export async function addPartitions(
  cluster: KafkaCluster,
  { transactionalId, producerId, epoch }: TransactionName,
  partitions: readonly TopicPartitionName[],
): Promise<void> {
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    const ofTopic = byTopic.get(topic)
    if (ofTopic === undefined) byTopic.set(topic, [partition])
    else ofTopic.push(partition)
  }
  const topics = [...byTopic].map(([name, ofTopic]) => ({ name, partitions: ofTopic }))
  const transaction = { transactionalId, producerId, producerEpoch: epoch, verifyOnly: false, topics }
  await cluster.callCoordinator(
    { operation: `to write to ${[...byTopic.keys()].join(', ')} in the transaction ${transactionalId}` },
    { type: 'transaction', key: transactionalId },
    (connection, library) => library.addPartitionsToTxnV3.api.async(connection, [transaction]),
  )
}

/** `timeoutMs`: for all tries; as for others where it is left out. */
export async function endTransaction(
  cluster: KafkaCluster,
  { transactionalId, producerId, epoch }: TransactionName,
  end: 'commit' | 'abort',
  timeoutMs?: number,
): Promise<void> {
  const operation = `to ${end} the transaction ${transactionalId}`
  const coordinator = { type: 'transaction', key: transactionalId } as const
  await cluster.callCoordinator(
    timeoutMs === undefined ? { operation } : { operation, timeoutMs },
    coordinator,
    (connection, library) =>
      library.endTxnV3.api.async(connection, transactionalId, producerId, epoch, end === 'commit'),
  )
  cluster.forgetCoordinator(coordinator)
}

/** Whether the brokers list transactions, as Kafka does from 3.0 on; some that speak its protocol do not. */
export async function canListTransactions(cluster: KafkaCluster): Promise<boolean> {
  const { apiKeys } = await cluster.callAny({ operation: 'what it can do' }, (connection, library) =>
    library.apiVersionsV3.api.async(connection, CLIENT_NAME, CLIENT_VERSION),
  )
  return apiKeys.some(({ apiKey }) => apiKey === LIST_TRANSACTIONS)
}

/** Of all brokers, as each knows those that it coordinates. `states`: those in one of these; all where it is empty. */
export async function listTransactions(
  cluster: KafkaCluster,
  states: readonly string[],
): Promise<readonly ListedTransaction[]> {
  await allTransactionsKnown(cluster)
  const nodeIds = [...(await cluster.brokers()).keys()]
  const lists = await Promise.all(
    nodeIds.map(async (nodeId) => {
      const { transactionStates } = await askedOf(cluster, nodeId, (connection, library) =>
        library.listTransactionsV0.api.async(connection, [...states] as never, [], -1n, null),
      )
      return transactionStates.map(({ transactionalId, producerId, transactionState: state }) => ({
        ...{ transactionalId, producerId, state, nodeId },
      }))
    }),
  )
  return lists.flat()
}

/** One that is forgotten meanwhile is left out. */
export async function describeTransactions(
  cluster: KafkaCluster,
  listed: readonly ListedTransaction[],
): Promise<readonly DescribedTransaction[]> {
  const described: DescribedTransaction[] = []
  for (const nodeId of new Set(listed.map((each) => each.nodeId))) {
    const ids = listed.filter((each) => each.nodeId === nodeId).map(({ transactionalId }) => transactionalId)
    const { transactionStates } = await askedOf(cluster, nodeId, (connection, library) =>
      library.describeTransactionsV0.api.async(connection, ids).catch((error: unknown) => describedIn(error)),
    )
    for (const each of transactionStates) {
      if (each.errorCode !== 0) continue
      described.push({
        transactionalId: each.transactionalId,
        producerId: each.producerId,
        epoch: each.producerEpoch,
        state: each.transactionState,
        timeoutMs: each.transactionTimeoutMs,
        startedAtMs: each.transactionStartTimeMs < 0n ? undefined : Number(each.transactionStartTimeMs),
        partitions: each.topics.flatMap(({ topic, partitions }) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      })
    }
  }
  return described
}

const CLIENT_NAME = 'flink-ts'
const CLIENT_VERSION = '0.1.0'
const LIST_TRANSACTIONS = 66
const ASK_ATTEMPTS = 30

/** A broker that has just started has its transactions still to read. */
async function askedOf<T>(cluster: KafkaCluster, nodeId: number, call: KafkaCall<T>): Promise<T> {
  const operation = `the transactions of broker ${String(nodeId)}`
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await cluster.callBroker(nodeId, { operation, lane: 'coordinator' }, call)
    } catch (error) {
      if (attempts === ASK_ATTEMPTS || cluster.isClosed || !isRetriable(error)) {
        throw kafkaFailure(error, { operation, broker: String(nodeId), timeout: `${String(attempts)} tries` })
      }
    }
    await cluster.pauseBeforeRetry(attempts)
  }
}

type Descriptions = Awaited<ReturnType<KafkaLibrary['describeTransactionsV0']['api']['async']>>

/** Where it does not know one of them the library throws, with all of the answer. */
function describedIn(error: unknown): Descriptions {
  const { response } = error as { response?: Descriptions }
  const isUnknownOnly = protocolErrorsOf(error).every((name) => name === 'TRANSACTIONAL_ID_NOT_FOUND')
  if (response !== undefined && isUnknownOnly) return response
  throw error
}
