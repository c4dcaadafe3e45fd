import { describeThrown } from '../../core/errors/thrown-value.js'
import { structuredSerializer } from '../../core/types/structured-serializer.js'
import { NO_REGISTERED_TYPES } from '../../core/types/registered-types.js'
import type { TypeSerializer } from '../../core/types/type-serializer.js'
import { ListStateDescriptor } from '../state/list-state-descriptor.js'
import type { ListState } from '../state/list-state.js'
import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import { AbstractStreamOperator } from './abstract-stream-operator.js'
import type { CheckpointCommitter } from './checkpoint-committer.js'
import type { OneInputStreamOperator } from './one-input-stream-operator.js'
import { byCheckpoint, type PendingCheckpoint } from './pending-checkpoint.js'
import type { StateInitializationContext, StateSnapshotContext } from './raw-state.js'
import { SerializedValues } from './serialized-values.js'
import type { StreamRecord } from './stream-record.js'

const RETRY_DELAY_MS = 1000
/** Flink's name. */
const PENDING_CHECKPOINTS = 'pending-checkpoints'

/**
 * A sink that keeps records in its state until the checkpoint is complete that they belong to, and sends them then: for outer systems
 * without transactions. The committer remembers what was sent; where a crash comes between the two, `sendValues` is called again with
 * the same values. For {@link DataStream.transform}; nothing comes out of it.
 *
 * Records of a checkpoint that `sendValues` did not send (false, or an error, which is written to standard error) are sent with the next one, in
 * order. After the end of the input the sink tries again every second instead, and an error fails the job, which goes on from its last
 * checkpoint. Records lie in memory, as bytes, from one checkpoint to the next. Nothing is sent without checkpoints, which is written
 * to standard error at the end. A job that goes back to an older checkpoint needs another job id: the numbers of its checkpoints come again.
 *
 * @example
 * ```ts
 * import { GenericWriteAheadSink, StreamExecutionEnvironment, Types, type CheckpointCommitter } from 'flink-ts'
 *
 * class IntoLog extends GenericWriteAheadSink<string> {
 *   protected sendValues(values: Iterable<string>, checkpointId: number): boolean {
 *     for (const value of values) console.log(`${String(checkpointId)}: ${value}`)
 *     return true
 *   }
 * }
 * const add = (committer: CheckpointCommitter): void => {
 *   const env = StreamExecutionEnvironment.getExecutionEnvironment()
 *   const sink = new IntoLog(committer, Types.STRING, 'my-job')
 *   env.fromElements('a', 'b').transform('Into Log', undefined, sink).uid('into-log')
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/runtime/operators/GenericWriteAheadSink.html
 */
export abstract class GenericWriteAheadSink<IN>
  extends AbstractStreamOperator<never>
  implements OneInputStreamOperator<IN, never>
{
  readonly #committer: CheckpointCommitter
  readonly #jobId: string
  readonly #values: SerializedValues<IN>
  #state: ListState<PendingCheckpoint> | undefined
  #pending: PendingCheckpoint[] = []
  #hasFinished = false
  #isClosed = false
  /** Ends the waiting for the next try. */
  #stopWaiting: () => void = () => undefined

  /** Without a type records may be plain data. The id tells the committer whose checkpoints these are: it stays over all runs. */
  constructor(committer: CheckpointCommitter, type: TypeInformation<IN> | undefined, jobId: string) {
    super()
    this.#committer = committer
    this.#jobId = jobId
    const declared = checkOptionalType('new GenericWriteAheadSink(...)', type)
    const serializer = declared?.createSerializer() ?? structuredSerializer(NO_REGISTERED_TYPES)
    this.#values = new SerializedValues(serializer as TypeSerializer<IN>)
  }

  /** Sends the records of a checkpoint, in the order in which they came. False: it could not, and is asked again. */
  protected abstract sendValues(
    values: Iterable<IN>,
    checkpointId: number,
    timestampMs: number,
  ): boolean | Promise<boolean>

  override initializeState(context: StateInitializationContext): void {
    const descriptor = new ListStateDescriptor<PendingCheckpoint>(PENDING_CHECKPOINTS)
    this.#state = context.getOperatorStateStore().getListState(descriptor)
    this.#pending = [...this.#state.get()].sort(byCheckpoint)
  }

  override async open(): Promise<void> {
    this.#committer.setJobId(this.#jobId)
    this.#committer.setOperatorId(this.getOperatorID())
    await this.#committer.createResource()
    await this.#committer.open()
    const left: PendingCheckpoint[] = []
    for (const each of this.#pending) if (!(await this.#isCommitted(each))) left.push(each)
    this.#pending = left
  }

  processElement(element: StreamRecord<IN>): void {
    this.#values.add(element.getValue())
  }

  override finish(): void {
    this.#hasFinished = true
  }

  override snapshotState(context: StateSnapshotContext): void {
    if (this.#values.count > 0) {
      const subtaskId = this.getRuntimeContext().getIndexOfThisSubtask()
      const [checkpointId, timestampMs] = [context.getCheckpointId(), context.getCheckpointTimestamp()]
      this.#pending.push({ checkpointId, subtaskId, timestampMs, values: this.#values.takeAll() })
    }
    this.#state?.update(this.#pending)
  }

  override async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    try {
      while (!(await this.#sendUpTo(checkpointId)) && !this.#isClosed) {
        if (this.#hasFinished) {
          await this.#delay()
          continue
        }
        this.#tellOfRetry(checkpointId, 'sendValues gave false')
        return
      }
    } catch (error) {
      if (this.#hasFinished) throw error
      this.#tellOfRetry(checkpointId, describeThrown(error))
    }
  }

  override async close(): Promise<void> {
    this.#isClosed = true
    this.#stopWaiting()
    const numLeft = this.#pending.reduce((sum, { values }) => sum + values.count, this.#values.count)
    if (this.#hasFinished && numLeft > 0) {
      this.#tell(`${String(numLeft)} records were not sent: lost, unless the job restarts or goes on from a checkpoint`)
    }
    await this.#committer.close()
  }

  /** False: not all of them. Once it is closed, the next attempt sends them: nothing more is sent here. */
  async #sendUpTo(checkpointId: number): Promise<boolean> {
    for (
      let next = this.#pending[0];
      next !== undefined && next.checkpointId <= checkpointId;
      next = this.#pending[0]
    ) {
      const isCommitted = await this.#isCommitted(next)
      if (this.#isClosed) return false
      if (!isCommitted) {
        const isSent = await this.sendValues(this.#values.read(next.values), next.checkpointId, next.timestampMs)
        if (!isSent || this.#isClosed) return false
        await this.#committer.commitCheckpoint(next.subtaskId, next.checkpointId)
      }
      this.#pending.shift()
    }
    return true
  }

  /** Ends when the operator is closed. */
  #delay(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.getRuntimeContext().getClock().setTimer(RETRY_DELAY_MS, resolve)
      this.#stopWaiting = () => {
        timer.cancel()
        resolve()
      }
    })
  }

  #tellOfRetry(checkpointId: number, reason: string): void {
    this.#tell(`not sent with checkpoint ${String(checkpointId)}, tried again with the next one: ${reason}`)
  }

  #tell(what: string): void {
    this.getRuntimeContext().getStandardError().write(`${this.getOperatorName()}: ${what}\n`)
  }

  async #isCommitted({ subtaskId, checkpointId }: PendingCheckpoint): Promise<boolean> {
    return this.#committer.isCheckpointCommitted(subtaskId, checkpointId)
  }
}
