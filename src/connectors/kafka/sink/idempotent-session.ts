import type { KafkaCluster } from '../client/kafka-cluster.js'
import type { BatchOrigin } from './growing-batch.js'
import type { SendSession } from './record-sender.js'
import { initProducerId } from './transaction-requests.js'

/** Without transactions: batches have numbers, so that none is written twice by one that is sent again, or no numbers. */
export class IdempotentSession implements SendSession {
  readonly transactionalId = null
  readonly #cluster: KafkaCluster
  readonly #isIdempotent: boolean
  #origin: Promise<BatchOrigin> | undefined

  constructor(cluster: KafkaCluster, isIdempotent: boolean) {
    this.#cluster = cluster
    this.#isIdempotent = isIdempotent
  }

  origin(): Promise<BatchOrigin> {
    return (this.#origin ??= this.#ask())
  }

  async register(): Promise<void> {
    // Partitions are not announced.
  }

  async #ask(): Promise<BatchOrigin> {
    if (!this.#isIdempotent) return { producerId: -1n, producerEpoch: -1, isTransactional: false }
    const { producerId, epoch } = await initProducerId(this.#cluster)
    return { producerId, producerEpoch: epoch, isTransactional: false }
  }
}
