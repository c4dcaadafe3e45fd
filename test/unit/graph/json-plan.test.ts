import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import { renderJsonPlan } from '../../../src/graph/json-plan.js'
import { RecordedProgram } from './recorded-program.js'

test('the plan of a job has one node a task, with its chain as a tree and its inputs', () => {
  const program = new RecordedProgram()
  const source = program.source('Source: a')
  program.sink(source, 'b')
  const c = program.map(source, 'c <&> "d"', { description: 'c \\ described' })
  program.map(c, 'd')
  program.map(c, '<e>')
  program.sink(program.reduce(source, 'count'), 'out')
  const { jobGraph } = generateProgramGraph(program.pipeline())
  const [first, second] = jobGraph.vertices
  assert.deepEqual(renderJsonPlan(jobGraph, 'the id'), {
    jid: 'the id',
    name: 'test job',
    type: 'STREAMING',
    nodes: [
      {
        id: first?.id,
        parallelism: 1,
        operator: '',
        operator_strategy: '',
        description: 'Source: a<br/>:- b<br/>+- c &#92; described<br/>   :- d<br/>   +- &lt;e&gt;<br/>',
        optimizer_properties: {},
      },
      {
        id: second?.id,
        parallelism: 1,
        operator: '',
        operator_strategy: '',
        description: 'count<br/>+- out<br/>',
        inputs: [{ num: 0, id: first?.id, ship_strategy: 'HASH', exchange: 'pipelined_bounded' }],
        optimizer_properties: {},
      },
    ],
  })
})
