import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { serializeError } from '../../../../../src/core/errors/error-codec.js'
import type { JobGraph } from '../../../../../src/graph/job-graph.js'
import { sampleGraph } from '../sample-graphs.js'
import { JobMasterHarness, settle } from './job-master-harness.js'

const CONFIGURATION = {
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '2',
  'restart-strategy.fixed-delay.delay': '10 ms',
  'task.cancellation.response-timeout': '3 s',
  'task.cancellation.timeout': '60 s',
}
const FAILED = {
  type: 'coordinator-failed',
  attempt: 0,
  operatorId: 'source',
  error: serializeError(new Error('broken')),
} as const
const CLOSING = { type: 'coordinator-closing', attempt: 0, operatorId: 'source' } as const
const CLOSED = { type: 'coordinator-closed', attempt: 0, operatorId: 'source' } as const

/** The source has a coordinator, whose worker says nothing unasked. */
function graph(): JobGraph {
  const plain = sampleGraph([{ id: 'source' }, { id: 'map', parallelism: 2 }], [['source', 'map', 'hash']])
  const vertices = plain.vertices.map((vertex) => ({
    ...vertex,
    operators: vertex.operators.map((each) => (each.id === 'source' ? { ...each, coordinator: 'Numbers' } : each)),
  }))
  return { ...plain, vertices }
}

function start(): Promise<JobMasterHarness> {
  return new JobMasterHarness(CONFIGURATION, graph()).run()
}

describe('A job with a coordinator', () => {
  it('deploys it before its tasks', async () => {
    const harness = await start()
    const types = harness.worker(0).received.map(({ type }) => type)
    assert.deepEqual(types.slice(0, 3), ['load-program', 'deploy-coordinators', 'deploy-tasks'])
    assert.equal(harness.worker(1).countOf('deploy-coordinators'), 0)
  })

  it('restarts when it fails, and not before it is closed', async () => {
    const harness = await start()
    harness.worker(0).say(FAILED)
    await settle()
    assert.equal(harness.master.status, 'RESTARTING')
    assert.match(JSON.stringify(harness.master.details().exceptions), /broken/)
    await harness.advance(1000)
    assert.equal(harness.worker(0).countOf('load-program'), 1)
    harness.worker(0).say(CLOSED)
    await settle()
    await harness.advance(10)
    assert.equal(harness.worker(0).countOf('load-program'), 2)
    assert.equal(harness.master.status, 'RUNNING')
  })

  it('ends when it is closed, where its tasks have finished', async () => {
    const harness = await start()
    await harness.finishAll()
    assert.equal(harness.hasEnded, false)
    assert.equal(harness.worker(0).countOf('cancel-tasks'), 1)
    harness.worker(0).say(CLOSED)
    await settle()
    assert.equal(harness.outcome?.status, 'FINISHED')
  })

  it('has not finished before it has done what it was told, and says after a while what it waits for', async () => {
    const harness = await start()
    harness.ignored.add('flush-coordinator')
    await harness.finishAll()
    assert.equal(harness.worker(0).countOf('flush-coordinator'), 1)
    await harness.advance(9_999)
    assert.deepEqual(harness.told, [])
    await harness.advance(1)
    assert.match(harness.told.join(), /is at its end and still waits for: The coordinator Numbers of source\. Does/)
    assert.equal(harness.worker(0).countOf('cancel-tasks'), 0)
    harness.worker(0).say({ type: 'coordinator-flushed', attempt: 0, operatorId: 'source' })
    await settle()
    assert.equal(harness.worker(0).countOf('cancel-tasks'), 1)
    harness.worker(0).say(CLOSED)
    await settle()
    assert.equal(harness.outcome?.status, 'FINISHED')
    assert.equal(harness.clock.pendingTimers, 0)
  })

  it('restarts when it fails in what it does when all tasks have finished', async () => {
    const harness = await start()
    harness.ignored.add('flush-coordinator')
    await harness.finishAll()
    harness.worker(0).say(FAILED)
    await settle()
    harness.worker(0).say(CLOSED)
    await settle()
    assert.equal(harness.master.status, 'RESTARTING')
    harness.ignored.clear()
    await harness.advance(10)
    assert.equal(harness.master.status, 'RUNNING')
    await harness.finishAll()
    harness.worker(0).say({ ...CLOSED, attempt: 1 })
    await settle()
    assert.equal(harness.outcome?.status, 'FINISHED')
  })

  it('fails where it never comes to the end of it', async () => {
    const harness = await start()
    harness.ignored.add('flush-coordinator')
    await harness.finishAll()
    await harness.advance(600_000)
    assert.equal(harness.master.status, 'RESTARTING')
    const told = JSON.stringify(harness.master.details().exceptions)
    assert.match(
      told,
      /The coordinator Numbers of source has not done within 10 min \(execution\.checkpointing\.timeout\)/,
    )
  })

  it('can be cancelled meanwhile', async () => {
    const harness = await start()
    harness.ignored.add('flush-coordinator')
    await harness.finishAll()
    harness.master.cancel()
    harness.worker(0).say(CLOSED)
    await settle()
    assert.equal(harness.outcome?.status, 'CANCELED')
  })

  it('terminates the worker of one that takes no notice of its end, and says so', async () => {
    const harness = await start()
    harness.master.cancel()
    await harness.advance(2999)
    assert.equal(harness.worker(0).isTerminated, false)
    await harness.advance(1)
    assert.equal(harness.worker(0).isTerminated, true)
    assert.equal(harness.outcome?.status, 'CANCELED')
    const told = JSON.stringify(harness.master.details().exceptions)
    assert.match(told, /The coordinator Numbers of source did not end within 3000 ms/)
  })

  it('gives one that is closing the time that tasks have', async () => {
    const harness = await start()
    harness.master.cancel()
    await settle()
    harness.worker(0).say(CLOSING)
    await harness.advance(59_999)
    assert.equal(harness.worker(0).isTerminated, false)
    await harness.advance(1)
    assert.equal(harness.worker(0).isTerminated, true)
    assert.equal(harness.outcome?.status, 'CANCELED')
  })

  it('waits for none in a worker that has died', async () => {
    const harness = await start()
    harness.worker(0).die(new Error('gone'))
    await settle()
    await harness.advance(10)
    assert.equal(harness.master.status, 'RUNNING')
    assert.equal(harness.started[0]?.length, 2)
  })
})
