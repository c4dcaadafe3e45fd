import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderExecutionPlan } from '../../../src/graph/execution-plan.js'
import { RecordedProgram } from './recorded-program.js'

/** What Apache Flink 1.20 printed for the same program. */
const FLINK_PLAN = `{
  "nodes" : [ {
    "id" : 1,
    "type" : "Source: src",
    "pact" : "Data Source",
    "contents" : "Source: src",
    "parallelism" : 1
  }, {
    "id" : 3,
    "type" : "KeyedProcess",
    "pact" : "Operator",
    "contents" : "KeyedProcess",
    "parallelism" : 1,
    "predecessors" : [ {
      "id" : 1,
      "ship_strategy" : "HASH",
      "side" : "second"
    } ]
  }, {
    "id" : 4,
    "type" : "sink",
    "pact" : "Operator",
    "contents" : "sink",
    "parallelism" : 1,
    "predecessors" : [ {
      "id" : 3,
      "ship_strategy" : "FORWARD",
      "side" : "second"
    } ]
  } ]
}`

test("the plan of a keyed program is Flink's, character by character", () => {
  const program = new RecordedProgram()
  program.map(program.reduce(program.source('Source: src'), 'KeyedProcess'), 'sink')
  assert.equal(renderExecutionPlan(program.pipeline()), FLINK_PLAN)
})

test('sinks come last, show their description, and name every input', () => {
  const program = new RecordedProgram()
  const a = program.source('a')
  program.sink(program.union(a, program.source('b', { parallelism: 2 })), 'out', { description: 'all "of" it' })
  program.map(a, 'map')
  const plan = JSON.parse(renderExecutionPlan(program.pipeline())) as { nodes: { id: number; pact: string }[] }
  assert.deepEqual(
    plan.nodes.map(({ id, pact }) => [id, pact]),
    [
      [1, 'Data Source'],
      [2, 'Data Source'],
      [5, 'Operator'],
      [4, 'Data Sink'],
    ],
  )
  assert.deepEqual(plan.nodes[3], {
    id: 4,
    type: 'out',
    pact: 'Data Sink',
    contents: 'all "of" it',
    parallelism: 1,
    predecessors: [
      { id: 1, ship_strategy: 'FORWARD', side: 'second' },
      { id: 2, ship_strategy: 'REBALANCE', side: 'second' },
    ],
  })
})

test('a program without operators has an empty plan', () => {
  assert.equal(renderExecutionPlan(new RecordedProgram().pipeline()), '{\n  "nodes" : [ ]\n}')
})
