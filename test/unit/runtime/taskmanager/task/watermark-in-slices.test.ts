import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SourceContext } from '../../../../../src/api/functions/source-function.js'
import { RecordedProgram } from '../../../graph/recorded-program.js'
import { bursting, burstLog } from './bursting-operator.js'
import { RingTask } from './ring-task.js'
import { testBarrier } from '../test-barriers.js'

const RECORDS = 100_000
/** Two slots of 4 kB that the ring holds, and what one slice may leave in the writer: a record here takes 13 bytes at least. */
const MOST_OUTSTANDING = (3 * 4096) / 13
const MOST_STEPS = 20_000

function rebalanced(program: RecordedProgram, input: ReturnType<RecordedProgram['partition']>) {
  return program.partition(input, { kind: 'rebalance' })
}

describe('A watermark at which an operator emits 100,000 records into two slots', () => {
  it('goes out in slices: little waits, nothing overtakes it, and a barrier sent later is taken after it', async () => {
    const log = burstLog()
    const program = new RecordedProgram()
    const source = program.source('source')
    const operator = program.operator(rebalanced(program, source), 'burst', bursting(RECORDS, log))
    program.sink(rebalanced(program, operator), 'sink')
    const ring = await new RingTask({ program, vertex: 1, outputSlots: 2 }).started()
    const [upstream] = ring.upstream
    upstream?.writeWatermark(7)
    upstream?.writeRecord('after', 8, 0)
    upstream?.writeBarrier(testBarrier(1))
    upstream?.flush()
    let read = 0
    let mostOutstanding = 0
    for (let steps = 0; steps < MOST_STEPS && ring.last !== 'barrier'; steps += 1) {
      // A notice and a timer that come in the middle wait.
      if (steps === 2) ring.task.notifyCheckpointComplete(0)
      if (steps === 3) ring.clock.advance(5)
      await ring.step()
      mostOutstanding = Math.max(mostOutstanding, log.emitted - read)
      if (log.emitted < RECORDS) assert.deepEqual(log.calls, [])
      ring.drain()
      read = ring.read.elements.length
    }
    assert.ok(mostOutstanding <= MOST_OUTSTANDING, `${String(mostOutstanding)} records waited at once`)
    assert.ok(log.slices > 50, `there were ${String(log.slices)} slices`)
    const expected: unknown[] = Array.from({ length: RECORDS }, (_, index) => index)
    assert.deepEqual(ring.read.values, [...expected, 'after'])
    assert.deepEqual(ring.events(), ['watermark', 'barrier'])
    assert.deepEqual(log.calls, ['watermark 7', 'complete 0', 'timer', 'record after', 'snapshot'])
    await ring.step()
    assert.deepEqual(ring.sent.map(({ type }) => type).at(-1), 'acknowledge-checkpoint')
  })

  it('has no work while the output is full, and has when there is room again', async () => {
    const log = burstLog()
    const program = new RecordedProgram()
    const operator = program.operator(rebalanced(program, program.source('source')), 'burst', bursting(RECORDS, log))
    program.sink(rebalanced(program, operator), 'sink')
    const ring = await new RingTask({ program, vertex: 1, outputSlots: 2 }).started()
    ring.upstream[0]?.writeWatermark(7)
    assert.equal(await ring.step(), 'idle')
    // It would be ready to begin, but for the watermark.
    ring.task.notifyCheckpointComplete(0)
    assert.equal(ring.task.hasWork(), false)
    assert.equal(await ring.step(), 'idle')
    const { emitted } = log
    ring.drain()
    assert.equal(ring.task.hasWork(), true)
    await ring.step()
    assert.ok(log.emitted > emitted)
  })

  it('lets a checkpoint that is triggered at the source of its chain wait', async () => {
    const log = burstLog()
    const program = new RecordedProgram()
    const run = function* (ctx: SourceContext<unknown>) {
      ctx.emitWatermark(7)
      yield 'after'
    }
    const source = program.source('source', {}, { kind: 'source-function', function: { run } })
    program.sink(rebalanced(program, program.operator(source, 'burst', bursting(RECORDS, log))), 'sink')
    const ring = await new RingTask({ program, vertex: 0, outputSlots: 2 }).started()
    for (let steps = 0; steps < MOST_STEPS && ring.last !== 'end of partition'; steps += 1) {
      if (steps === 2) ring.trigger(1)
      if (steps === 2) ring.task.notifyCheckpointComplete(0)
      await ring.step()
      ring.drain()
    }
    // The record stood in the source's queue when the checkpoint was triggered, so it is part of it.
    assert.deepEqual(log.calls.slice(0, 4), ['watermark 7', 'complete 0', 'record after', 'snapshot'])
    // The end of time is a watermark as well.
    assert.deepEqual(ring.events(), ['watermark', 'barrier', 'watermark', 'end of data', 'end of partition'])
    assert.equal(log.emitted, 2 * RECORDS)
  })
})
