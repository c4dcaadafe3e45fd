// Duty: transactions seen and ended from outside of a job: those that a dead one has left open.
// Thread: any.
import { SystemRandom } from '../../../core/random/system-random.js'
import type { Clock } from '../../../core/time/clock.js'
import { KafkaCluster } from '../client/kafka-cluster.js'
import { kafkaClientSettings } from '../properties/client-settings.js'
import type { Properties } from '../properties/properties.js'
import {
  describeTransactions,
  endTransaction,
  listTransactions,
  type DescribedTransaction,
  type TransactionName,
} from './transaction-requests.js'

/** Those in which something may still be written, or is being ended. */
const OPEN: readonly string[] = ['Ongoing', 'PrepareCommit', 'PrepareAbort', 'PrepareEpochFence']

export class TransactionAdmin {
  readonly #cluster: KafkaCluster

  private constructor(cluster: KafkaCluster) {
    this.#cluster = cluster
  }

  /** KAFKA_CLIENT_MISSING, KAFKA_PROPERTY_INVALID. Nothing is connected yet. */
  static async open(properties: Properties, clock: Clock): Promise<TransactionAdmin> {
    const settings = kafkaClientSettings(properties, properties.getProperty('client.id') ?? 'flink-ts-txn')
    return new TransactionAdmin(await KafkaCluster.open(settings, { clock, random: new SystemRandom() }))
  }

  /** Those that are open, or all that the brokers remember, in the order of their names. */
  async list(
    which: 'open' | 'all',
    isMeant: (transactionalId: string) => boolean,
  ): Promise<readonly DescribedTransaction[]> {
    const listed = await listTransactions(this.#cluster, which === 'open' ? OPEN : [])
    const meant = listed.filter(({ transactionalId }) => isMeant(transactionalId))
    const described = await describeTransactions(this.#cluster, meant)
    const inOrder = new Intl.Collator('en', { numeric: true })
    return [...described].sort((one, other) => inOrder.compare(one.transactionalId, other.transactionalId))
  }

  end(transaction: TransactionName, how: 'commit' | 'abort'): Promise<void> {
    return endTransaction(this.#cluster, transaction, how)
  }

  close(): Promise<void> {
    return this.#cluster.close()
  }
}
