// Duty: what operators that commit share: their Committer, what is pending in the snapshot, one commit after the other, retries.
//
//   open: what was restored -> (committables -> commit of what is due -> what was retried, a second later)* -> finish -> the same, waited for
//
// Invariants: a call of commit() is an action of the task or holds its input, so no snapshot is taken in the middle of one. What is not
// answered stays in the state. While the input flows, a retry waits for the clock; after its end the task waits for it.
// Thread: the task worker that owns the operator.
import type { CommittableMessage } from '../../../api/connector/sink2/committable-message.js'
import type { Committer } from '../../../api/connector/sink2/committer.js'
import type { CommitterInitContext } from '../../../api/connector/sink2/init-context.js'
import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { WatermarkStatus } from '../network/stream-element.js'
import type {
  Input,
  OneInputStreamOperator,
  OperatorContext,
  OperatorSnapshotFuture,
  SnapshotRequest,
} from '../operators/stream-operator.js'
import { StreamOperatorBase } from '../operators/stream-operator-base.js'
import type { CheckpointCommittables } from './checkpoint-committables.js'
import type { CommitCall } from './commit-call.js'
import { CommitMetrics } from './commit-metrics.js'
import { CommittableCollector } from './committable-collector.js'
import { CommittableState } from './committable-state.js'
import { RetryDelay } from './retry-delay.js'
import { sinkInitContext } from './init-contexts.js'

export interface CommitterParts {
  readonly createCommitter: (context: CommitterInitContext) => Committer<unknown> | Promise<Committer<unknown>>
  readonly serializer: SimpleVersionedSerializer<unknown> | undefined
}

export abstract class CommittingOperator extends StreamOperatorBase implements OneInputStreamOperator {
  readonly inputs: readonly Input[] = [this]
  protected readonly collector: CommittableCollector<unknown>
  protected hasEnded = false
  readonly #parts: CommitterParts
  readonly #metrics: CommitMetrics
  readonly #retry: RetryDelay
  #committer: Committer<unknown> | undefined
  #state: CommittableState | undefined
  /** One commit after the other. */
  #commits: Promise<void> = Promise.resolve()

  constructor(binding: OperatorBinding, context: OperatorContext, parts: CommitterParts) {
    super(binding, context)
    this.#parts = parts
    this.collector = new CommittableCollector(binding.name)
    this.#metrics = new CommitMetrics(context.metrics, () => this.collector.pending().length)
    this.#retry = new RetryDelay(context)
  }

  /** Those that may be committed now, in their order. */
  protected abstract due(): readonly CheckpointCommittables<unknown>[]

  /** Of one that leaves: all of it is committed or failed. */
  protected abstract checkpointFinished(checkpoint: CheckpointCommittables<unknown>): void

  override async initializeState(restored: OperatorSubtaskState | undefined, checkpointId?: number): Promise<void> {
    await super.initializeState(restored, checkpointId)
    const { registeredTypes } = this.context
    this.#state = new CommittableState(this.state.operatorBackend, this.name, this.#parts.serializer, registeredTypes)
    const calls = this.#state.takeRestored()
    if (checkpointId !== undefined) this.collector.restore(checkpointId, calls)
    await this.guarded(async () => {
      const committer: unknown = await this.#parts.createCommitter(sinkInitContext(this.context, checkpointId))
      if (!hasMethods(committer, 'commit')) throw this.#invalid(committer)
      this.#committer = committer as Committer<unknown>
    })
  }

  /** Before any record: what the attempt before has left to be committed. */
  override async open(): Promise<void> {
    await super.open()
    await this.commitDue()
  }

  processElement(value: unknown): void {
    this.collector.add(value as CommittableMessage<unknown>)
    // What is to be retried would be tried with every committable that comes: this one waits for the retry too.
    if (this.#retry.isUnderWay && !this.hasEnded) return
    if (this.due().some((each) => each.hasReceivedAll)) this.context.suspendInputUntil(this.commitDue())
  }

  prepareKeys(): void {
    // Committables have none.
  }

  processWatermark(timestamp: number): boolean {
    return this.output.emitWatermark(timestamp)
  }

  processWatermarkStatus(status: WatermarkStatus): boolean {
    this.output.emitWatermarkStatus(status)
    return true
  }

  override snapshotState(request: SnapshotRequest): Promise<OperatorSnapshotFuture> {
    this.#state?.set(this.collector.pending())
    return super.snapshotState(request)
  }

  override async close(): Promise<void> {
    this.#retry.stop()
    const committer = this.#committer
    this.#committer = undefined
    try {
      await committer?.close?.()
    } catch (error) {
      if (!this.errors.hasFailed) throw this.failed(error)
    } finally {
      await super.close()
    }
  }

  /** After the input has ended it resolves when nothing of it is to be retried any more. */
  protected commitDue(): Promise<void> {
    this.#commits = this.#commits.then(() => this.guarded(() => this.#commitAll()))
    return this.#commits
  }

  async #commitAll(): Promise<void> {
    for (;;) {
      let isRetried = false
      for (const checkpoint of this.due()) {
        if (!checkpoint.hasReceivedAll) continue
        await this.#commit(checkpoint.pending())
        if (this.#committer === undefined) return
        isRetried ||= !checkpoint.isFinished
      }
      this.#removeFinished()
      if (!isRetried) return
      if (!this.hasEnded) {
        this.#retry.begin(() => {
          this.context.suspendInputUntil(this.commitDue())
        })
        return
      }
      if (!(await this.#retry.wait())) return
    }
  }

  /** In their order: none before an earlier one. */
  #removeFinished(): void {
    for (const checkpoint of this.due()) {
      if (!checkpoint.isFinished) return
      this.collector.remove(checkpoint)
      this.checkpointFinished(checkpoint)
    }
  }

  async #commit(calls: readonly CommitCall<unknown>[]): Promise<void> {
    if (calls.length === 0) return
    for (const call of calls) call.begin()
    await this.#committer?.commit(calls)
    // Closed meanwhile: nobody is to hear of what became of them.
    if (this.#committer === undefined) return
    for (const call of calls) {
      call.end()
      this.#metrics.answered(call.state)
      if (call.state === 'failed') this.#lost(call)
    }
    const numAlready = calls.filter(({ state }) => state === 'already-committed').length
    if (numAlready > 0) this.context.logger.info('committables were committed by an earlier attempt', { numAlready })
  }

  #lost(call: CommitCall<unknown>): void {
    const [committable, reason] = [describeValue(call.getCommittable()), messageOf(call.failure)]
    this.context.logger.error('a committable could not be committed and is given up', { committable, reason })
  }

  #invalid(committer: unknown): FlinkError {
    const [returned, expected] = [describeValue(committer), 'a committer with a method commit']
    return new FlinkError('SINK_PART_INVALID', { sink: this.name, method: 'createCommitter', returned, expected })
  }
}
