import { FlinkError } from '../../core/errors/flink-error.js'
import type { TransformationInput } from '../dag/transformation.js'
import { BroadcastProcessFunction } from '../functions/broadcast-process-function.js'
import { KeyedBroadcastProcessFunction } from '../functions/keyed-broadcast-process-function.js'
import type { TypeInformation } from '../types/type-information.js'
import type { BroadcastStream } from './broadcast-stream.js'
import { asTwoInputFunction } from './function-arguments.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'
import type { TransformationRecorder } from './transformation-recorder.js'

const METHODS = ['processElement', 'processBroadcastElement'] as const

/**
 * A stream, keyed or not, beside a broadcast one whose records make up broadcast state.
 *
 * @example
 * ```ts
 * import type { BroadcastConnectedStream, BroadcastProcessFunction, DataStream } from 'flink-ts'
 *
 * function applied(
 *   connected: BroadcastConnectedStream<string, number>,
 *   rules: BroadcastProcessFunction<string, number, string>,
 * ): DataStream<string> {
 *   return connected.process(rules).uid('rules')
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/
 */
export class BroadcastConnectedStream<IN1, IN2, K = unknown> {
  /** Keeps the types of the records and of the key; never read. */
  declare readonly types: readonly [IN1, IN2, K]
  readonly #recorder: TransformationRecorder
  readonly #input: TransformationInput
  readonly #broadcast: BroadcastStream<IN2>

  constructor(recorder: TransformationRecorder, input: TransformationInput, broadcast: BroadcastStream<IN2>) {
    this.#recorder = recorder
    this.#input = input
    this.#broadcast = broadcast
  }

  /**
   * A KeyedBroadcastProcessFunction where the stream that is not broadcast is keyed, else a BroadcastProcessFunction: the other
   * one is GRAPH_INVALID.
   */
  process<O>(
    processFunction: KeyedBroadcastProcessFunction<K, IN1, IN2, O> | BroadcastProcessFunction<IN1, IN2, O>,
    type?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O> {
    const descriptors = this.#broadcast.getBroadcastStateDescriptors()
    const inputs = [this.#input, { input: this.#broadcast.transformation, key: undefined }]
    if (this.#input.key === undefined) {
      if (processFunction instanceof KeyedBroadcastProcessFunction) {
        throw unfit('a KeyedBroadcastProcessFunction needs a keyed stream; call keyBy(...) before connect(...)')
      }
      const userFunction = asTwoInputFunction<BroadcastProcessFunction<unknown, unknown, unknown>>(
        processFunction,
        METHODS,
        'process',
      )
      const operator = { kind: 'broadcast-process', function: userFunction, descriptors } as const
      return this.#recorder.multipleInput(inputs, { name: 'Co-Process-Broadcast', operator, outputType: type })
    }
    if (processFunction instanceof BroadcastProcessFunction) {
      throw unfit(
        'a BroadcastProcessFunction needs a stream without key; of a keyed one a KeyedBroadcastProcessFunction',
      )
    }
    const userFunction = asTwoInputFunction<KeyedBroadcastProcessFunction<unknown, unknown, unknown, unknown>>(
      processFunction,
      METHODS,
      'process',
    )
    const operator = { kind: 'keyed-broadcast-process', function: userFunction, descriptors } as const
    return this.#recorder.multipleInput(inputs, { name: 'Co-Process-Broadcast-Keyed', operator, outputType: type })
  }
}

function unfit(reason: string): FlinkError {
  return new FlinkError('GRAPH_INVALID', { operator: 'process', reason })
}
