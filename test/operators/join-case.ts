import assert from 'node:assert/strict'
import type { DataStream } from '../../src/api/datastream/data-stream.js'
import type { KeyedStream } from '../../src/api/datastream/keyed-stream.js'
import { TransformationRecorder } from '../../src/api/datastream/transformation-recorder.js'
import type { TypeInformation } from '../../src/api/types/type-information.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import { bindingOf } from './operator-harness.js'
import type { Event } from './window-case.js'

type Events = DataStream<Event>
type KeyedEvents = KeyedStream<Event, string>

/** The operator that a program records for two streams. */
export function pairBinding<O>(
  build: (left: Events, right: Events) => DataStream<O>,
  type?: TypeInformation<Event>,
): OperatorBinding {
  const recorder = new TransformationRecorder()
  const [left, right] = ['Left', 'Right'].map((name) => {
    const operator = { kind: 'source-function' as const, function: { run: () => undefined, cancel: () => undefined } }
    return recorder.source<Event>({ name, operator, outputType: type }, { bounded: true, nonParallel: true })
  })
  assert.ok(left !== undefined && right !== undefined)
  const { transformation } = build(left, right)
  assert.equal(transformation.type, 'multiple-input')
  return bindingOf(transformation.operator, ...transformation.inputs.map(({ key }) => key))
}

/** The one for two keyed streams. */
export function keyedPairBinding<O>(
  build: (left: KeyedEvents, right: KeyedEvents) => DataStream<O>,
  type?: TypeInformation<Event>,
): OperatorBinding {
  const keyOf = ([key]: Event): string => key
  return pairBinding((left, right) => build(left.keyBy(keyOf), right.keyBy(keyOf)), type)
}
