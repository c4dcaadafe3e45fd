// Duty: one transaction of a writer, from its first record to what a committer needs to commit it.
//
//   new -> (origin) -> has a producer id -> (register) -> open at the broker -> prepared | aborted
//
// Invariants: it is open at the broker once a partition is registered, and not before. Its id serves once, so a commit that comes late, or
// again after a crash, can only mean this one.
// Thread: the task worker that owns the writer.
import type { TopicPartitionName } from '../client/cluster-metadata.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import type { KafkaCommittable } from './kafka-committable.js'
import type { BatchOrigin } from './growing-batch.js'
import type { SendSession } from './record-sender.js'
import { addPartitions, endTransaction, type ProducerIdentity } from './transaction-requests.js'
import { fencedFailure } from './write-failure.js'

export interface TransactionInput {
  readonly cluster: KafkaCluster
  readonly transactionalId: string
  readonly init: (transactionalId: string) => Promise<ProducerIdentity>
}

export class KafkaTransaction implements SendSession {
  readonly transactionalId: string
  readonly #input: TransactionInput
  #identity: Promise<ProducerIdentity> | undefined
  #opened: ProducerIdentity | undefined

  constructor(input: TransactionInput) {
    this.#input = input
    this.transactionalId = input.transactionalId
  }

  /** Asks for a producer id before anybody waits for it. */
  prepareOrigin(): void {
    void Promise.allSettled([this.#ownIdentity()])
  }

  async origin(): Promise<BatchOrigin> {
    const { producerId, epoch } = await this.#ownIdentity()
    return { producerId, producerEpoch: epoch, isTransactional: true }
  }

  async register(partitions: readonly TopicPartitionName[]): Promise<void> {
    const identity = await this.#ownIdentity()
    // Even where no answer comes it may be open.
    this.#opened = identity
    const name = { transactionalId: this.transactionalId, ...identity }
    try {
      await addPartitions(this.#input.cluster, name, partitions)
    } catch (error) {
      throw fencedFailure(this.transactionalId, error) ?? error
    }
  }

  /** Undefined: nothing was written. */
  committable(): KafkaCommittable | undefined {
    return this.#opened === undefined ? undefined : { transactionalId: this.transactionalId, ...this.#opened }
  }

  /** Where it cannot be, the next start or the broker does it, after transaction.timeout.ms. */
  async abort(timeoutMs: number): Promise<void> {
    const committable = this.committable()
    if (committable === undefined) return
    await Promise.allSettled([endTransaction(this.#input.cluster, committable, 'abort', timeoutMs)])
  }

  #ownIdentity(): Promise<ProducerIdentity> {
    return (this.#identity ??= this.#input.init(this.transactionalId))
  }
}
