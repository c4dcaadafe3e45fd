/**
 * A two-phase commit by hand: pre-commits with each snapshot, commits when the checkpoint is complete or restored. Nothing
 * else commits: what it has at the end of its input needs one more checkpoint.
 */
import {
  ListStateDescriptor,
  RichSinkFunction,
  type CheckpointedFunction,
  type CheckpointListener,
  type FunctionInitializationContext,
  type FunctionSnapshotContext,
  type ListState,
} from '../../src/index.js'
import type { JobWorld } from './counting-job.js'
import type { CountRecord, Transaction } from './transactional-store.js'

interface PendingTransaction extends Transaction {
  readonly checkpointId: number
}

export class TransactionalSink
  extends RichSinkFunction<CountRecord>
  implements CheckpointedFunction, CheckpointListener
{
  readonly #world: JobWorld
  #open: CountRecord[] = []
  #pending: PendingTransaction[] = []
  #state: ListState<PendingTransaction> | undefined
  /** So that a sink without transactions has state too: in a snapshot only a finished one has none. */
  #marker: ListState<boolean> | undefined

  constructor(world: JobWorld) {
    super()
    this.#world = world
  }

  initializeState(context: FunctionInitializationContext): void {
    const descriptor = new ListStateDescriptor<PendingTransaction>('transactions')
    this.#state = context.getOperatorStateStore().getListState(descriptor)
    this.#marker = context.getOperatorStateStore().getListState(new ListStateDescriptor<boolean>('is-running'))
    for (const transaction of this.#state.get()) this.#world.store.commit(transaction)
  }

  invoke(record: CountRecord): void {
    this.#open.push(record)
  }

  snapshotState(context: FunctionSnapshotContext): void {
    const checkpointId = context.getCheckpointId()
    if (this.#open.length > 0) {
      this.#pending.push({ name: this.#nameOf(`checkpoint ${checkpointId}`), checkpointId, records: this.#open })
      this.#open = []
    }
    this.#state?.update(this.#pending)
    this.#marker?.update([true])
  }

  notifyCheckpointComplete(checkpointId: number): void {
    const isCovered = (transaction: PendingTransaction): boolean => transaction.checkpointId <= checkpointId
    for (const transaction of this.#pending.filter(isCovered)) this.#world.store.commit(transaction)
    this.#pending = this.#pending.filter((transaction) => !isCovered(transaction))
  }

  #nameOf(what: string): string {
    const context = this.getRuntimeContext()
    const subtask = `${context.getIndexOfThisSubtask()}, attempt ${context.getAttemptNumber()}`
    return `${this.#world.runName}, sink ${subtask}, ${what}`
  }
}
