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
  type SinkFunctionContext,
} from '../../src/index.js'
import { FunctionLife } from './function-life.js'
import type { JobWorld } from './job-world.js'
import type { CountRecord, Transaction } from './transactional-store.js'

interface PendingTransaction extends Transaction {
  readonly checkpointId: number
}

export class TransactionalSink
  extends RichSinkFunction<CountRecord>
  implements CheckpointedFunction, CheckpointListener
{
  readonly #world: JobWorld
  readonly #uid: string
  readonly #life: FunctionLife
  #open: CountRecord[] = []
  #pending: PendingTransaction[] = []
  #watermark = Number.NEGATIVE_INFINITY
  #state: ListState<PendingTransaction> | undefined

  constructor(world: JobWorld, uid: string) {
    super()
    this.#world = world
    this.#uid = uid
    this.#life = new FunctionLife(world, uid)
  }

  initializeState(context: FunctionInitializationContext): void | Promise<void> {
    const descriptor = new ListStateDescriptor<PendingTransaction>('transactions')
    this.#state = context.getOperatorStateStore().getListState(descriptor)
    for (const transaction of this.#state.get()) this.#world.store.commit(transaction)
    return this.#life.hook('initializeState')
  }

  override open(): void | Promise<void> {
    return this.#life.open()
  }

  invoke(record: CountRecord, context: SinkFunctionContext): void | Promise<void> {
    this.#life.record()
    this.#checkTime(context.currentWatermark(), context.timestamp())
    const before = this.#world.beforeWriting()
    if (before !== undefined) return before.then(() => void this.#open.push(record))
    this.#open.push(record)
  }

  snapshotState(context: FunctionSnapshotContext): void | Promise<void> {
    const checkpointId = context.getCheckpointId()
    if (this.#open.length > 0) {
      this.#pending.push({ name: this.#nameOf(`checkpoint ${checkpointId}`), checkpointId, records: this.#open })
      this.#open = []
    }
    this.#state?.update(this.#pending)
    return this.#life.hook('snapshotState')
  }

  notifyCheckpointComplete(checkpointId: number): void | Promise<void> {
    return this.#life.hook('notifyCheckpointComplete', () => {
      const isCovered = (transaction: PendingTransaction): boolean => transaction.checkpointId <= checkpointId
      for (const transaction of this.#pending.filter(isCovered)) this.#world.store.commit(transaction)
      this.#pending = this.#pending.filter((transaction) => !isCovered(transaction))
    })
  }

  override finish(): void | Promise<void> {
    return this.#life.hook('finish')
  }

  override close(): void | Promise<void> {
    return this.#life.close()
  }

  /** Time never goes back; where no source is idle for a while and nothing goes round, no record is late. */
  #checkTime(watermark: number, timestamp: number | null): void {
    const { fail, scenario } = this.#world
    if (watermark < this.#watermark) fail(`the watermark of ${this.#uid} went back: ${this.#watermark}, ${watermark}`)
    this.#watermark = watermark
    const mayBeLate = scenario.idleOneIn > 0 || scenario.hasLoop
    if (timestamp !== null && timestamp <= watermark && !mayBeLate)
      fail(`a record of ${timestamp} came after the watermark ${watermark}`)
  }

  #nameOf(what: string): string {
    const context = this.getRuntimeContext()
    const subtask = `${this.#uid} ${context.getIndexOfThisSubtask()}, attempt ${context.getAttemptNumber()}`
    return `${this.#world.runName}, ${subtask}, ${what}`
  }
}
