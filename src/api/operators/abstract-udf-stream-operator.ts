import { isCheckpointListener } from '../functions/checkpoint-listener.js'
import { isCheckpointedFunction } from '../functions/checkpointed-function.js'
import { isRichFunction } from '../functions/rich-function.js'
import { AbstractStreamOperator } from './abstract-stream-operator.js'
import type { StateInitializationContext, StateSnapshotContext } from './raw-state.js'

/**
 * The base of own operators with a user function in them, whose life they share: it is opened and closed with the operator, and takes part
 * in its snapshots. Whoever overrides one of these methods calls `super`.
 *
 * @example
 * ```ts
 * import {
 *   AbstractUdfStreamOperator,
 *   type MapFunction,
 *   type OneInputStreamOperator,
 *   type StreamRecord,
 * } from 'flink-ts'
 *
 * class Mapping<IN, OUT>
 *   extends AbstractUdfStreamOperator<OUT, MapFunction<IN, OUT>>
 *   implements OneInputStreamOperator<IN, OUT>
 * {
 *   processElement(element: StreamRecord<IN>): void {
 *     this.output.collect(element.replace(this.getUserFunction().map(element.getValue())))
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/operators/AbstractUdfStreamOperator.html
 */
export abstract class AbstractUdfStreamOperator<OUT, F extends object> extends AbstractStreamOperator<OUT> {
  readonly #userFunction: F

  constructor(userFunction: F) {
    super()
    this.#userFunction = userFunction
  }

  getUserFunction(): F {
    return this.#userFunction
  }

  override async initializeState(context: StateInitializationContext): Promise<void> {
    const userFunction: object = this.#userFunction
    if (isRichFunction(userFunction)) userFunction.setRuntimeContext(this.getRuntimeContext())
    if (isCheckpointedFunction(userFunction)) await userFunction.initializeState(context)
  }

  override async open(): Promise<void> {
    const userFunction: object = this.#userFunction
    if (isRichFunction(userFunction)) await userFunction.open({})
  }

  override async close(): Promise<void> {
    const userFunction: object = this.#userFunction
    if (isRichFunction(userFunction)) await userFunction.close()
  }

  override snapshotState(context: StateSnapshotContext): void | Promise<void> {
    const userFunction: object = this.#userFunction
    return isCheckpointedFunction(userFunction) ? userFunction.snapshotState(context) : undefined
  }

  override async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    const userFunction: object = this.#userFunction
    if (isCheckpointListener(userFunction)) await userFunction.notifyCheckpointComplete(checkpointId)
  }

  override async notifyCheckpointAborted(checkpointId: number): Promise<void> {
    const userFunction: object = this.#userFunction
    if (isCheckpointListener(userFunction)) await userFunction.notifyCheckpointAborted?.(checkpointId)
  }
}
