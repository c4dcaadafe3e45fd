// Duty: what all operators around one user function share: the function's life (runtime context, initializeState, open,
// snapshot hooks, checkpoint notices, close), its state and its errors.
// Invariants: hooks are found by their methods, whatever the function's class. Between records no key is set. What the
// function throws leaves as one FlinkError that names the operator. close runs the function's close once, on every end;
// after a failure of this operator an error in close is logged, so that it does not hide the first.
// Thread: the task worker that owns the operator.
import { isCheckpointListener } from '../../../api/functions/checkpoint-listener.js'
import {
  isCheckpointedFunction,
  type FunctionInitializationContext,
  type FunctionSnapshotContext,
} from '../../../api/functions/checkpointed-function.js'
import { isListCheckpointed } from '../../../api/functions/list-checkpointed.js'
import { isRichFunction } from '../../../api/functions/rich-function.js'
import { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import { functionsOf } from '../../../api/dag/operator-spec.js'
import type { KeySpec } from '../../../api/dag/key-spec.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { KeyedStateBackend, SnapshotIncrement } from '../state/keyed-state-backend.js'
import { asyncNotAllowed, isThenable } from '../state/thenable.js'
import { CapturedStateFuture } from './captured-state-future.js'
import { describeThrown } from '../../../core/errors/thrown-value.js'
import { operatorFailed } from './operator-failed.js'
import type { Output } from './output.js'
import type {
  Input,
  OperatorContext,
  OperatorSnapshotFuture,
  SnapshotRequest,
  StreamOperator,
} from './stream-operator.js'
import { StreamOperatorStateHandler, type CapturedState } from './stream-operator-state-handler.js'
import { StreamingRuntimeContext } from './streaming-runtime-context.js'

/** Operator state in which ListCheckpointed functions are stored. */
const LIST_CHECKPOINTED_STATE = new ListStateDescriptor<unknown>('_default_')

export abstract class UdfStreamOperator implements StreamOperator {
  abstract readonly inputs: readonly Input[]
  readonly operatorId: string
  readonly name: string
  protected readonly context: OperatorContext
  protected readonly output: Output
  readonly #function: object
  readonly #key: KeySpec | undefined
  readonly #state: StreamOperatorStateHandler
  readonly #keyedBackend: KeyedStateBackend | undefined
  readonly #runtimeContext: StreamingRuntimeContext
  #initialized = false
  #failed = false
  #closed = false

  constructor(binding: OperatorBinding, context: OperatorContext) {
    this.operatorId = binding.operatorId
    this.name = binding.name
    this.context = context
    this.output = context.output
    const [userFunction] = functionsOf(binding.spec)
    if (userFunction === undefined)
      throw new FlinkError('ASSERTION_FAILED', { what: `${binding.name} has no function` })
    this.#function = userFunction
    this.#key = binding.keys[0]
    this.#state = new StreamOperatorStateHandler(binding, context)
    this.#keyedBackend = this.#state.keyedBackend
    this.#runtimeContext = new StreamingRuntimeContext(binding.name, context, this.#keyedBackend)
  }

  async initializeState(restored: OperatorSubtaskState | undefined, checkpointId: number | undefined): Promise<void> {
    await this.#state.restore(restored)
    this.#initialized = true
    const userFunction = this.#function
    await this.guarded(async () => {
      if (isRichFunction(userFunction)) userFunction.setRuntimeContext(this.#runtimeContext)
      if (isCheckpointedFunction(userFunction)) {
        await userFunction.initializeState(this.#initializationContext(checkpointId))
      } else if (isListCheckpointed(userFunction)) {
        const list = this.#state.operatorBackend.getListState(LIST_CHECKPOINTED_STATE)
        if (checkpointId !== undefined) await userFunction.restoreState([...list.get()])
      }
    })
  }

  async open(): Promise<void> {
    const userFunction = this.#function
    if (isRichFunction(userFunction)) await this.guarded(async () => userFunction.open({}))
  }

  prepareSnapshotPreBarrier(_checkpointId: number): Promise<void> {
    return Promise.resolve()
  }

  async snapshotState(request: SnapshotRequest): Promise<OperatorSnapshotFuture> {
    const captured = await this.captureState(request.checkpointId, request.timestamp, request.increment)
    return new CapturedStateFuture(captured, request, this.context)
  }

  async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    const userFunction = this.#function
    if (!isCheckpointListener(userFunction)) return
    this.leaveKey()
    await this.guarded(async () => userFunction.notifyCheckpointComplete(checkpointId))
  }

  async notifyCheckpointAborted(checkpointId: number): Promise<void> {
    const userFunction = this.#function
    if (!isCheckpointListener(userFunction)) return
    this.leaveKey()
    await this.guarded(async () => userFunction.notifyCheckpointAborted?.(checkpointId))
  }

  finish(): Promise<boolean> {
    this.leaveKey()
    return Promise.resolve(true)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.leaveKey()
    const userFunction = this.#function
    try {
      if (this.#initialized && isRichFunction(userFunction)) await userFunction.close()
    } catch (error) {
      if (!this.#failed) throw this.failed(error)
      this.context.logger.warn('close failed after an earlier failure', {
        operator: this.name,
        reason: describeThrown(error),
      })
    } finally {
      await this.#state.dispose()
    }
  }

  accumulators(): Readonly<Record<string, unknown>> {
    return this.#runtimeContext.accumulatorResults()
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

  protected setCurrentKey(value: unknown, keyHash: number): void {
    if (this.#key !== undefined) this.#keyedBackend?.setCurrentKey(this.#key.select(value), keyHash)
  }

  protected leaveKey(): void {
    this.#state.leaveKey()
  }

  /**
   * The function's snapshot hook, then the state. With a synchronous hook all of it happens before this returns, so
   * nothing can come between.
   */
  protected captureState(
    checkpointId: number,
    timestamp: number,
    increment?: SnapshotIncrement,
  ): CapturedState | Promise<CapturedState> {
    this.leaveKey()
    let pending: void | PromiseLike<unknown>
    try {
      pending = this.#callSnapshotHook(checkpointId, timestamp)
    } catch (error) {
      throw this.failed(error)
    }
    if (!isThenable(pending)) return this.#state.capture(increment)
    return this.guarded(async () => {
      await pending
      return this.#state.capture(increment)
    })
  }

  /** The one error for what the function threw. */
  protected failed(error: unknown): FlinkError {
    this.#failed = true
    return operatorFailed(error, this.name, this.context.taskInfo)
  }

  /** Per-record functions are synchronous. */
  protected refusePromise(result: unknown, method: string): void {
    if (isThenable(result)) throw asyncNotAllowed(result, this.name, method)
  }

  protected async guarded<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action()
    } catch (error) {
      throw this.failed(error)
    }
  }

  #callSnapshotHook(checkpointId: number, timestamp: number): void | PromiseLike<unknown> {
    const userFunction = this.#function
    if (isCheckpointedFunction(userFunction)) {
      const context: FunctionSnapshotContext = {
        getCheckpointId: () => checkpointId,
        getCheckpointTimestamp: () => timestamp,
      }
      return userFunction.snapshotState(context)
    }
    if (!isListCheckpointed(userFunction)) return undefined
    const list = this.#state.operatorBackend.getListState(LIST_CHECKPOINTED_STATE)
    const elements = userFunction.snapshotState(checkpointId, timestamp)
    if (!isThenable(elements)) {
      list.update(this.#listOf(elements))
      return undefined
    }
    return elements.then((resolved) => {
      list.update(this.#listOf(resolved))
    })
  }

  /** What snapshotState of a ListCheckpointed function returned; null is an empty list. */
  #listOf(returned: unknown): readonly unknown[] {
    if (Array.isArray(returned)) return returned
    if (returned === null) return []
    const method = 'snapshotState'
    throw new FlinkError('STATE_LIST_INVALID', { operator: this.name, method, returned: describeValue(returned) })
  }

  #initializationContext(checkpointId: number | undefined): FunctionInitializationContext {
    return {
      isRestored: () => checkpointId !== undefined,
      getRestoredCheckpointId: () => checkpointId ?? null,
      getOperatorStateStore: () => this.#state.operatorBackend,
      getKeyedStateStore: () => this.#runtimeContext,
    }
  }
}
