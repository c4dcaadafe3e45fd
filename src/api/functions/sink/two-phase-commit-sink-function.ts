import { describeValue } from '../../../core/errors/describe-value.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { Logger } from '../../../core/logging/logger.js'
import { ListStateDescriptor } from '../../state/list-state-descriptor.js'
import type { ListState } from '../../state/list-state.js'
import { checkOptionalType } from '../../types/type-check.js'
import type { TypeInformation } from '../../types/type-information.js'
import type {
  CheckpointedFunction,
  FunctionInitializationContext,
  FunctionSnapshotContext,
} from '../checkpointed-function.js'
import type { CheckpointListener } from '../checkpoint-listener.js'
import { hasMethods } from '../has-methods.js'
import { RichFunction } from '../rich-function.js'
import type { SinkFunctionContext } from '../sink-function.js'
import { TransactionTimeout } from './transaction-timeout.js'
import { transactionStateType, type TransactionHolder, type TransactionState } from './transaction-state.js'

/** What the engine hands to the function besides its runtime context. */
export interface TransactionSurroundings {
  readonly logger: Logger
  /** Checkpoints are taken, the last one after the end of the input. */
  readonly commitsAtEnd: boolean
}

/**
 * The base of sink functions that write within transactions: one is open from each checkpoint to the next one. With the checkpoint it is
 * pre-committed, and once that is complete it is committed; so the outer system has each record exactly once. After a failure what
 * the restored checkpoint has pre-committed is committed again, and the one that was open is aborted: both have to work for a transaction
 * that was committed or aborted before. All methods may return a promise and are waited for.
 *
 * Nothing is committed without checkpoints, as in Flink, and a warning is logged at the end of the input.
 *
 * @example
 * ```ts
 * import { TwoPhaseCommitSinkFunction, Types } from 'flink-ts'
 *
 * const visible = new Map<string, string[]>()
 * class IntoTable extends TwoPhaseCommitSinkFunction<string, { id: string; rows: string[] }> {
 *   #transactions = 0
 *   protected beginTransaction() {
 *     const subtask = this.getRuntimeContext().getTaskNameWithSubtasks()
 *     return { id: `${subtask}, ${String((this.#transactions += 1))}`, rows: [] }
 *   }
 *   protected invoke(transaction: { rows: string[] }, value: string): void {
 *     transaction.rows.push(value)
 *   }
 *   protected preCommit(): void {}
 *   protected commit(transaction: { id: string; rows: string[] }): void {
 *     visible.set(transaction.id, transaction.rows)
 *   }
 *   protected abort(): void {}
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/functions/sink/TwoPhaseCommitSinkFunction.html
 */
export abstract class TwoPhaseCommitSinkFunction<IN, TXN, CONTEXT = unknown>
  extends RichFunction
  implements CheckpointedFunction, CheckpointListener
{
  readonly #descriptor: ListStateDescriptor<TransactionState<unknown, unknown>>
  readonly #timeout = new TransactionTimeout()
  #state: ListState<TransactionState<unknown, unknown>> | undefined
  #current: TransactionHolder<TXN> | undefined
  /** By checkpoint, in their order. */
  readonly #pending = new Map<number, TransactionHolder<TXN>>()
  #context: CONTEXT | undefined
  #hasFinished = false
  #failure: { readonly error: unknown } | undefined
  #surroundings: TransactionSurroundings | undefined

  /** The types of transactions and of the context, where they are declared: they decide the bytes in the state. */
  constructor(transactionType?: TypeInformation<TXN>, contextType?: TypeInformation<CONTEXT>) {
    super()
    const types = [
      checkOptionalType('new TwoPhaseCommitSinkFunction(...)', transactionType),
      checkOptionalType('new TwoPhaseCommitSinkFunction(...)', contextType),
    ] as const
    this.#descriptor = new ListStateDescriptor('state', transactionStateType(types))
  }

  /** Writes a record within the transaction. A promise is waited for, as that of `invoke` of any sink. */
  protected abstract invoke(transaction: TXN, value: IN, context: SinkFunctionContext): void | Promise<void>

  protected abstract beginTransaction(): TXN | Promise<TXN>

  /**
   * All that is written is made durable: `commit` must work from now on, also after a crash. The transaction may still be aborted. What
   * it throws fails the checkpoint, and the job with the next record or the end of the input: nobody knows what is durable then.
   */
  protected abstract preCommit(transaction: TXN): void | Promise<void>

  /** What it throws restarts the job, and `recoverAndCommit` is called for the transaction. */
  protected abstract commit(transaction: TXN): void | Promise<void>

  protected abstract abort(transaction: TXN): void | Promise<void>

  /** After a restart: nobody knows whether it was committed. `commit` unless it is overridden. */
  protected recoverAndCommit(transaction: TXN): void | Promise<void> {
    return this.commit(transaction)
  }

  /** After a restart, of the transaction that was open at the checkpoint. `abort` unless it is overridden. */
  protected recoverAndAbort(transaction: TXN): void | Promise<void> {
    return this.abort(transaction)
  }

  /** At the end of the input: the transaction is going to be the last one. */
  protected finishProcessing(_transaction: TXN | null): void | Promise<void> {
    return undefined
  }

  /** What all transactions of a subtask share, such as a pool of ids; it is in the state. Null: nothing. */
  protected initializeUserContext(): CONTEXT | null | Promise<CONTEXT | null> {
    return null
  }

  /** For each context that was restored, after its transactions were committed and aborted. */
  protected finishRecoveringContext(_handledTransactions: readonly TXN[]): void | Promise<void> {
    return undefined
  }

  protected getUserContext(): CONTEXT | null {
    return this.#context ?? null
  }

  protected currentTransaction(): TXN | null {
    return this.#current?.handle ?? null
  }

  /** Those that wait for their checkpoint to complete, by its id. */
  protected pendingTransactions(): readonly (readonly [checkpointId: number, transaction: TXN])[] {
    return [...this.#pending].map(([checkpointId, { handle }]) => [checkpointId, handle])
  }

  /**
   * How long a transaction may be open in the outer system, in ms. It has an effect with `ignoreFailuresAfterTransactionTimeout` and
   * `enableTransactionTimeoutWarnings`. GRAPH_INVALID below 0.
   */
  protected setTransactionTimeout(transactionTimeoutMs: number): this {
    this.#timeout.setTimeout(transactionTimeoutMs)
    return this
  }

  /** What `recoverAndCommit` throws of a transaction that is older than the timeout is logged and does not fail the job: its records are lost. */
  protected ignoreFailuresAfterTransactionTimeout(): this {
    this.#timeout.ignoresFailures = true
    return this
  }

  /** Warns when a transaction is committed after this share of the timeout, from 0 (always) to 1. GRAPH_INVALID for another one. */
  protected enableTransactionTimeoutWarnings(warningRatio: number): this {
    this.#timeout.setWarningRatio(warningRatio)
    return this
  }

  /** For the engine. */
  setUpTransactions(surroundings: TransactionSurroundings): void {
    this.#surroundings = surroundings
  }

  /** For the engine: a record of the stream. */
  invokeInTransaction(value: IN, context: SinkFunctionContext): void | Promise<void> {
    this.#refuseAfterFailure()
    if (this.#current !== undefined) return this.invoke(this.#current.handle, value, context)
    return this.#begin().then((begun) => {
      this.#current = begun
      return this.invoke(begun.handle, value, context)
    })
  }

  async initializeState(context: FunctionInitializationContext): Promise<void> {
    this.#state = context.getOperatorStateStore().getListState(this.#descriptor)
    let hasContext = false
    for (const restored of this.#state.get()) {
      hasContext = (await this.#recover(restored as TransactionState<TXN, CONTEXT>)) || hasContext
    }
    this.#state.clear()
    if (!hasContext) this.#context = (await this.initializeUserContext()) ?? undefined
    this.#current = await this.#begin()
  }

  async snapshotState(context: FunctionSnapshotContext): Promise<void> {
    this.#refuseAfterFailure()
    const open = this.#current
    if (open !== undefined) {
      await this.#preCommit(open)
      this.#pending.set(context.getCheckpointId(), open)
      // Where the next one cannot be begun the checkpoint fails, and the job may go on: nothing more is written in this one.
      this.#current = undefined
    }
    if (!this.#hasFinished) this.#current ??= await this.#begin()
    const pending = [...this.#pending.values()]
    this.#state?.update([{ open: this.#current, pending, context: this.#context }])
  }

  async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    let failure: { readonly error: unknown } | undefined
    for (const [pendingId, transaction] of this.#pending) {
      if (pendingId > checkpointId) continue
      this.#warnOfTimeout(transaction)
      try {
        await this.commit(transaction.handle)
      } catch (error) {
        failure ??= { error }
      }
      this.#pending.delete(pendingId)
    }
    if (failure !== undefined) throw failure.error
  }

  async finish(): Promise<void> {
    this.#refuseAfterFailure()
    this.#hasFinished = true
    await this.finishProcessing(this.currentTransaction())
    if (this.#surroundings?.commitsAtEnd === false) {
      this.#surroundings.logger.warn('the last transaction is aborted: no checkpoint follows the end of the input', {
        transaction: describeValue(this.currentTransaction()),
      })
    }
  }

  /** Aborts the transaction that is open; to be called with `super` where it is overridden. */
  override async close(): Promise<void> {
    const open = this.#current
    this.#current = undefined
    if (open !== undefined) await this.abort(open.handle)
  }

  /** True where it had a context. */
  async #recover({ open, pending, context }: TransactionState<TXN, CONTEXT>): Promise<boolean> {
    this.#context = context
    const handled: TXN[] = []
    for (const transaction of pending) {
      await this.#recoverAndCommit(transaction)
      handled.push(transaction.handle)
    }
    if (open !== undefined) {
      await this.recoverAndAbort(open.handle)
      handled.push(open.handle)
    }
    if (context !== undefined) await this.finishRecoveringContext(handled)
    return context !== undefined
  }

  async #recoverAndCommit(transaction: TransactionHolder<TXN>): Promise<void> {
    this.#warnOfTimeout(transaction)
    try {
      await this.recoverAndCommit(transaction.handle)
    } catch (error) {
      const openMs = this.#now() - transaction.startTimeMs
      if (!this.#timeout.ignores(openMs)) throw error
      this.#surroundings?.logger.error(
        'a transaction could not be committed after its timeout: its records may be lost',
        {
          transaction: describeValue(transaction.handle),
          openMs,
          reason: messageOf(error),
        },
      )
    }
  }

  #warnOfTimeout({ handle, startTimeMs }: TransactionHolder<TXN>): void {
    const openMs = this.#now() - startTimeMs
    if (!this.#timeout.isAlmostReached(openMs)) return
    const fields = { transaction: describeValue(handle), openMs, timeoutMs: this.#timeout.timeoutMs }
    this.#surroundings?.logger.warn('a transaction has been open for nearly its timeout, or longer', fields)
  }

  async #preCommit({ handle }: TransactionHolder<TXN>): Promise<void> {
    try {
      await this.preCommit(handle)
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }

  /** Nobody knows what of a transaction is durable that could not be pre-committed once: only a restart aborts it. */
  #refuseAfterFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async #begin(): Promise<TransactionHolder<TXN>> {
    const handle = await this.beginTransaction()
    return { handle, startTimeMs: this.#now() }
  }

  #now(): number {
    return this.getRuntimeContext().getClock().now()
  }
}

/** True for an object that writes within transactions; by its methods, as the job may have another copy of the package. */
export function isTwoPhaseCommitSinkFunction(
  candidate: unknown,
): candidate is TwoPhaseCommitSinkFunction<unknown, unknown> {
  return hasMethods(candidate, 'beginTransaction', 'invokeInTransaction', 'setUpTransactions')
}
