// Duty: commits the transactions of completed checkpoints, each by one request with what the snapshot has of it.
// Invariants: to commit again what is committed changes nothing and succeeds. A transaction that Kafka has aborted is never taken for a
// committed one, and neither is one that Kafka has forgotten: the job fails, unless the program has said that it is to go on.
// Thread: the task worker that owns the committer.
import type { CommitRequest, Committer } from '../../../api/connector/sink2/committer.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import { isRetriable } from '../client/kafka-failure.js'
import type { KafkaCommittable } from './kafka-committable.js'
import { endTransaction } from './transaction-requests.js'
import { fencedBy } from './write-failure.js'

const COMMITTED_AT_ONCE = 8
/** For all tries of one call; then the task goes on, and it is tried again a second later. */
const COMMIT_TIMEOUT_MS = 10_000

/** The coordinator has nothing under this name, or something of a later producer: what was there has ended, and nobody knows how. */
const FORGOTTEN = new Set(['INVALID_PRODUCER_ID_MAPPING'])

export class KafkaCommitter implements Committer<KafkaCommittable> {
  readonly #open: () => Promise<KafkaCluster>
  readonly #onLostTransaction: 'fail' | 'ignore'
  #cluster: Promise<KafkaCluster> | undefined

  /** `open`: a cluster of its own, when there is something to commit. */
  constructor(open: () => Promise<KafkaCluster>, onLostTransaction: 'fail' | 'ignore') {
    this.#open = open
    this.#onLostTransaction = onLostTransaction
  }

  async commit(requests: readonly CommitRequest<KafkaCommittable>[]): Promise<void> {
    const cluster = await (this.#cluster ??= this.#open())
    for (let from = 0; from < requests.length; from += COMMITTED_AT_ONCE) {
      const some = requests.slice(from, from + COMMITTED_AT_ONCE)
      await Promise.all(some.map((request) => this.#commit(cluster, request)))
    }
  }

  async close(): Promise<void> {
    const cluster = this.#cluster
    this.#cluster = undefined
    // One that could not be opened has told whoever wanted to commit.
    const [opened] = await Promise.allSettled([cluster])
    if (opened.status === 'fulfilled') await opened.value?.close()
  }

  async #commit(cluster: KafkaCluster, request: CommitRequest<KafkaCommittable>): Promise<void> {
    const committable = request.getCommittable()
    try {
      await endTransaction(cluster, committable, 'commit', Math.min(COMMIT_TIMEOUT_MS, cluster.settings.apiTimeoutMs))
    } catch (error) {
      const reason = fencedBy(error)
      if (reason !== undefined) this.#lost(request, reason, error)
      // The broker may be back later; meanwhile the transaction stays as it is.
      else if (isRetriable(causeOf(error))) request.retryLater()
      else throw error
    }
  }

  #lost(request: CommitRequest<KafkaCommittable>, reason: string, cause: unknown): void {
    const { transactionalId } = request.getCommittable()
    const lost = FORGOTTEN.has(reason)
      ? new FlinkError('KAFKA_TRANSACTION_FORGOTTEN', { transactionalId }, { cause })
      : new FlinkError('KAFKA_TRANSACTION_LOST', { transactionalId, reason }, { cause })
    if (this.#onLostTransaction === 'fail') throw lost
    request.signalFailedWithKnownReason(lost)
  }
}

/** What the client has thrown, without what it was said as. */
function causeOf(error: unknown): unknown {
  return FlinkError.is(error) && error.cause !== undefined ? error.cause : error
}
