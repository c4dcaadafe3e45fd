import type { KeyedStateStore } from '../state/keyed-state-store.js'
import type { OperatorStateStore } from '../state/operator-state-store.js'
import { hasMethods } from './has-methods.js'

/** Which checkpoint a function is asked to take part in. */
export interface FunctionSnapshotContext {
  getCheckpointId(): number
  /** When the checkpoint was triggered, in ms since the epoch. */
  getCheckpointTimestamp(): number
}

/** The state stores of a function that is being set up. */
export interface FunctionInitializationContext {
  /** True when the state comes from a checkpoint or savepoint, be it empty. */
  isRestored(): boolean
  /** Id of the checkpoint that was restored, or null on a fresh start. */
  getRestoredCheckpointId(): number | null
  getOperatorStateStore(): OperatorStateStore
  /** On keyed streams only; elsewhere asking it for a state is the error KEYED_STATE_ON_NON_KEYED_STREAM. */
  getKeyedStateStore(): KeyedStateStore
}

/**
 * Implemented by a function (of any kind) that has operator state, or wants to register keyed state itself. It is found by
 * its two methods.
 *
 * @example
 * ```ts
 * import { ListStateDescriptor, Types } from 'flink-ts'
 * import type { CheckpointedFunction, FunctionInitializationContext, FunctionSnapshotContext } from 'flink-ts'
 * import type { ListState, MapFunction } from 'flink-ts'
 *
 * class Numbering implements MapFunction<string, string>, CheckpointedFunction {
 *   #state!: ListState<number>
 *   #count = 0
 *   async initializeState(context: FunctionInitializationContext): Promise<void> {
 *     this.#state = context.getOperatorStateStore().getListState(new ListStateDescriptor('count', Types.LONG))
 *     for (const count of this.#state.get()) this.#count += count
 *   }
 *   snapshotState(_context: FunctionSnapshotContext): void {
 *     this.#state.update([this.#count])
 *   }
 *   map(value: string): string {
 *     return `${++this.#count} ${value}`
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#checkpointedfunction
 */
export interface CheckpointedFunction {
  /** A checkpoint is being taken: bring the operator state up to date. No record is processed meanwhile. */
  snapshotState(context: FunctionSnapshotContext): void | Promise<void>
  /** Called before `open`, on every start: register the states, and read what was restored. */
  initializeState(context: FunctionInitializationContext): void | Promise<void>
}

/** True for an object with the two methods of a {@link CheckpointedFunction}. */
export function isCheckpointedFunction(candidate: unknown): candidate is CheckpointedFunction {
  return hasMethods(candidate, 'snapshotState', 'initializeState')
}
