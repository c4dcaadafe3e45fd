import type { CoGroupSpec } from '../dag/operators/join-spec.js'
import type { CoGroupResultSpec, WindowingSpec } from '../dag/operators/window-spec.js'
import type { TransformationInput } from '../dag/transformation.js'
import type { TypeInformation } from '../types/type-information.js'
import { keySpecOf } from './key-extraction.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'
import type { TransformationRecorder } from './transformation-recorder.js'
import { describedWindows } from './windowing-builder.js'

/** Two streams on their way to a window join or coGroup; each gets its key. */
export interface StreamPair {
  /** Of the streams, for errors: `join` or `coGroup`. */
  readonly method: string
  readonly recorder: TransformationRecorder
  readonly inputs: readonly [first: TransformationInput, second: TransformationInput]
}

/** Where a key is given for the first, and where for the second stream. */
const KEY_METHODS = ['where', 'equalTo'] as const

/** The pair with the key of one of them. */
export function withKey(pair: StreamPair, number: 0 | 1, given: readonly [key: unknown, type: unknown]): StreamPair {
  const key = keySpecOf(given, KEY_METHODS[number])
  const { recorder, inputs } = pair
  const keyed = { input: recorder.keyed(inputs[number].input, key).transformation, key }
  return { ...pair, inputs: number === 0 ? [keyed, inputs[1]] : [inputs[0], keyed] }
}

/** How the results of the windows of a pair are made. */
export interface PairFunctions {
  readonly name: string
  readonly result: CoGroupResultSpec
  readonly outputType: TypeInformation<unknown> | undefined
}

export function recordWindows<O>(
  { recorder, inputs }: StreamPair,
  windowing: WindowingSpec,
  { name, result, outputType }: PairFunctions,
): SingleOutputStreamOperator<O> {
  const { assigner, trigger, evictor } = windowing
  const [first, second] = inputs
  const functions = [result.function, assigner, trigger, ...(evictor === undefined ? [] : [evictor])]
  const elementTypes = [first.input.outputType, second.input.outputType] as const
  const operator: CoGroupSpec = { kind: 'co-group', ...windowing, result, elementTypes, functions }
  const stream = recorder.multipleInput<O>(inputs, { name, operator, outputType })
  return stream.setDescription(describedWindows(windowing, [result.function]))
}
