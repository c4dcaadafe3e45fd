import type { DataInputView } from '../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../core/memory/data-output-view.js'
import type { FunctionInitializationContext, FunctionSnapshotContext } from '../functions/checkpointed-function.js'

/**
 * Raw keyed state as an operator writes it: bytes for each key group, which a restore with another parallelism gives to the subtask that
 * has the key group then.
 *
 * @example
 * ```ts
 * import type { KeyedStateCheckpointOutputStream } from 'flink-ts'
 *
 * function write(counts: ReadonlyMap<number, number>, output: KeyedStateCheckpointOutputStream): void {
 *   for (const keyGroup of output.getKeyGroupList()) output.startNewKeyGroup(keyGroup).writeVarInt(counts.get(keyGroup) ?? 0)
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/runtime/state/KeyedStateCheckpointOutputStream.html
 */
export interface KeyedStateCheckpointOutputStream {
  /** The key groups of this subtask, rising. */
  getKeyGroupList(): readonly number[]
  /** Where the bytes of the key group are to be written, till the snapshot; each key group once. KEY_GROUP_REFUSED otherwise. */
  startNewKeyGroup(keyGroupId: number): DataOutputView
}

/**
 * Raw operator state as an operator writes it: partitions of bytes, which a restore deals out to the subtasks.
 *
 * @example
 * ```ts
 * import type { OperatorStateCheckpointOutputStream } from 'flink-ts'
 *
 * function write(lines: readonly string[], output: OperatorStateCheckpointOutputStream): void {
 *   for (const line of lines) output.startNewPartition().writeUtf8(line)
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/runtime/state/OperatorStateCheckpointOutputStream.html
 */
export interface OperatorStateCheckpointOutputStream {
  /** Where the bytes of one more partition are to be written, till the snapshot. */
  startNewPartition(): DataOutputView
}

/**
 * A partition of raw operator state that came back.
 *
 * @example
 * ```ts
 * import type { StatePartitionStreamProvider } from 'flink-ts'
 *
 * const lineOf = (partition: StatePartitionStreamProvider): string => partition.getStream().readUtf8()
 * ```
 */
export interface StatePartitionStreamProvider {
  getStream(): DataInputView
}

/**
 * A key group of raw keyed state that came back.
 *
 * @example
 * ```ts
 * import type { KeyGroupStatePartitionStreamProvider } from 'flink-ts'
 *
 * function read(inputs: Iterable<KeyGroupStatePartitionStreamProvider>): Map<number, number> {
 *   return new Map([...inputs].map((input) => [input.getKeyGroupId(), input.getStream().readVarInt()]))
 * }
 * ```
 */
export interface KeyGroupStatePartitionStreamProvider extends StatePartitionStreamProvider {
  getKeyGroupId(): number
}

/**
 * What an own operator has of its state when it begins.
 *
 * @example
 * ```ts
 * import { AbstractStreamOperator, type OneInputStreamOperator, type StateInitializationContext, type StreamRecord } from 'flink-ts'
 *
 * class Remembering extends AbstractStreamOperator<string> implements OneInputStreamOperator<string, string> {
 *   #lines: string[] = []
 *   override initializeState(context: StateInitializationContext): void {
 *     for (const partition of context.getRawOperatorStateInputs()) this.#lines.push(partition.getStream().readUtf8())
 *   }
 *   processElement(element: StreamRecord<string>): void {
 *     this.#lines.push(element.getValue())
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/runtime/state/StateInitializationContext.html
 */
export interface StateInitializationContext extends FunctionInitializationContext {
  /** Those of this subtask's key groups that were written; none on a fresh start. */
  getRawKeyedStateInputs(): Iterable<KeyGroupStatePartitionStreamProvider>
  /** This subtask's share of the partitions; none on a fresh start. */
  getRawOperatorStateInputs(): Iterable<StatePartitionStreamProvider>
}

/**
 * What an own operator may write at a snapshot, beside the state that it has declared.
 *
 * @example
 * ```ts
 * import { AbstractStreamOperator, type OneInputStreamOperator, type StateSnapshotContext, type StreamRecord } from 'flink-ts'
 *
 * class Collecting extends AbstractStreamOperator<string> implements OneInputStreamOperator<string, string> {
 *   readonly #lines: string[] = []
 *   override snapshotState(context: StateSnapshotContext): void {
 *     const output = context.getRawOperatorStateOutput()
 *     for (const line of this.#lines) output.startNewPartition().writeUtf8(line)
 *   }
 *   processElement(element: StreamRecord<string>): void {
 *     this.#lines.push(element.getValue())
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/runtime/state/StateSnapshotContext.html
 */
export interface StateSnapshotContext extends FunctionSnapshotContext {
  /** On keyed streams only, else KEYED_STATE_ON_NON_KEYED_STREAM. */
  getRawKeyedOperatorStateOutput(): KeyedStateCheckpointOutputStream
  getRawOperatorStateOutput(): OperatorStateCheckpointOutputStream
}
