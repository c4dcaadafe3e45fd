import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecordedProgram } from '../../../graph/recorded-program.js'
import { RingTask } from './ring-task.js'
import { testBarrier } from '../test-barriers.js'

const REBALANCE = { kind: 'rebalance' } as const

/** A map over two sources, each of which has a ring to it. */
async function mapOfTwo(): Promise<RingTask> {
  const program = new RecordedProgram()
  const both = program.union(program.source('a'), program.source('b'))
  const mapped = program.map(program.partition(both, REBALANCE), 'map')
  program.sink(program.partition(mapped, REBALANCE), 'sink')
  return new RingTask({ program, vertex: 2, outputSlots: 8 }).started()
}

/** What came out, barriers and words that there will be none. */
async function after(task: RingTask): Promise<unknown[]> {
  await task.step()
  await task.step()
  task.drain()
  return task.read.elements.filter(
    (element) => Array.isArray(element) && ['barrier', 'cancel'].includes(String(element[0])),
  )
}

function barrier(task: RingTask, channel: number, checkpointId: number): void {
  const upstream = task.upstream[channel]
  assert.ok(upstream)
  upstream.writeBarrier(testBarrier(checkpointId))
  upstream.flush()
}

describe('A checkpoint that the coordinator aborts', () => {
  it('in the middle of its alignment is told downstream, where its barrier is waited for', async () => {
    const task = await mapOfTwo()
    barrier(task, 0, 1)
    assert.deepEqual(await after(task), [])
    task.task.notifyCheckpointAborted(1)
    assert.deepEqual(await after(task), [['cancel', 1, 0]])
    barrier(task, 1, 1)
    assert.deepEqual(await after(task), [['cancel', 1, 0]])
  })

  it('before any of its barriers has come is told downstream when all have', async () => {
    const task = await mapOfTwo()
    task.task.notifyCheckpointAborted(1)
    barrier(task, 0, 1)
    assert.deepEqual(await after(task), [])
    barrier(task, 1, 1)
    assert.deepEqual(await after(task), [['cancel', 1, 0]])
    for (const channel of [0, 1]) barrier(task, channel, 2)
    assert.equal((await after(task)).length, 2)
  })
})
