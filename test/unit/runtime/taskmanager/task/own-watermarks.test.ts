/** Watermarks that an operator in the middle of a chain emits of its own accord, where an operator after it is not done with them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import type { Transformation } from '../../../../../src/api/dag/transformation.js'
import { WatermarkStrategy } from '../../../../../src/api/eventtime/watermark-strategy.js'
import type { Collector } from '../../../../../src/api/functions/collector.js'
import type { SourceContext } from '../../../../../src/api/functions/source-function.js'
import { RecordedProgram } from '../../../graph/recorded-program.js'
import { bursting, burstLog, type BurstLog } from './bursting-operator.js'
import { RingTask } from './ring-task.js'
import { testBarrier } from '../test-barriers.js'

const RECORDS = 10_000
/** Two slots of 4 kB that the ring holds, and what one slice may leave in the writer: a record here takes 13 bytes at least. */
const MOST_OUTSTANDING = (3 * 4096) / 13
const MOST_STEPS = 20_000

/** A watermark for each record whose value is a number: that number. */
const numbersTell: OperatorSpec = {
  kind: 'timestamps-and-watermarks',
  strategy: WatermarkStrategy.forGenerator<unknown>(() => ({
    onEvent: (value, _timestamp, output) => {
      if (typeof value === 'number') output.emitWatermark(value)
    },
    onPeriodicEmit: () => undefined,
  })),
}

const split: OperatorSpec = {
  kind: 'flat-map',
  function: {
    flatMap: (values: unknown, out: Collector<unknown>) => {
      for (const value of values as unknown[]) out.collect(value)
    },
  },
}

interface TestedTask {
  readonly ring: RingTask
  readonly log: BurstLog
}

/** `chain` puts operators between the source and the one that emits many records at a watermark. */
async function tested(
  chain: (program: RecordedProgram, source: Transformation) => Transformation,
): Promise<TestedTask> {
  const log = burstLog()
  const program = new RecordedProgram()
  const source = program.source('source')
  const operator = program.operator(chain(program, rebalanced(program, source)), 'burst', bursting(RECORDS, log))
  program.sink(rebalanced(program, operator), 'sink')
  return { ring: await new RingTask({ program, vertex: 1, outputSlots: 2 }).started(), log }
}

function rebalanced(program: RecordedProgram, input: Transformation): Transformation {
  return program.partition(input, { kind: 'rebalance' })
}

/** Steps and reads, until `last` came out; gives the most records that waited at once. */
async function runUntil(last: string, { ring, log }: TestedTask): Promise<number> {
  let most = 0
  for (let steps = 0; steps < MOST_STEPS && ring.last !== last; steps += 1) {
    await ring.step()
    most = Math.max(most, log.emitted - ring.read.elements.length)
    ring.drain()
  }
  return most
}

const burst = Array.from({ length: RECORDS }, (_, index) => index)

describe('A watermark that a generator in a chain emits, and the operator after it is not done with', () => {
  it('goes out in slices before the next record, notice, timer and barrier', async () => {
    const task = await tested((program, source) => program.operator(source, 'tell', numbersTell))
    const { ring, log } = task
    const [upstream] = ring.upstream
    upstream?.writeRecord(7, 0, 0)
    upstream?.writeRecord('after', 8, 0)
    upstream?.writeBarrier(testBarrier(1))
    upstream?.flush()
    await ring.step()
    assert.ok(log.emitted < RECORDS)
    ring.task.notifyCheckpointComplete(0)
    assert.equal(ring.task.hasWork(), false)
    ring.clock.advance(5)
    assert.ok((await runUntil('barrier', task)) <= MOST_OUTSTANDING)
    assert.deepEqual(log.calls, ['record 7', 'watermark 7', 'complete 0', 'timer', 'record after', 'snapshot'])
    assert.deepEqual(ring.read.values, [7, ...burst, 'after'])
    assert.deepEqual(ring.events(), ['watermark', 'barrier'])
  })

  it('is finished at once where an operator before emits another record in the same call', async () => {
    const task = await tested((program, source) =>
      program.operator(program.operator(source, 'split', split), 'tell', numbersTell),
    )
    const { ring, log } = task
    ring.upstream[0]?.writeRecord([7, 'b', 9, 'c'], 0, 0)
    ring.upstream[0]?.writeBarrier(testBarrier(1))
    ring.upstream[0]?.flush()
    await runUntil('barrier', task)
    assert.deepEqual(
      log.calls.filter((call) => call !== 'timer'),
      [...['record 7', 'watermark 7', 'record b', 'record 9', 'watermark 9', 'record c', 'snapshot']],
    )
    assert.deepEqual(ring.read.values, [7, ...burst, 'b', 9, ...burst, 'c'])
    assert.deepEqual(ring.events(), ['watermark', 'watermark', 'barrier'])
  })

  it('lets each of two branches finish its own', async () => {
    const log = burstLog()
    const other = burstLog()
    const program = new RecordedProgram()
    const head = program.map(rebalanced(program, program.source('source')), 'head')
    const first = program.operator(program.operator(head, 'tell 1', numbersTell), 'burst 1', bursting(RECORDS, log))
    const second = program.operator(program.operator(head, 'tell 2', numbersTell), 'burst 2', bursting(RECORDS, other))
    program.sink(rebalanced(program, program.union(first, second)), 'sink')
    const ring = await new RingTask({ program, vertex: 1, outputSlots: 2 }).started()
    for (const value of [7, 'b']) ring.upstream[0]?.writeRecord(value, 0, 0)
    ring.upstream[0]?.flush()
    for (let steps = 0; steps < MOST_STEPS && other.calls.at(-1) !== 'record b'; steps += 1) {
      await ring.step()
      ring.drain()
    }
    for (const { calls } of [log, other]) {
      assert.deepEqual(
        calls.filter((call) => call !== 'timer'),
        ['record 7', 'watermark 7', 'record b'],
      )
    }
  })

  it('comes before the end of the data, however long it takes', async () => {
    const task = await tested((program, source) => program.operator(source, 'tell', numbersTell))
    const { ring, log } = task
    ring.upstream[0]?.writeRecord(7, 0, 0)
    ring.upstream[0]?.writeWatermark(8)
    ring.upstream[0]?.writeWatermark(Number.POSITIVE_INFINITY)
    ring.upstream[0]?.writeEndOfData()
    await runUntil('end of data', task)
    // What upstream says of time ends at the generator, all but the end.
    const calls = log.calls.filter((call) => call !== 'timer')
    assert.deepEqual(calls, ['record 7', 'watermark 7', 'watermark Infinity', 'finish'])
    assert.deepEqual(ring.read.values, [7, ...burst, ...burst])
    assert.deepEqual(ring.events(), ['watermark', 'watermark', 'end of data'])
  })

  it('of a timer goes out in slices too, and the next timer waits', async () => {
    const strategy = WatermarkStrategy.forMonotonousTimestamps<unknown>().withTimestampAssigner(Number)
    const periodic: OperatorSpec = { kind: 'timestamps-and-watermarks', strategy }
    const task = await tested((program, source) => program.operator(source, 'tell', periodic))
    const { ring, log } = task
    ring.upstream[0]?.writeRecord(8, 0, 0)
    ring.upstream[0]?.flush()
    await ring.step()
    ring.clock.advance(201)
    await ring.step()
    ring.upstream[0]?.writeRecord(18, 0, 0)
    ring.upstream[0]?.writeBarrier(testBarrier(1))
    assert.ok(log.emitted < RECORDS)
    // The next interval is over in the middle of it.
    ring.clock.advance(201)
    assert.ok((await runUntil('barrier', task)) <= MOST_OUTSTANDING)
    assert.deepEqual(ring.read.values, [8, ...burst, 18])
    assert.deepEqual(log.calls.slice(-2), ['record 18', 'snapshot'])
  })

  it('makes a source stop, and a checkpoint that is triggered there wait', async () => {
    const log = burstLog()
    const program = new RecordedProgram()
    let collected = 0
    const run = async (ctx: SourceContext<unknown>): Promise<void> => {
      for (const value of [7, 'b', 'c']) {
        collected += 1
        await ctx.collect(value)
      }
    }
    const source = program.source('source', {}, { kind: 'source-function', function: { run } })
    const operator = program.operator(program.operator(source, 'tell', numbersTell), 'burst', bursting(RECORDS, log))
    program.sink(rebalanced(program, operator), 'sink')
    const ring = await new RingTask({ program, vertex: 0, outputSlots: 2 }).started()
    for (let steps = 0; steps < 5; steps += 1) await ring.step()
    assert.ok(log.emitted > 0 && log.emitted < RECORDS && collected < 3)
    ring.trigger(1)
    await runUntil('end of partition', { ring, log })
    const calls = log.calls.filter((call) => call !== 'timer')
    assert.deepEqual(calls.slice(0, 2), ['record 7', 'watermark 7'])
    assert.ok(calls.indexOf('snapshot') > 1)
    assert.deepEqual(ring.read.values, [7, ...burst, 'b', 'c', ...burst])
  })
})
