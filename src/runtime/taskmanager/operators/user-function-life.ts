// Duty: the life of an operator's user functions, in the order of functionsOf(spec): runtime context of all, initializeState of
// all, open of all, (snapshot hooks, checkpoint notices)*, close of all.
// Invariants: hooks are found by their methods, whatever a function's class; they may be asynchronous, and the next function's
// comes when the one before has settled. A snapshot whose hooks are all synchronous is one synchronous call. Functions are
// closed in reverse order, once, on every end, also when open of one of them failed; an error in one close does not keep the
// others from theirs. After a failure of the operator an error in close is logged, so that it does not hide the first.
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
import type { ListState } from '../../../api/state/list-state.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { describeThrown } from '../../../core/errors/thrown-value.js'
import { isThenable } from '../state/thenable.js'
import type { OperatorErrors } from './operator-errors.js'
import type { OperatorContext } from './stream-operator.js'
import type { StreamOperatorStateHandler } from './stream-operator-state-handler.js'
import { StreamingRuntimeContext } from './streaming-runtime-context.js'

/** What the functions are given of their operator. */
export interface FunctionSurroundings {
  readonly operatorName: string
  readonly context: OperatorContext
  readonly state: StreamOperatorStateHandler
  readonly errors: OperatorErrors
}

export class UserFunctionLife {
  readonly #functions: readonly object[]
  readonly #surroundings: FunctionSurroundings
  readonly #runtimeContext: StreamingRuntimeContext
  /** Those that have begun to live, in their order. */
  #living: object[] = []

  constructor(functions: readonly object[], surroundings: FunctionSurroundings) {
    const { operatorName, context, state } = surroundings
    this.#functions = functions
    this.#surroundings = surroundings
    this.#runtimeContext = new StreamingRuntimeContext(operatorName, context, state.keyedBackend)
  }

  /** When the operator's state is restored. */
  initializeState(checkpointId: number | undefined): Promise<void> {
    return this.#surroundings.errors.guarded(async () => {
      for (const each of this.#functions) {
        this.#living.push(each)
        if (isRichFunction(each)) each.setRuntimeContext(this.#runtimeContext)
      }
      for (const [index, each] of this.#functions.entries()) {
        if (isCheckpointedFunction(each)) await each.initializeState(this.#initializationContext(checkpointId))
        else if (isListCheckpointed(each)) {
          const list = this.#listOfFunction(index)
          if (checkpointId !== undefined) await each.restoreState([...list.get()])
        }
      }
    })
  }

  open(): Promise<void> {
    return this.#surroundings.errors.guarded(async () => {
      for (const each of this.#functions) if (isRichFunction(each)) await each.open({})
    })
  }

  /** The snapshot hooks: done when it returns unless one of them is asynchronous. What they throw is not wrapped. */
  snapshotState(checkpointId: number, timestamp: number): void | PromiseLike<unknown> {
    const context: FunctionSnapshotContext = {
      getCheckpointId: () => checkpointId,
      getCheckpointTimestamp: () => timestamp,
    }
    return this.#snapshotFrom(0, context)
  }

  get hearsOfCheckpoints(): boolean {
    return this.#functions.some(isCheckpointListener)
  }

  notifyCheckpointComplete(checkpointId: number): Promise<void> {
    return this.#surroundings.errors.guarded(async () => {
      for (const each of this.#functions) {
        if (isCheckpointListener(each)) await each.notifyCheckpointComplete(checkpointId)
      }
    })
  }

  notifyCheckpointAborted(checkpointId: number): Promise<void> {
    return this.#surroundings.errors.guarded(async () => {
      for (const each of this.#functions) {
        if (isCheckpointListener(each)) await each.notifyCheckpointAborted?.(checkpointId)
      }
    })
  }

  async close(): Promise<void> {
    const closing = this.#living.toReversed()
    this.#living = []
    let failure: FlinkError | undefined
    for (const each of closing) {
      try {
        if (isRichFunction(each)) await each.close()
      } catch (error) {
        const { errors, context, operatorName: operator } = this.#surroundings
        if (errors.hasFailed) {
          context.logger.warn('close failed after an earlier failure', { operator, reason: describeThrown(error) })
        } else failure = errors.failed(error)
      }
    }
    if (failure !== undefined) throw failure
  }

  #snapshotFrom(first: number, context: FunctionSnapshotContext): void | PromiseLike<unknown> {
    for (let index = first; index < this.#functions.length; index += 1) {
      const pending = this.#snapshotOne(index, context)
      if (isThenable(pending)) return pending.then(() => this.#snapshotFrom(index + 1, context))
    }
  }

  #snapshotOne(index: number, context: FunctionSnapshotContext): void | PromiseLike<unknown> {
    const each = this.#functions[index]
    if (each === undefined) return undefined
    if (isCheckpointedFunction(each)) return each.snapshotState(context)
    if (!isListCheckpointed(each)) return undefined
    const list = this.#listOfFunction(index)
    const elements = each.snapshotState(context.getCheckpointId(), context.getCheckpointTimestamp())
    if (isThenable(elements)) {
      return elements.then((resolved) => {
        list.update(this.#elementsOf(resolved))
      })
    }
    list.update(this.#elementsOf(elements))
  }

  /** Operator state in which a ListCheckpointed function is stored: Flink's name for the first function of an operator. */
  #listOfFunction(index: number): ListState<unknown> {
    const name = index === 0 ? '_default_' : `_default_${String(index)}_`
    return this.#surroundings.state.operatorBackend.getListState(new ListStateDescriptor<unknown>(name))
  }

  /** What snapshotState of a ListCheckpointed function returned; null is an empty list. */
  #elementsOf(returned: unknown): readonly unknown[] {
    if (Array.isArray(returned)) return returned
    if (returned === null) return []
    const { operatorName: operator } = this.#surroundings
    const method = 'snapshotState'
    throw new FlinkError('STATE_LIST_INVALID', { operator, method, returned: describeValue(returned) })
  }

  #initializationContext(checkpointId: number | undefined): FunctionInitializationContext {
    return {
      isRestored: () => checkpointId !== undefined,
      getRestoredCheckpointId: () => checkpointId ?? null,
      getOperatorStateStore: () => this.#surroundings.state.operatorBackend,
      getKeyedStateStore: () => this.#runtimeContext,
    }
  }
}
