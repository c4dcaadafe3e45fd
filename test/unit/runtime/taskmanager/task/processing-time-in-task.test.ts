import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SourceFunction } from '../../../../../src/api/functions/source-function.js'
import { RecordedProgram } from '../../../graph/recorded-program.js'
import { bursting, burstLog, type BurstLog } from './bursting-operator.js'
import { RingTask } from './ring-task.js'

/** A source task; the operator downstream of the source has a timer that is due at the next ms. */
async function taskWithTimer(
  run: SourceFunction<unknown>['run'],
): Promise<{ readonly ring: RingTask; readonly log: BurstLog }> {
  const log = burstLog()
  const program = new RecordedProgram()
  const source = program.source('source', {}, { kind: 'source-function', function: { run: run } })
  const operator = program.operator(source, 'burst', bursting(0, log))
  program.sink(program.partition(operator, { kind: 'rebalance' }), 'sink')
  return { ring: await new RingTask({ program, vertex: 0, outputSlots: 8 }).started(), log }
}

async function steps(ring: RingTask, count: number): Promise<void> {
  for (let step = 0; step < count; step += 1) {
    await ring.step()
    ring.drain()
  }
}

const forEver = (): Promise<void> => new Promise(() => undefined)

describe('The timers of a task', () => {
  it('wait for what becomes of a savepoint that the job is to end with, and are called when it fails', async () => {
    const { ring, log } = await taskWithTimer(forEver)
    ring.trigger(1, 'suspend')
    await steps(ring, 3)
    ring.clock.advance(5)
    await steps(ring, 3)
    assert.deepEqual(log.calls, ['snapshot'])
    ring.task.notifyCheckpointAborted(1)
    await steps(ring, 3)
    assert.deepEqual(log.calls, ['snapshot', 'timer'])
  })

  it('are never called when the job ends with the savepoint', async () => {
    const { ring, log } = await taskWithTimer(forEver)
    ring.trigger(1, 'suspend')
    await steps(ring, 3)
    ring.clock.advance(5)
    ring.task.notifyCheckpointComplete(1)
    await steps(ring, 6)
    assert.equal(ring.task.isTerminal, true)
    assert.deepEqual(log.calls, ['snapshot', 'complete 1'])
  })

  it('are called no more once the operators finish', async () => {
    const { ring, log } = await taskWithTimer(() => [])
    await steps(ring, 6)
    assert.equal(ring.clock.pendingTimers, 0)
    ring.clock.advance(5)
    await steps(ring, 2)
    assert.deepEqual(log.calls, [`watermark ${String(Number.POSITIVE_INFINITY)}`, 'finish'])
  })

  it('are gone when the task is cancelled', async () => {
    const { ring, log } = await taskWithTimer(forEver)
    await steps(ring, 1)
    await ring.task.cancel()
    assert.equal(ring.clock.pendingTimers, 0)
    assert.deepEqual(log.calls, [])
  })
})
