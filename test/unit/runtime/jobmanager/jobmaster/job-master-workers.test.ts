import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type { JobGraph } from '../../../../../src/graph/job-graph.js'
import type { LoadProgram, MasterToWorker } from '../../../../../src/runtime/protocol/master-to-worker.js'
import { sampleGraph } from '../sample-graphs.js'
import { JobMasterHarness, settle } from './job-master-harness.js'

const FIXED_DELAY = { 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.attempts': '2' }

function widerGraph(): JobGraph {
  return sampleGraph([{ id: 'source' }, { id: 'map', parallelism: 3 }], [['source', 'map', 'hash']])
}

function isLoad(message: MasterToWorker): message is LoadProgram {
  return message.type === 'load-program'
}

describe('The workers of a job', () => {
  it('puts several slots into a worker where there would be too many, and runs the program once a slot', async () => {
    const harness = await new JobMasterHarness({}, widerGraph(), undefined, { maxWorkers: 2 }).run()
    assert.equal(harness.started.length, 2)
    const loads = harness.started.flat().flatMap(({ received }) => received.filter(isLoad))
    assert.deepEqual(
      loads.map(({ slots }) => slots),
      [2, 1],
    )
    const tasks = harness.worker(0).tasks.map(({ subtaskIndex, slot }) => [subtaskIndex, slot])
    assert.deepEqual(tasks, [
      [0, 0],
      [0, 0],
      [2, 1],
    ])
    assert.equal(harness.master.status, 'RUNNING')
  })

  it('gives every slot a worker of its own when the program makes its functions once a module', async () => {
    const harness = new JobMasterHarness({}, widerGraph(), undefined, { maxWorkers: 2 })
    harness.ignored.add('load-program')
    await harness.run()
    harness.worker(0).failProgram(0, new FlinkError('FUNCTION_SHARED_BY_SLOTS', { operator: 'map' }))
    await settle()
    const loads = harness.started.map(([worker]) => worker?.received.filter(isLoad).map(({ slots }) => slots))
    assert.deepEqual(loads, [[2, 1], [1, 1], [1]])
    for (const [worker] of harness.started) {
      const [first, second] = worker?.received.filter(isLoad) ?? []
      // The one that was asked twice is slow: so far it has answered to the load that was abandoned.
      worker?.obey((worker === harness.worker(1) ? first : (second ?? first)) ?? assert.fail())
    }
    await settle()
    assert.equal(harness.worker(0).countOf('deploy-tasks'), 0)
    harness.ignored.clear()
    for (const [worker] of harness.started) worker?.obey(worker.received.filter(isLoad).at(-1) ?? assert.fail())
    await settle()
    assert.deepEqual(harness.taskStates(), ['RUNNING', 'RUNNING', 'RUNNING', 'RUNNING'])
    assert.equal(harness.master.details().restarts, 0)
  })

  it('fails where the user wants slots to share a worker and the program cannot', async () => {
    const harness = new JobMasterHarness({ 'taskmanager.numberOfTaskSlots': '3', ...FIXED_DELAY }, widerGraph())
    harness.ignored.add('load-program')
    await harness.run()
    assert.equal(harness.started.length, 1)
    harness.worker(0).failProgram(0, new FlinkError('FUNCTION_SHARED_BY_SLOTS', { operator: 'map' }))
    await settle()
    assert.equal(harness.outcome?.status, 'FAILED')
    assert.match(String(harness.outcome.error?.message), /function object of map .*numberOfTaskSlots: 1/)
  })

  it('are replaced where the program cannot run again in their threads', async () => {
    const harness = await new JobMasterHarness(FIXED_DELAY).run()
    harness.ignored.add('load-program')
    await harness.fail('source', new Error('once'))
    await harness.advance(1000)
    const [before, other] = [harness.worker(0), harness.worker(1)]
    before.needThread(1)
    other.obey(other.received.filter(isLoad).at(-1) ?? assert.fail())
    await settle()
    assert.ok(before.isTerminated && !other.isTerminated)
    const fresh = harness.worker(0)
    assert.notEqual(fresh, before)
    assert.deepEqual(fresh.received.filter(isLoad), before.received.filter(isLoad).slice(-1))
    // Whatever the one that was replaced still says is not heard.
    before.failProgram(1, new FlinkError('PROGRAM_NO_JOB', { path: 'job.js', reason: 'none', advice: '' }))
    fresh.obey(fresh.received.find(isLoad) ?? assert.fail())
    await settle()
    assert.deepEqual(harness.taskStates(), ['RUNNING', 'RUNNING', 'RUNNING'])
    assert.equal(harness.master.details().restarts, 1)
  })

  it('gives every slot a worker of its own when the program cannot run twice in a thread', async () => {
    const harness = new JobMasterHarness({}, widerGraph(), undefined, { maxWorkers: 2 })
    harness.ignored.add('load-program')
    await harness.run()
    harness.worker(0).failProgram(0, new FlinkError('PROGRAM_NOT_REPEATABLE', { reason: 'already initialised' }))
    await settle()
    const loads = harness.started.map(([worker]) => worker?.received.filter(isLoad).map(({ slots }) => slots))
    assert.deepEqual(loads, [[2, 1], [1, 1], [1]])
  })

  it('write into the log of the job, in order, with their name, and to their last line', async () => {
    const harness = await new JobMasterHarness().run()
    const [first, second] = [harness.worker(0), harness.worker(1)]
    first.log('one')
    second.log('two', 'error')
    harness.master.cancel()
    await settle()
    first.log('the last')
    assert.deepEqual(
      harness.logged.map(({ level, text, fields }) => [level, text, fields['worker'], fields['task']]),
      [
        ['warn', 'one', 'worker 0', 'map (1/2)'],
        ['error', 'two', 'worker 1', 'map (1/2)'],
        ['warn', 'the last', 'worker 0', 'map (1/2)'],
      ],
    )
  })
})
