import type { AggregateFunction } from '../../src/api/functions/aggregate-function.js'
import assert from 'node:assert/strict'
import type { DataStream } from '../../src/api/datastream/data-stream.js'
import type { KeyedStream } from '../../src/api/datastream/keyed-stream.js'
import { TransformationRecorder } from '../../src/api/datastream/transformation-recorder.js'
import type { TypeInformation } from '../../src/api/types/type-information.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { bindingOf } from './operator-harness.js'

/** What goes into the windows of tests. */
export type Event = readonly [key: string, value: number]

/** The operator that a program records for the windows of a keyed stream. */
export function windowBinding<O>(
  build: (stream: KeyedStream<Event, string>) => DataStream<O>,
  type?: TypeInformation<Event>,
): OperatorBinding {
  return bindingOfLast((source) => build(source.keyBy(([key]) => key)), type)
}

/** The one for the windows of a stream without keys. */
export function allWindowBinding<O>(build: (stream: DataStream<Event>) => DataStream<O>): OperatorBinding {
  return bindingOfLast(build)
}

function bindingOfLast<O>(
  build: (source: DataStream<Event>) => DataStream<O>,
  outputType?: TypeInformation<Event>,
): OperatorBinding {
  const operator = { kind: 'source-function' as const, function: { run: () => undefined, cancel: () => undefined } }
  const recorded = { name: 'Source', operator, outputType }
  const source = new TransformationRecorder().source<Event>(recorded, { bounded: true, nonParallel: true })
  const { transformation } = build(source)
  assert.equal(transformation.type, 'one-input')
  return bindingOf(transformation.operator, transformation.key)
}

/** The values of a window in a list. Changes all that it is given, as it may. */
export const collected: AggregateFunction<Event, number[], number[]> = {
  createAccumulator: () => [],
  add: ([, value], values) => {
    values.push(value)
    return values
  },
  getResult: (values) => values,
  merge: (left, right) => {
    left.push(...right)
    right.length = 0
    return left
  },
}
