import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OperatorSpec } from '../../../src/api/dag/operator-spec.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import type { JobGraph } from '../../../src/graph/job-graph.js'
import { compareGraphs } from '../../../src/graph/plan-comparison.js'
import { RecordedProgram } from './recorded-program.js'

function planOf(build: (program: RecordedProgram) => void): JobGraph {
  const program = new RecordedProgram()
  build(program)
  return generateProgramGraph(program.pipeline()).jobGraph
}

const plan = planOf((program) => {
  program.sink(program.map(program.source('source'), 'map'), 'sink')
})

const CASES: readonly (readonly [string, (program: RecordedProgram) => void, operator: string, reason: RegExp])[] = [
  [
    'another name',
    (program) => program.sink(program.map(program.source('source'), 'filter'), 'sink'),
    "'map'",
    /name is map in the plan and filter in the worker/,
  ],
  ['fewer operators', (program) => program.map(program.source('source'), 'map'), "'sink'", /missing in the worker/],
  [
    'more operators',
    (program) => program.sink(program.map(program.map(program.source('source'), 'map'), 'sink'), 'third'),
    "'sink'",
    /kind is sink in the plan and map in the worker/,
  ],
  [
    'another parallelism',
    (program) =>
      program.sink(program.map(program.source('source', { parallelism: 2 }), 'map', { parallelism: 2 }), 'sink', {
        parallelism: 2,
      }),
    "'source -> map -> sink'",
    /parallelism is 1 in the plan and 2 in the worker/,
  ],
  [
    'another uid',
    (program) => program.sink(program.map(program.source('source'), 'map', { uid: 'u' }), 'sink'),
    "'map'",
    /uid is undefined in the plan and u in the worker/,
  ],
]

for (const [title, build, operator, reason] of CASES) {
  test(`${title} in the worker is a mismatch that names the first operator that differs`, () => {
    assert.throws(
      () => {
        compareGraphs(plan, planOf(build))
      },
      (error) => {
        assert.ok(FlinkError.is(error, 'JOB_GRAPH_MISMATCH'))
        assert.equal(error.details['operator'], operator)
        assert.match(error.message, reason)
        return true
      },
    )
  })
}

test('another partitioner is a mismatch that names the sender', () => {
  const withPartitioner = (kind: 'shuffle' | 'rebalance'): JobGraph =>
    planOf((program) => program.sink(program.partition(program.source('source'), { kind }), 'sink'))
  assert.throws(
    () => {
      compareGraphs(withPartitioner('shuffle'), withPartitioner('rebalance'))
    },
    (error) => FlinkError.is(error, 'JOB_GRAPH_MISMATCH') && /'source'.*partitioner is shuffle/.test(error.message),
  )
})

test('the same program passes', () => {
  compareGraphs(
    plan,
    planOf((program) => {
      program.sink(program.map(program.source('source'), 'map'), 'sink')
    }),
  )
})

test('another coordinator in the worker is a mismatch, and an operator without one says nothing of it', () => {
  const planWith = (spec: OperatorSpec): JobGraph =>
    planOf((program) => program.operator(program.source('source'), 'numbers', spec))
  const factory = { createStreamOperator: () => ({}) }
  const plain: OperatorSpec = { kind: 'factory', factory, functions: [] }
  const named = (name: string): OperatorSpec => ({
    ...plain,
    coordinator: { name, create: () => assert.fail('not run') },
  })
  assert.throws(() => {
    compareGraphs(planWith(named('A')), planWith(named('B')))
  }, /first at operator 'numbers': coordinator is A in the plan and B in the worker/)
  const operators = planWith(plain).vertices.flatMap((vertex) => vertex.operators)
  assert.deepEqual(
    operators.map((operator) => 'coordinator' in operator),
    [false, false],
  )
})
