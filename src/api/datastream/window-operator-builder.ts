import { FlinkError } from '../../core/errors/flink-error.js'
import type { WindowContentsSpec, WindowResultSpec, WindowSpec } from '../dag/operators/window-spec.js'
import type { TransformationInput } from '../dag/transformation.js'
import { isRichFunction } from '../functions/rich-function.js'
import type { TypeInformation } from '../types/type-information.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'
import type { OpenWindows, TransformationRecorder } from './transformation-recorder.js'
import { classNameOf, describedWindows, WindowingBuilder } from './windowing-builder.js'

/** What a windowed stream is made of. */
export interface WindowedInput {
  readonly recorder: TransformationRecorder
  readonly input: TransformationInput
}

/** What a window keeps and what becomes of it, and the type of the results where it is declared. */
export interface WindowFunctions {
  readonly contents: WindowContentsSpec
  readonly result: WindowResultSpec
  readonly outputType: TypeInformation<unknown> | undefined
}

/** Collects what is said of the windows of a stream, with or without keys, and records their operator. */
export class WindowOperatorBuilder extends WindowingBuilder {
  readonly #windowed: WindowedInput
  readonly #open: OpenWindows

  constructor(windowed: WindowedInput, assigner: unknown, method: string) {
    super(assigner, method)
    this.#windowed = windowed
    this.#open = { name: classNameOf(assigner as object) }
    windowed.recorder.beginWindows(this.#open)
  }

  build<O>({ contents, result, outputType }: WindowFunctions): SingleOutputStreamOperator<O> {
    const windowing = this.windowing()
    checkContents(contents)
    const { assigner, trigger, evictor } = windowing
    const { recorder, input } = this.#windowed
    recorder.endWindows(this.#open)
    const ofResult = 'function' in result ? [result.function] : []
    const ofContents = 'function' in contents ? [contents.function] : []
    const functions = [...ofResult, ...ofContents, assigner, trigger, ...(evictor === undefined ? [] : [evictor])]
    const elementType = input.input.outputType
    const operator: WindowSpec = { kind: 'window', ...windowing, contents, result, elementType, functions }
    const stream = recorder.operator<O>(input, { name: classNameOf(assigner), operator, outputType })
    return stream.setDescription(describedWindows(windowing, [...ofContents, ...ofResult]))
  }
}

/** As in Flink, only the function of the results has a life of its own. */
function checkContents(contents: WindowContentsSpec): void {
  if (contents.kind === 'list' || !isRichFunction(contents.function)) return
  const operator = contents.kind === 'reducing' ? 'reduce' : 'aggregate'
  const reason =
    'the function that combines the records of a window cannot be a rich function. ' +
    'Give a rich ProcessWindowFunction or WindowFunction beside it'
  throw new FlinkError('GRAPH_INVALID', { operator, reason })
}
