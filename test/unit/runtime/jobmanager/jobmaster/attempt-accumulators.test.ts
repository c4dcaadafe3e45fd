import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { ExecutionGraph } from '../../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import { AttemptAccumulators } from '../../../../../src/runtime/jobmanager/jobmaster/attempt-accumulators.js'
import type { AccumulatorPart } from '../../../../../src/runtime/protocol/accumulators.js'
import type { ExecutionState } from '../../../../../src/runtime/protocol/execution-state.js'
import type { MasterToWorker } from '../../../../../src/runtime/protocol/master-to-worker.js'
import { sampleGraph } from '../sample-graphs.js'
import { settle } from './job-master-harness.js'

const part = (value: unknown): AccumulatorPart => ({ type: 'IntCounter', value, fields: {} })
const sum = (value: unknown) => ({ type: 'IntCounter', value })

/** Two vertices of two subtasks each, whose workers are 0 and 1, which say what a test lets them say. */
function rig() {
  const graph = sampleGraph([
    { id: 'a', parallelism: 2 },
    { id: 'b', parallelism: 2 },
  ])
  const executions = new ExecutionGraph(graph, (_, subtask) => ({ worker: subtask, slot: 0 }), 0)
  const clock = new ManualClock()
  const sent: (readonly [worker: number, message: MasterToWorker])[] = []
  const accumulated: Record<string, Record<string, AccumulatorPart>> = {}
  const silent = new Set<number>()
  const send = (worker: number, message: MasterToWorker): void => {
    sent.push([worker, message])
    if (silent.has(worker)) return
    queueMicrotask(() => {
      answer(message)
    })
  }
  const accumulators = new AttemptAccumulators(executions, { isAlive: () => true, send }, clock)
  const answer = (message: MasterToWorker): void => {
    if (message.type === 'request-accumulators') {
      const { requestId, executionIds } = message
      const tasks = executionIds.map((executionId) => ({ executionId, accumulators: accumulated[executionId] ?? {} }))
      accumulators.handle({ type: 'accumulators-reported', requestId, tasks })
    } else if (message.type === 'merge-accumulators') {
      const { mergeId, executionId, name, others } = message
      const parts = [accumulated[executionId]?.[name], ...others]
      const value = parts.reduce((total, each) => total + Number(each?.value), 0)
      accumulators.handle({ type: 'accumulators-merged', mergeId, result: sum(value) })
    }
  }
  const move = (...states: readonly ExecutionState[]): void => {
    for (const execution of executions.all()) for (const state of states) execution.tryMove(state, 1)
  }
  const start = (): void => {
    move('SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING')
  }
  const end = (state: 'FINISHED' | 'FAILED'): void => {
    move(state)
    for (const each of executions.all()) each.accumulators = accumulated[each.id] ?? {}
  }
  return { executions, clock, sent, accumulated, silent, accumulators, answer, start, end }
}

describe('What tasks have accumulated', () => {
  it('is asked of the workers of the vertex that somebody looks at', async () => {
    const { executions, clock, sent, accumulated, accumulators, start } = rig()
    await accumulators.refresh('a')
    assert.equal(sent.length, 0)
    start()
    accumulated['a_1_0'] = { lines: part(7) }
    await accumulators.refresh('a')
    const asked = sent.map(([worker, message]) => [worker, 'executionIds' in message ? message.executionIds : []])
    assert.deepEqual(asked, [
      [0, ['a_0_0']],
      [1, ['a_1_0']],
    ])
    assert.deepEqual(executions.find('a_1_0')?.accumulators, { lines: part(7) })
    assert.equal(clock.pendingTimers, 0)
  })

  it('is what they said last where a worker takes too long, and what it says then where it answers later', async () => {
    const { executions, clock, sent, accumulated, silent, accumulators, answer, start } = rig()
    start()
    accumulated['a_0_0'] = { lines: part(1) }
    await accumulators.refresh('a')
    accumulated['a_0_0'] = { lines: part(2) }
    silent.add(0)
    const refreshed = accumulators.refresh('a')
    await settle()
    clock.advance(500)
    await refreshed
    assert.deepEqual(executions.find('a_0_0')?.accumulators, { lines: part(1) })
    for (const [worker, message] of sent) if (worker === 0) answer(message)
    assert.deepEqual(executions.find('a_0_0')?.accumulators, { lines: part(2) })
  })

  it('is asked of a worker once for all who ask meanwhile, and anew for who asks afterwards', async () => {
    const { sent, accumulated, silent, accumulators, answer, start } = rig()
    start()
    Object.assign(accumulated, { a_0_0: { lines: part(1) }, a_1_0: { lines: part(2) } })
    silent.add(0)
    const many = Array.from({ length: 100 }, () => accumulators.refresh('a'))
    await settle()
    assert.equal(sent.length, 2)
    silent.clear()
    for (const [worker, message] of sent) if (worker === 0) answer(message)
    await Promise.all(many)
    accumulated['a_0_0'] = { lines: part(5) }
    assert.deepEqual(await accumulators.soFar('a'), [['lines', sum(7)]])
  })

  it('stays as a task told of it at its end, whatever it answers then that was asked before', async () => {
    const { executions, sent, accumulated, silent, accumulators, answer, start, end } = rig()
    start()
    silent.add(0).add(1)
    const refreshed = accumulators.refresh('a')
    await settle()
    accumulated['a_0_0'] = { lines: part(9) }
    end('FINISHED')
    accumulated['a_0_0'] = { lines: part(8) }
    for (const [, message] of sent) answer(message)
    await refreshed
    assert.deepEqual(executions.find('a_0_0')?.accumulators, { lines: part(9) })
  })

  it('is merged in copies while one of them runs, of a vertex and of all', async () => {
    const { sent, accumulated, accumulators, start } = rig()
    start()
    Object.assign(accumulated, { a_0_0: { lines: part(1) }, a_1_0: { lines: part(2) }, b_0_0: { lines: part(4) } })
    assert.deepEqual(await accumulators.soFar('a'), [['lines', sum(3)]])
    assert.deepEqual(await accumulators.soFar('b'), [['lines', sum(4)]])
    assert.deepEqual(await accumulators.soFar(), [['lines', sum(7)]])
    const merges = sent.flatMap(([, message]) => (message.type === 'merge-accumulators' ? [message.into] : []))
    assert.deepEqual(merges, ['copy', 'copy'])
  })

  it('is that of the job where the job has finished and no other vertex has the name, else that of each subtask', async () => {
    const { sent, accumulated, accumulators, start, end } = rig()
    start()
    const both = { a_0_0: { own: part(1), lines: part(10) }, a_1_0: { own: part(2), lines: part(20) } }
    Object.assign(accumulated, { ...both, b_0_0: { lines: part(40) } })
    end('FINISHED')
    assert.deepEqual(await accumulators.merged(), { own: sum(3), lines: sum(70) })
    const asked = sent.length
    assert.deepEqual(await accumulators.soFar('a'), [
      ['own', sum(3)],
      ['lines', sum(10)],
      ['lines', sum(20)],
    ])
    assert.deepEqual(await accumulators.soFar(), Object.entries({ own: sum(3), lines: sum(70) }))
    assert.equal(sent.length, asked)
  })

  it('stays with tasks that have failed: nobody is asked any more', async () => {
    const { sent, accumulated, accumulators, start, end } = rig()
    start()
    Object.assign(accumulated, { a_0_0: { lines: part(1) }, a_1_0: { lines: part(2) } })
    end('FAILED')
    assert.deepEqual(await accumulators.soFar('a'), [
      ['lines', sum(1)],
      ['lines', sum(2)],
    ])
    assert.deepEqual(await accumulators.soFar(), [])
    assert.equal(sent.length, 0)
  })
})
