/**
 * The same job with unaligned checkpoints, at once or after a timeout, and channels that are full: little memory, a sink that is slow.
 * Every edge says how it is partitioned, as records in flight cannot go on over an edge that is another one in the next run. Half of
 * the jobs have event time, with timers and windows downstream of what is in flight; and in a third of them some runs have aligned
 * checkpoints, so that records in flight go on where nothing overtakes them any more.
 */
import type { Random } from '../../src/core/random/random.js'
import { between, happens, oneOf } from './draw.js'
import { drawExchanges, drawUnalignedTimeShapes } from './job-shapes.js'
import { drawTime } from './job-time.js'
import type { RunEnd, RunPlan, Scenario } from './scenario.js'
import type { Simulation } from './simulation.js'

const UNALIGNED = 'execution.checkpointing.unaligned.enabled'

/** Most go on from a checkpoint: savepoints have nothing in flight. */
const ENDS: readonly [RunEnd, ...RunEnd[]] = ['crash', 'crash', 'crash', 'cancel', 'cancel-with-savepoint']
/** In place of one of those, now and then. */
const OTHER_ENDS: readonly [RunEnd, ...RunEnd[]] = ['suspend', 'drain', 'stop', 'cancel-with-savepoint']

export function withUnaligned(scenario: Scenario, simulation: Simulation): Scenario {
  const random = simulation.stream('unaligned')
  const ofTime = simulation.stream('unaligned, event time')
  const time = happens(ofTime, 2) ? drawTime(ofTime) : undefined
  const exchanges = drawExchanges(random)
  const shapes = time === undefined ? exchanges : drawUnalignedTimeShapes(ofTime)
  const sinkIsApart = oneOf(random, [true, false])
  const ends: readonly RunEnd[] = [
    ...Array.from({ length: between(random, 2, 4) }, () => oneOf(random, ENDS)),
    'finish',
  ]
  const [first] = scenario.runs
  if (first === undefined) return scenario
  const runs = ends.map((end) => ({
    ...first,
    ...parallelismOf(random, shapes.length, sinkIsApart),
    end,
    endAfterMs: between(random, 20, 300),
    endsWithSnapshot: true,
    savepointsAtMs: [],
    // More than one worker, mostly: channels within one are half of the code.
    maxWorkers: oneOf(random, [1, 3, 9, 9]),
  }))
  const configuration = {
    ...scenario.configuration,
    [UNALIGNED]: 'true',
    'execution.checkpointing.unaligned.forced': 'true',
    'execution.checkpointing.aligned-checkpoint-timeout': `${oneOf(random, [0, 0, between(random, 1, 60)])} ms`,
    'execution.checkpointing.max-concurrent-checkpoints': '1',
    'execution.checkpointing.interval': `${between(random, 10, 50)} ms`,
    'execution.checkpointing.min-pause': '0 ms',
    'execution.checkpointing.timeout': '20000 ms',
    'taskmanager.memory.network.max': `${oneOf(random, [4, 4, 40])} kb`,
  }
  const records = between(random, 300, 1500)
  const sinkWaitsOneIn = between(random, 2, 15)
  const unaligned = {
    ...scenario,
    records,
    shapes,
    configuration,
    sinkWaitsOneIn,
    pauseOneIn: between(random, 50, 400),
  }
  const changed = withChanges(runs, simulation.stream('unaligned, changed'))
  if (time === undefined) return { ...unaligned, runs: changed }
  return {
    ...unaligned,
    // Records wait for time, and what comes out of one shape is in flight to the next: fewer are as much work.
    records: Math.ceil(records / 2),
    runs: changed,
    idleOneIn: 0,
    configuration: { ...configuration, 'pipeline.auto-watermark-interval': `${time.intervalMs} ms` },
    time,
    rebalances: true,
  }
}

/** Other ends here and there; in a third of the jobs runs change from unaligned to aligned checkpoints and back. */
function withChanges(runs: readonly RunPlan[], random: Random): RunPlan[] {
  const changes = happens(random, 3)
  const ended = runs.map((run) => {
    const isOther = run.end !== 'finish' && happens(random, 6)
    return isOther ? { ...run, end: oneOf(random, OTHER_ENDS) } : run
  })
  if (!changes) return ended
  let isUnaligned = happens(random, 4)
  return ended.map((run) => {
    isUnaligned = !isUnaligned
    // Long enough for something to be in flight in its last checkpoint.
    const endAfterMs = between(random, 50, 400)
    return { ...run, endAfterMs, settings: { [UNALIGNED]: String(isUnaligned) } }
  })
}

function parallelismOf(
  random: Random,
  shapes: number,
  sinkIsApart: boolean,
): Pick<RunPlan, 'sourceParallelism' | 'parallelism' | 'sinkParallelism' | 'shapeParallelism'> {
  const parallelism = between(random, 1, 3)
  return {
    parallelism,
    sourceParallelism: oneOf(random, [parallelism, between(random, 1, 3)]),
    sinkParallelism: sinkIsApart ? parallelism + 1 : parallelism,
    shapeParallelism: Array.from({ length: shapes }, () => oneOf(random, [parallelism, between(random, 1, 3)])),
  }
}
