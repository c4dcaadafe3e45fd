import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { ExecutionGraph } from '../../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import { StackSamples, type SampledAttempt } from '../../../../../src/runtime/jobmanager/jobmaster/stack-samples.js'
import type { SampleStacks } from '../../../../../src/runtime/protocol/stack-samples.js'
import { sampleGraph } from '../sample-graphs.js'

const SETTINGS = {
  'rest.flamegraph.enabled': 'true',
  'rest.flamegraph.num-samples': '10',
  'rest.flamegraph.delay-between-samples': '5 ms',
  'rest.flamegraph.refresh-interval': '1 min',
  'rest.flamegraph.cleanup-interval': '10 min',
}

let clock: ManualClock
let samples: StackSamples
let asked: SampleStacks[]
let attempt: SampledAttempt
let vertexId: string

beforeEach(() => {
  clock = new ManualClock()
  samples = new StackSamples(clock, Configuration.fromMap(SETTINGS))
  asked = []
  const graph = sampleGraph([{ id: 'source' }, { id: 'slow', parallelism: 2 }], [['source', 'slow', 'rebalance']])
  vertexId = graph.vertices.at(-1)?.id ?? ''
  const executions = new ExecutionGraph(graph, (_vertex, subtask) => ({ worker: subtask, slot: 0 }), 0)
  for (const execution of executions.all()) {
    for (const state of ['SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'] as const) execution.tryMove(state, 1)
  }
  attempt = {
    executions,
    sendTo: (_execution, message) => {
      if (message.type === 'sample-stacks') asked.push(message)
    },
  }
})

/** All workers answer. */
function answer(): void {
  for (const { samplingId, executionIds } of [...asked]) {
    const tasks = executionIds.map((executionId) => ({ executionId, onCpu: [], offCpu: [] }))
    samples.sampled({ type: 'stacks-sampled', samplingId, tasks })
  }
}

describe('Stacks of a vertex', () => {
  it('are sampled when they are asked for, in each worker that has one of its tasks, once', () => {
    assert.equal(samples.of(vertexId, attempt), undefined)
    const parallelism = attempt.executions.ofVertex(vertexId).length
    assert.equal(asked.length, parallelism)
    assert.deepEqual([asked[0]?.samples, asked[0]?.intervalMs], [10, 5])
    assert.equal(samples.of(vertexId, attempt), undefined)
    assert.equal(asked.length, parallelism)
    answer()
    assert.equal(samples.of(vertexId, attempt)?.subtasks.length, parallelism)
  })

  it('are sampled anew when they are old, and given out until then', () => {
    samples.of(vertexId, attempt)
    answer()
    const { length: workers } = asked
    clock.advance(59_000)
    samples.of(vertexId, attempt)
    assert.equal(asked.length, workers)
    clock.advance(2_000)
    assert.notEqual(samples.of(vertexId, attempt), undefined)
    assert.equal(asked.length, 2 * workers)
  })

  it('are forgotten when nobody asks for them', () => {
    samples.of(vertexId, attempt)
    answer()
    clock.advance(601_000)
    assert.equal(samples.of(vertexId, attempt), undefined)
  })

  it('are those of the workers that have answered in time', () => {
    samples.of(vertexId, attempt)
    asked.splice(1)
    answer()
    clock.advance(60_000)
    assert.equal(samples.of(vertexId, attempt)?.subtasks.length, 1)
  })

  it('are not waited for when the job has ended', () => {
    samples.of(vertexId, attempt)
    samples.close()
    assert.equal(clock.pendingTimers, 0)
    answer()
    assert.equal(samples.of(vertexId, attempt), undefined)
  })
})
