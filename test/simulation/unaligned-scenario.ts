/**
 * The same job with unaligned checkpoints, at once or after a timeout, and channels that are full: little memory, a sink that is slow.
 * Every edge says how it is partitioned, as records in flight cannot go on over an edge that is another one in the next run.
 */
import type { Random } from '../../src/core/random/random.js'
import { between, oneOf } from './draw.js'
import { drawExchanges } from './job-shapes.js'
import type { RunEnd, RunPlan, Scenario } from './scenario.js'
import type { Simulation } from './simulation.js'

/** Most go on from a checkpoint: savepoints have nothing in flight. */
const ENDS: readonly [RunEnd, ...RunEnd[]] = ['crash', 'crash', 'crash', 'cancel', 'cancel-with-savepoint']

export function withUnaligned(scenario: Scenario, simulation: Simulation): Scenario {
  const random = simulation.stream('unaligned')
  const shapes = drawExchanges(random)
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
    endAfterMs: between(random, 50, 700),
    savepointsAtMs: [],
    // More than one worker, mostly: channels within one are half of the code.
    maxWorkers: oneOf(random, [1, 3, 9, 9]),
  }))
  const configuration = {
    ...scenario.configuration,
    'execution.checkpointing.unaligned.enabled': 'true',
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
  return { ...scenario, records, shapes, runs, configuration, sinkWaitsOneIn, pauseOneIn: between(random, 50, 400) }
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
