/** Event time of whole jobs: idle subtasks, the end of the data, and the two ways to stop. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeySpec } from '../../../src/api/dag/key-spec.js'
import { WatermarkStrategy } from '../../../src/api/eventtime/watermark-strategy.js'
import type { Collector } from '../../../src/api/functions/collector.js'
import { KeyedProcessFunction, type KeyedProcessFunctionContext } from '../../../src/api/functions/process-function.js'
import { RichParallelSourceFunction, type SourceContext } from '../../../src/api/functions/source-function.js'
import { RecordedProgram } from '../../unit/graph/recorded-program.js'
import { MiniCluster } from '../inputs/mini-cluster.js'

const CONFIGURATION = {
  'execution.checkpointing.interval': '20 ms',
  'execution.checkpointing.dir': 'file:///checkpoints',
  'pipeline.auto-watermark-interval': '5 ms',
}
/** Later than every record: fires at the end of time only. */
const FAR_AWAY = 1_000_000_000

interface Reading {
  readonly key: string
  readonly at: number
}

class World {
  /** Records of the first subtask; the others have none. */
  records = Number.POSITIVE_INFINITY
  /** The sources go on without another record when these were emitted. */
  goesOn = true
  emitted = 0
  /** By record that was processed: the watermark at that time. */
  readonly watermarks: number[] = []
  readonly timestamps = new Set<number | null>()
  readonly fired: number[] = []

  get watermark(): number {
    return this.watermarks.at(-1) ?? Number.NEGATIVE_INFINITY
  }
}

class Readings extends RichParallelSourceFunction<Reading> {
  readonly #world: World
  constructor(world: World) {
    super()
    this.#world = world
  }
  *run(ctx: SourceContext<Reading>): Generator<Reading | undefined> {
    const world = this.#world
    const isFirst = this.getRuntimeContext().getIndexOfThisSubtask() === 0
    while (ctx.isRunning()) {
      if (isFirst && world.emitted < world.records) {
        world.emitted += 1
        yield { key: `k${String(world.emitted % 7)}`, at: world.emitted * 10 }
      } else if (!world.goesOn) return
      if (!isFirst || world.emitted % 5 === 0) yield undefined
    }
  }
}

/** A timer a key at the end of time, and what it sees with each record. */
class Observing extends KeyedProcessFunction<string, Reading, string> {
  readonly #world: World
  constructor(world: World) {
    super()
    this.#world = world
  }
  processElement({ at }: Reading, ctx: KeyedProcessFunctionContext<string>): void {
    const timers = ctx.timerService()
    this.#world.watermarks.push(timers.currentWatermark())
    this.#world.timestamps.add(ctx.timestamp() === at ? at : null)
    timers.registerEventTimeTimer(FAR_AWAY)
  }
  override onTimer(timestampMs: number, ctx: KeyedProcessFunctionContext<string>, out: Collector<string>): void {
    this.#world.fired.push(timestampMs)
    out.collect(ctx.getCurrentKey())
  }
}

const byKey: KeySpec = { select: (reading) => (reading as Reading).key, kind: 'auto', path: 'key' }
const monotonous = WatermarkStrategy.forMonotonousTimestamps<Reading>().withTimestampAssigner(({ at }) => at)

function program(world: World, strategy: WatermarkStrategy<Reading>): RecordedProgram {
  const recorded = new RecordedProgram()
  const two = { parallelism: 2 }
  const source = recorded.source('readings', two, { kind: 'source-function', function: new Readings(world) })
  const timed = recorded.operator(source, 'time', { kind: 'timestamps-and-watermarks', strategy: strategy }, two)
  const keyed = recorded.partition(timed, { kind: 'hash', key: byKey })
  const observing = { kind: 'keyed-process', function: new Observing(world) as never } as const
  recorded.sink(recorded.operator(keyed, 'observe', observing, two, byKey), 'sink', two)
  return recorded
}

function start(world: World, strategy: WatermarkStrategy<Reading>, restore?: string) {
  const job = { configuration: CONFIGURATION, restore, program: () => program(world, strategy) }
  return clusterOf(world).start(job, 2)
}

const clusters = new WeakMap<World, MiniCluster>()
function clusterOf(world: World): MiniCluster {
  const cluster = clusters.get(world) ?? new MiniCluster()
  clusters.set(world, cluster)
  return cluster
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('A job with event time', { timeout: 60_000 }, () => {
  it('waits for a subtask without records, and not where that is idle', async () => {
    const waiting = new World()
    const master = await start(waiting, monotonous)
    await until(() => waiting.watermarks.length > 1000)
    assert.deepEqual(new Set(waiting.watermarks), new Set([Number.NEGATIVE_INFINITY]))
    master.cancel()
    await master.outcome
    assert.ok(!waiting.timestamps.has(null))

    const idle = new World()
    const other = await start(idle, monotonous.withIdleness(20))
    await until(() => idle.watermark > 1000)
    other.cancel()
    await other.outcome
    assert.ok(idle.watermarks.every((watermark) => watermark < idle.emitted * 10))
  })

  it('comes to the end of time with its data: every timer fires', async () => {
    const world = new World()
    world.records = 500
    world.goesOn = false
    const { status, error } = await (await start(world, monotonous)).outcome
    assert.equal(status, 'FINISHED', error?.message)
    assert.equal(world.watermarks.length, 500)
    assert.deepEqual(
      world.fired,
      Array.from({ length: 7 }, () => FAR_AWAY),
    )
  })

  it('comes there too when it is drained, and not when it is stopped: then the timers are in the savepoint', async () => {
    const world = new World()
    const strategy = monotonous.withIdleness(20)
    const first = await start(world, strategy)
    await until(() => world.watermark > 1000)
    const restore = await first.stopWithSavepoint('file:///savepoints', 'suspend')
    assert.deepEqual(world.fired, [])

    const seen = world.watermarks.length
    const second = await start(world, strategy, restore)
    await until(() => world.watermarks.length > seen && world.watermark > 1000)
    // Watermarks begin anew.
    assert.equal(world.watermarks[seen], Number.NEGATIVE_INFINITY)
    await second.stopWithSavepoint('file:///savepoints', 'drain')
    assert.deepEqual(
      world.fired,
      Array.from({ length: 7 }, () => FAR_AWAY),
    )
  })
})
