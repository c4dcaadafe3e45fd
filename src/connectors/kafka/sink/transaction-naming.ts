// Duty: the transactions of a writer, one after the other, and their names.
// Invariants: a name has the number of the checkpoint after which it begins, plus one: greater than that of all that were prepared before, so
// no transaction of a restored snapshot has the name of a new one, and what was begun after a snapshot is known by its number. A number
// that a failed checkpoint has used is used again only by an attempt that began before it.
// Thread: the task worker that owns the writer.
import type { KafkaCluster } from '../client/kafka-cluster.js'
import { isProtocolError } from '../client/kafka-failure.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Logger } from '../../../core/logging/logger.js'
import { durationText } from '../../../core/time/duration-text.js'
import { KafkaTransaction } from './kafka-transaction.js'
import {
  DEFAULT_TRANSACTION_TIMEOUT_MS,
  TRANSACTION_TIMEOUT_OF_BROKERS_MS,
  type ProducerSettings,
} from './producer-settings.js'
import { initTransactionalId, type ProducerIdentity } from './transaction-requests.js'
import { transactionalIdOf } from './transactional-id.js'

export interface NamingInput {
  readonly cluster: KafkaCluster
  readonly settings: Pick<ProducerSettings, 'transactionTimeoutMs'>
  readonly prefix: string
  readonly subtask: number
  readonly logger: Logger | undefined
  /** The first number. */
  readonly next: number
  /** The timeout is a shorter one than it was. */
  readonly onShortened: (naming: TransactionNaming) => void
}

export class TransactionNaming {
  readonly #input: NamingInput
  #next: number
  #timeoutMs: number
  /** Ids up to this number have been asked for. */
  #lastAsked: number
  /** Whoever looks for what is left over by trying one number after the other has to find all of them. */
  leavesNoGaps = false

  constructor(input: NamingInput) {
    this.#input = input
    this.#next = input.next
    this.#lastAsked = input.next - 1
    this.#timeoutMs = input.settings.transactionTimeoutMs ?? DEFAULT_TRANSACTION_TIMEOUT_MS
  }

  get timeoutMs(): number {
    return this.#timeoutMs
  }

  begin(): KafkaTransaction {
    const { cluster, prefix, subtask } = this.#input
    const checkpointId = this.#next
    this.#next += 1
    return new KafkaTransaction({
      cluster,
      transactionalId: transactionalIdOf(prefix, { subtask, checkpointId }),
      init: async (transactionalId) => {
        await this.#fillGap(checkpointId)
        return this.init(transactionalId)
      },
    })
  }

  /** The snapshot has all that was prepared until now. */
  checkpointTaken(checkpointId: number): void {
    this.#next = Math.max(this.#next, checkpointId + 1)
  }

  /** A producer id. What is open under this name is aborted. */
  async init(transactionalId: string): Promise<ProducerIdentity> {
    const timeoutMs = this.#timeoutMs
    try {
      return await initTransactionalId(this.#input.cluster, transactionalId, timeoutMs)
    } catch (error) {
      if (!isProtocolError(error, 'INVALID_TRANSACTION_TIMEOUT')) throw error
      // Several are asked for at a time: another one may have found a shorter one meanwhile.
      if (timeoutMs === this.#timeoutMs) this.#shorten(error)
      return this.init(transactionalId)
    }
  }

  /** Flink's timeout is longer than brokers allow that nobody has told otherwise: where the program has said nothing it is theirs. */
  #shorten(error: unknown): void {
    const isChosen = this.#input.settings.transactionTimeoutMs !== undefined
    if (isChosen || this.#timeoutMs <= TRANSACTION_TIMEOUT_OF_BROKERS_MS) {
      const timeout = durationText(this.#timeoutMs)
      throw new FlinkError('KAFKA_TRANSACTION_TIMEOUT_REFUSED', { timeout }, { cause: error })
    }
    this.#timeoutMs = TRANSACTION_TIMEOUT_OF_BROKERS_MS
    const fields = { timeoutMs: this.#timeoutMs, defaultMs: DEFAULT_TRANSACTION_TIMEOUT_MS }
    this.#input.logger?.info(
      'the brokers allow no transaction as long as the default of Flink: a shorter one is used',
      fields,
    )
    this.#input.onShortened(this)
  }

  async #fillGap(upTo: number): Promise<void> {
    const { prefix, subtask } = this.#input
    while (this.leavesNoGaps && this.#lastAsked + 1 < upTo) {
      this.#lastAsked += 1
      await this.init(transactionalIdOf(prefix, { subtask, checkpointId: this.#lastAsked }))
    }
    this.#lastAsked = upTo
  }
}
