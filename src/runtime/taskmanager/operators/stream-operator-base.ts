// Duty: what all operators share, whether or not there are user functions in them: state, current key, output, errors.
// Invariants: between records no key is set. State is restored before anything else and disposed of once, on every end. What
// fails leaves as one FlinkError that names the operator.
// Thread: the task worker that owns the operator.
import type { KeySpec } from '../../../api/dag/key-spec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { KeyedStateBackend, SnapshotIncrement } from '../state/keyed-state-backend.js'
import type { NamespaceType } from '../state/namespace-type.js'
import { asyncNotAllowed, isThenable, resultMissing, refuseResults } from '../state/thenable.js'
import { InternalTimeServiceManager } from '../timers/internal-time-service-manager.js'
import type { InternalTimerService, Triggerable } from '../timers/internal-timer-service.js'
import { CapturedStateFuture } from './captured-state-future.js'
import { OperatorErrors } from './operator-errors.js'
import type { Output } from './output.js'
import type {
  Input,
  OperatorContext,
  OperatorSnapshotFuture,
  SnapshotRequest,
  StreamOperator,
} from './stream-operator.js'
import { StreamOperatorStateHandler, type CapturedState } from './stream-operator-state-handler.js'

export abstract class StreamOperatorBase implements StreamOperator {
  abstract readonly inputs: readonly Input[]
  readonly operatorId: string
  readonly name: string
  protected readonly context: OperatorContext
  protected readonly output: Output
  protected readonly errors: OperatorErrors
  protected readonly state: StreamOperatorStateHandler
  readonly #key: KeySpec | undefined
  readonly #keyedBackend: KeyedStateBackend | undefined
  readonly #timers: InternalTimeServiceManager | undefined
  #closed = false

  constructor(binding: OperatorBinding, context: OperatorContext) {
    this.operatorId = binding.operatorId
    this.name = binding.name
    this.context = context
    this.output = context.output
    this.errors = new OperatorErrors(binding.name, context.taskInfo)
    const { badRecords, taskInfo, metrics, logger } = context
    badRecords?.belongTo({ name: this.name, subtaskIndex: taskInfo.subtaskIndex, metrics, logger, errors: this.errors })
    this.state = new StreamOperatorStateHandler(binding, context)
    this.#key = binding.keys[0]
    this.#keyedBackend = this.state.keyedBackend
    this.#timers = this.#createTimers(this.#keyedBackend)
  }

  async initializeState(restored: OperatorSubtaskState | undefined, checkpointId: number | undefined): Promise<void> {
    await this.state.restore(restored, checkpointId)
  }

  open(): Promise<void> {
    return Promise.resolve()
  }

  prepareSnapshotPreBarrier(_checkpointId: number): Promise<void> {
    return Promise.resolve()
  }

  async snapshotState(request: SnapshotRequest): Promise<OperatorSnapshotFuture> {
    const captured = await this.captureState(request.checkpointId, request.timestamp, request.increment)
    return new CapturedStateFuture(captured, request, this.context)
  }

  notifyCheckpointComplete(_checkpointId: number): Promise<void> {
    return Promise.resolve()
  }

  notifyCheckpointAborted(_checkpointId: number): Promise<void> {
    return Promise.resolve()
  }

  finish(): Promise<boolean> {
    this.leaveKey()
    return Promise.resolve(true)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.leaveKey()
    this.#timers?.close()
    await this.state.dispose()
  }

  /** State of the current key; operators on keyed streams only. */
  protected get keyedBackend(): KeyedStateBackend | undefined {
    return this.#keyedBackend
  }

  /** For operators that make no sense on another stream; `state` is what they would keep there. */
  protected requireKeyedBackend(state: string): KeyedStateBackend {
    if (this.#keyedBackend !== undefined) return this.#keyedBackend
    throw new FlinkError('KEYED_STATE_ON_NON_KEYED_STREAM', { operator: this.name, state })
  }

  /** The key of a record of the first input. */
  protected setCurrentKey(value: unknown, keyHash: number): void {
    if (this.#key !== undefined) this.#keyedBackend?.setCurrentKey(this.#key.select(value), keyHash)
  }

  /**
   * The timers of a name, which are in snapshots under it; from `open` on, on keyed streams only. Event-time timers fire in
   * `advanceWatermark`, those of processing time between two records.
   */
  protected getInternalTimerService<N>(
    name: string,
    namespaces: NamespaceType<N>,
    triggerable: Triggerable<N>,
  ): InternalTimerService<N> {
    if (this.#timers !== undefined) return this.#timers.getInternalTimerService(name, namespaces, triggerable)
    throw new FlinkError('TIMERS_ON_NON_KEYED_STREAM', { operator: this.name })
  }

  /**
   * Time has come to `timestamp` for the operator as a whole: timers fire, then the watermark goes on. False: not done, as an
   * input's `processWatermark`.
   */
  protected advanceWatermark(timestamp: number): boolean {
    return this.fireTimers(timestamp) && this.output.emitWatermark(timestamp)
  }

  /** The timers of event time that are due. False: not done; to be called again with the same timestamp. */
  protected fireTimers(timestamp: number): boolean {
    return this.#timers?.advanceWatermark(timestamp) !== false
  }

  leaveKey(): void {
    this.state.leaveKey()
  }

  /** The synchronous part: all state at one moment. */
  protected captureState(
    _checkpointId: number,
    _timestamp: number,
    increment?: SnapshotIncrement,
  ): CapturedState | Promise<CapturedState> {
    this.leaveKey()
    this.#timers?.prepareSnapshot()
    return this.state.capture(increment)
  }

  /** The one error for what a function threw. */
  protected failed(error: unknown): FlinkError {
    return this.errors.failed(error)
  }

  protected guarded<T>(action: () => Promise<T>): Promise<T> {
    return this.errors.guarded(action)
  }

  /** Per-record functions are synchronous. */
  protected refusePromise(result: unknown, method: string, userFunction: object): void {
    if (isThenable(result)) throw asyncNotAllowed(result, this.name, method, userFunction)
  }

  /** Of a function that has a collector for its results. */
  protected refuseResults(result: unknown, method: string, userFunction: object): void {
    refuseResults(result, this.name, method, userFunction)
  }

  /** Of a function whose result is kept. */
  protected requireResult(result: unknown, method: string, userFunction: object): void {
    if (result === undefined) throw resultMissing(this.name, method, userFunction)
    this.refusePromise(result, method, userFunction)
  }

  #createTimers(backend: KeyedStateBackend | undefined): InternalTimeServiceManager | undefined {
    if (backend === undefined) return undefined
    const failed = (error: unknown): FlinkError => this.failed(error)
    const { operatorBackend: operatorState } = this.state
    return new InternalTimeServiceManager({
      operatorName: this.name,
      backend,
      operatorState,
      task: this.context,
      failed,
    })
  }
}
