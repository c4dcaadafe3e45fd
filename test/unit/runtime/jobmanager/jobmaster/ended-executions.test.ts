import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExecutionGraph } from '../../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import { EndedExecutions } from '../../../../../src/runtime/jobmanager/jobmaster/ended-executions.js'
import { MetricStore } from '../../../../../src/runtime/jobmanager/jobmaster/metric-store.js'
import { sampleGraph } from '../sample-graphs.js'

const TYPES = { counters: [], histograms: [], meters: {} }

function graphOf(attemptNumber: number): ExecutionGraph {
  return new ExecutionGraph(sampleGraph([{ id: 'v' }]), () => ({ worker: 0, slot: 0 }), attemptNumber)
}

test('of each subtask the newest attempts are known, with what they reported last', () => {
  const ended = new EndedExecutions()
  const [first] = graphOf(0).all()
  assert.ok(first)
  const vertexId = first.vertex.id
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const graph = graphOf(attempt)
    const metrics = new MetricStore()
    for (const execution of graph.all()) {
      execution.tryMove('SCHEDULED', 5)
      const report = { executionId: execution.id, values: { numRecordsIn: attempt }, types: TYPES }
      metrics.put(execution.vertex.id, execution.subtaskIndex, report, 1)
    }
    ended.add(graph.all(), metrics)
  }
  const known = ended.of(vertexId, 0)
  assert.equal(known.length, 16)
  assert.deepEqual([known[0]?.attemptNumber, known[0]?.metrics], [19, { numRecordsIn: 19 }])
  assert.equal(known.at(-1)?.attemptNumber, 4)
})

test('an attempt that was never deployed is none, and metrics of another one are not its own', () => {
  const ended = new EndedExecutions()
  const [execution] = graphOf(0).all()
  assert.ok(execution)
  const { vertex, subtaskIndex } = execution
  const metrics = new MetricStore()
  ended.add([execution], metrics)
  assert.deepEqual(ended.of(vertex.id, subtaskIndex), [])
  execution.tryMove('SCHEDULED', 5)
  metrics.put(vertex.id, subtaskIndex, { executionId: 'of another one', values: { x: 1 }, types: TYPES }, 1)
  ended.add([execution], metrics)
  assert.equal(ended.of(vertex.id, subtaskIndex)[0]?.metrics, undefined)
})
