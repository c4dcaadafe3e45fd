import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FromElementsFunction } from '../../../src/api/functions/source/from-elements-function.js'
import { RichFunction } from '../../../src/api/functions/rich-function.js'
import { WriteAsTextSink } from '../../../src/api/functions/sink/write-as-text-sink.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import { statefulOperatorsWithoutUid } from '../../../src/graph/stateful-operators.js'
import { byName, RecordedProgram } from './recorded-program.js'

class RichMap extends RichFunction {
  map(value: unknown): unknown {
    return value
  }
}

test('elements that stand in the program are named beside other state only', () => {
  const program = new RecordedProgram()
  const source = program.source('elements', {}, { kind: 'source-function', function: new FromElementsFunction([1]) })
  assert.deepEqual(statefulOperatorsWithoutUid(generateProgramGraph(program.pipeline())), [])
  program.reduce(source, 'count')
  assert.deepEqual(statefulOperatorsWithoutUid(generateProgramGraph(program.pipeline())), ['elements', 'count'])
})

test('operators that may hold state and have no uid are named in the order of the plan', () => {
  const program = new RecordedProgram()
  const checkpointed = { run: () => undefined, snapshotState: () => undefined, initializeState: () => undefined }
  const source = program.source('offsets', {}, { kind: 'source-function', function: checkpointed })
  const plain = program.map(program.source('plain source'), 'plain map')
  const keyed = program.partition(program.union(source, plain), { kind: 'hash', key: byName })
  program.reduce(source, 'count')
  program.reduce(source, 'count with uid', { uid: 'count' })
  program.operator(keyed, 'rich on key', { kind: 'map', function: new RichMap() }, {}, byName)
  program.operator(keyed, 'plain on key', { kind: 'map', function: { map: (value) => value } }, {}, byName)
  program.operator(plain, 'rich without key', { kind: 'map', function: new RichMap() })
  const list = { invoke: () => undefined, snapshotState: () => [], restoreState: () => undefined }
  program.operator(plain, 'list sink', { kind: 'sink', function: list })
  program.operator(plain, 'file sink', { kind: 'sink', function: new WriteAsTextSink('/out', 'OVERWRITE') })
  const factory = { createStreamOperator: () => ({}) }
  program.operator(plain, 'keeping', { kind: 'factory', factory, functions: [], keepsState: true })
  program.operator(plain, 'not keeping', { kind: 'factory', factory, functions: [{ invoke: () => undefined }] })
  const coordinator = { name: 'Coordinator', create: () => assert.fail('it is not run') }
  program.operator(plain, 'coordinated', { kind: 'factory', factory, functions: [], coordinator })
  const second = { ...list }
  program.operator(plain, 'second keeps', { kind: 'factory', factory, functions: [{}, second] })
  const names = statefulOperatorsWithoutUid(generateProgramGraph(program.pipeline()))
  assert.deepEqual(names, ['offsets', 'list sink', 'keeping', 'coordinated', 'second keeps', 'count', 'rich on key'])
})
