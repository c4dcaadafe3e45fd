// Duty: runs an operator that the program brings: its life, its state and timers, what it emits.
// Invariants: hooks of its life may be asynchronous, and the task waits; what it is called with for records and time is synchronous.
// What it throws leaves as the one error that names it. It is closed once, on every end, where it had begun.
// Thread: the task worker that owns the operator.
import type { OperatorRuntime } from '../../../../api/operators/operator-runtime.js'
import type { StateInitializationContext, StateSnapshotContext } from '../../../../api/operators/raw-state.js'
import type { StreamOperator as OwnersOperator } from '../../../../api/operators/stream-operator.js'
import type { WatermarkStatus } from '../../../../api/operators/watermark-status.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { describeThrown } from '../../../../core/errors/thrown-value.js'
import type { KeyKind } from '../../../../core/keygroups/canonical-key.js'
import type { OperatorBinding } from '../../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../../storage/state-handles.js'
import type { SnapshotIncrement } from '../../state/keyed-state-backend.js'
import { isThenable } from '../../state/thenable.js'
import { timestampOf } from '../../eventtime/watermark-timestamp.js'
import { StreamingRuntimeContext } from '../streaming-runtime-context.js'
import { StreamOperatorBase } from '../stream-operator-base.js'
import type { OperatorContext } from '../stream-operator.js'
import type { CapturedState } from '../stream-operator-state-handler.js'
import { checkedStatus } from './own-arguments.js'
import { OwnOutput } from './own-output.js'
import { OwnTime } from './own-time.js'
import { ownRuntime } from './own-runtime.js'
import { RawStateLists } from './raw-state-lists.js'

/** As the base of own operators has it. */
export interface OwnOperator extends OwnersOperator {
  setup(runtime: OperatorRuntime): void
}

export abstract class OwnStreamOperator<Owners extends OwnOperator> extends StreamOperatorBase {
  protected readonly owners: Owners
  protected readonly time: OwnTime
  protected readonly runtimeContext: StreamingRuntimeContext
  readonly #rawState: RawStateLists
  readonly #keyKind: KeyKind
  #hasBegun = false

  constructor(binding: OperatorBinding, context: OperatorContext, owners: Owners) {
    super(binding, context)
    this.owners = owners
    this.time = new OwnTime(context, (timestamp) => this.fireTimers(timestamp))
    this.runtimeContext = new StreamingRuntimeContext(binding.name, context, this.keyedBackend)
    this.#keyKind = binding.keys.find((each) => each !== undefined)?.kind ?? 'auto'
    this.#rawState = new RawStateLists(binding.name, context.taskInfo, this.state.operatorBackend)
  }

  override async initializeState(
    restored: OperatorSubtaskState | undefined,
    checkpointId: number | undefined,
  ): Promise<void> {
    await super.initializeState(restored, checkpointId)
    this.#hasBegun = true
    await this.guarded(async () => {
      this.owners.setup(this.#runtime())
      await this.owners.initializeState(this.#initializationContext(checkpointId))
    })
  }

  override async open(): Promise<void> {
    await super.open()
    await this.guarded(async () => this.owners.open())
  }

  override async prepareSnapshotPreBarrier(checkpointId: number): Promise<void> {
    this.leaveKey()
    await this.guarded(async () => this.owners.prepareSnapshotPreBarrier(checkpointId))
  }

  override async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    this.leaveKey()
    await this.guarded(async () => this.owners.notifyCheckpointComplete(checkpointId))
  }

  override async notifyCheckpointAborted(checkpointId: number): Promise<void> {
    this.leaveKey()
    await this.guarded(async () => this.owners.notifyCheckpointAborted(checkpointId))
  }

  override async finish(): Promise<boolean> {
    await super.finish()
    await this.guarded(async () => this.owners.finish())
    return true
  }

  override async close(): Promise<void> {
    this.leaveKey()
    const hasBegun = this.#hasBegun
    this.#hasBegun = false
    try {
      if (hasBegun) await this.#closeOwners()
    } finally {
      await super.close()
    }
  }

  /** What the base of an operator with one input never does. */
  protected combineWatermark(_timestamp: number, _input: 0 | 1): void {
    throw new FlinkError('ASSERTION_FAILED', { what: `${this.name} has one input` })
  }

  protected combineWatermarkStatus(_status: WatermarkStatus, _input: 0 | 1): void {
    throw new FlinkError('ASSERTION_FAILED', { what: `${this.name} has one input` })
  }

  /** Whatever the operator throws, and whatever it returns that is a promise, is its error. */
  protected call(method: keyof Owners & string, action: () => unknown): void {
    try {
      this.refusePromise(action(), method, this.owners)
    } catch (error) {
      throw this.failed(error)
    }
  }

  /** As UdfStreamOperator: with a synchronous hook all of it happens before this returns. */
  protected override captureState(
    checkpointId: number,
    timestamp: number,
    increment?: SnapshotIncrement,
  ): CapturedState | Promise<CapturedState> {
    this.leaveKey()
    let pending: void | Promise<void>
    try {
      pending = this.owners.snapshotState(this.#snapshotContext(checkpointId, timestamp))
    } catch (error) {
      throw this.failed(error)
    }
    const capture = (): CapturedState | Promise<CapturedState> => {
      this.#rawState.endSnapshot()
      return super.captureState(checkpointId, timestamp, increment)
    }
    if (!isThenable(pending)) return capture()
    return this.guarded(async () => {
      await pending
      return capture()
    })
  }

  async #closeOwners(): Promise<void> {
    try {
      await this.owners.close()
    } catch (error) {
      if (!this.errors.hasFailed) throw this.failed(error)
      const reason = describeThrown(error)
      this.context.logger.warn('close failed after an earlier failure', { operator: this.name, reason })
    }
  }

  #runtime(): OperatorRuntime {
    return ownRuntime({
      operatorName: this.name,
      operatorId: this.operatorId,
      context: this.context,
      output: new OwnOutput(this.name, this.context.output, this.time),
      runtimeContext: this.runtimeContext,
      operatorStateStore: this.state.operatorBackend,
      keyedBackend: this.keyedBackend,
      keyKind: this.#keyKind,
      timerService: (name, namespaces, triggerable) => this.getInternalTimerService(name, namespaces, triggerable),
      refusePromise: (result, method, owner) => {
        this.refusePromise(result, method, owner)
      },
      failed: (error) => this.failed(error),
      advanceTime: (mark) => {
        this.time.advance(timestampOf(mark, 'processWatermark'))
      },
      combineWatermark: (mark, input) => {
        this.combineWatermark(timestampOf(mark, `processWatermark${String(input + 1)}`), input)
      },
      combineWatermarkStatus: (status, input) => {
        this.combineWatermarkStatus(checkedStatus(status, `processWatermarkStatus${String(input + 1)}`), input)
      },
    })
  }

  #initializationContext(checkpointId: number | undefined): StateInitializationContext {
    return {
      isRestored: () => checkpointId !== undefined,
      getRestoredCheckpointId: () => checkpointId ?? null,
      getOperatorStateStore: () => this.state.operatorBackend,
      getKeyedStateStore: () => this.runtimeContext,
      getRawKeyedStateInputs: () => this.#rawState.restoredKeyGroups(),
      getRawOperatorStateInputs: () => this.#rawState.restoredPartitions(),
    }
  }

  #snapshotContext(checkpointId: number, timestamp: number): StateSnapshotContext {
    return {
      getCheckpointId: () => checkpointId,
      getCheckpointTimestamp: () => timestamp,
      getRawKeyedOperatorStateOutput: () => {
        this.requireKeyedBackend('raw keyed state')
        return this.#rawState.keyedOutput()
      },
      getRawOperatorStateOutput: () => this.#rawState.partitionOutput(),
    }
  }
}
