import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Transformation } from '../../../src/api/dag/transformation.js'
import { WatermarkStrategy } from '../../../src/api/eventtime/watermark-strategy.js'
import { NumberSequenceSource } from '../../../src/api/connector/source/lib/number-sequence-source.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import { pairBinding } from '../../operators/join-case.js'
import { windowBinding } from '../../operators/window-case.js'
import { TumblingEventTimeWindows } from '../../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { byName, RecordedProgram } from './recorded-program.js'

const { spec } = windowBinding((stream) => stream.window(TumblingEventTimeWindows.of(10)).reduce((event) => event))

function originOf(build: (program: RecordedProgram) => Transformation, after?: WatermarkStrategy<unknown>): unknown {
  const program = new RecordedProgram()
  const keyed = program.partition(build(program), { kind: 'hash', key: byName })
  const windows = program.operator(keyed, 'windows', spec, {}, byName)
  if (after !== undefined) assigned(program, windows, after)
  const bindings = [...generateProgramGraph(program.pipeline()).operators.values()]
  return bindings.find(({ name }) => name === 'windows')?.timestampOrigin
}

function assigned(
  program: RecordedProgram,
  input: Transformation,
  strategy: WatermarkStrategy<unknown>,
): Transformation {
  return program.operator(input, 'times', { kind: 'timestamps-and-watermarks', strategy })
}

function splitSource(program: RecordedProgram, watermarkStrategy: WatermarkStrategy<unknown>): Transformation {
  const source = new NumberSequenceSource(1, 2)
  return program.source('numbers', {}, { kind: 'source', source, watermarkStrategy } as never)
}

const monotonous = WatermarkStrategy.forMonotonousTimestamps<unknown>()
const withAssigner = monotonous.withTimestampAssigner(() => 1)

test('windows know whether a strategy upstream assigns timestamps', () => {
  assert.equal(
    originOf((program) => assigned(program, program.source('s'), withAssigner)),
    'assigner',
  )
  assert.equal(
    originOf((program) => program.map(assigned(program, program.source('s'), monotonous), 'map')),
    'strategy',
  )
  assert.equal(
    originOf((program) => splitSource(program, withAssigner)),
    'assigner',
  )
  assert.equal(
    originOf((program) => splitSource(program, monotonous)),
    'strategy',
  )
})

test('windows know that the only strategy comes after them, or that there is none', () => {
  assert.equal(
    originOf((program) => program.source('s'), withAssigner),
    'downstream',
  )
  assert.equal(
    originOf((program) => program.source('s')),
    'nowhere',
  )
  assert.equal(
    originOf((program) => splitSource(program, WatermarkStrategy.noWatermarks())),
    'nowhere',
  )
})

test('a strategy in one of the streams of a union counts', () => {
  const both = (program: RecordedProgram): Transformation =>
    program.union(assigned(program, program.source('one'), withAssigner), program.source('other'))
  assert.equal(originOf(both), 'assigner')
})

test('windows of two streams know that one of them has no strategy', () => {
  const { spec: pair } = pairBinding((left, right) =>
    left
      .coGroup(right)
      .where(([key]) => key)
      .equalTo(([key]) => key)
      .window(TumblingEventTimeWindows.of(10))
      .apply(() => undefined),
  )
  const ofPair = (build: (program: RecordedProgram) => readonly Transformation[]): unknown => {
    const program = new RecordedProgram()
    const inputs = build(program).map((input) => ({ input, key: byName }))
    program.multipleInput(inputs, 'windows', pair)
    const bindings = [...generateProgramGraph(program.pipeline()).operators.values()]
    return bindings.find(({ name }) => name === 'windows')?.timestampOrigin
  }
  const timed = (program: RecordedProgram, name: string): Transformation =>
    assigned(program, program.source(name), withAssigner)
  assert.equal(
    ofPair((program) => [timed(program, 'one'), program.source('other')]),
    'one-stream',
  )
  assert.equal(
    ofPair((program) => [timed(program, 'one'), timed(program, 'other')]),
    'assigner',
  )
})
