/**
 * The same job with unaligned checkpoints, at once or after a timeout, and channels that are full: little memory, a sink that is slow.
 * Every edge says how it is partitioned, as records in flight cannot go on over an edge that is another one in the next run.
 */
import { between, oneOf } from './draw.js'
import { drawExchanges } from './job-shapes.js'
import type { Scenario } from './scenario.js'
import type { Simulation } from './simulation.js'

const LEAST_LIMIT_MS = 300

export function withUnaligned(scenario: Scenario, simulation: Simulation): Scenario {
  const random = simulation.stream('unaligned')
  const shapes = drawExchanges(random)
  const sinkIsApart = oneOf(random, [true, false])
  const runs = scenario.runs.map((run) => ({
    ...run,
    // More than one worker, mostly: channels within one are half of the code.
    maxWorkers: oneOf(random, [1, 3, 9, 9]),
    sinkParallelism: sinkIsApart ? run.parallelism + 1 : run.parallelism,
    shapeParallelism: shapes.map(() => oneOf(random, [run.parallelism, between(random, 1, 3)])),
  }))
  const limitMs = Number.parseInt(scenario.configuration['execution.checkpointing.timeout'] ?? '0', 10)
  const configuration = {
    ...scenario.configuration,
    'execution.checkpointing.unaligned.enabled': 'true',
    'execution.checkpointing.unaligned.forced': 'true',
    'execution.checkpointing.aligned-checkpoint-timeout': `${oneOf(random, [0, 0, between(random, 1, 60)])} ms`,
    'execution.checkpointing.max-concurrent-checkpoints': '1',
    'execution.checkpointing.timeout': `${Math.max(LEAST_LIMIT_MS, limitMs)} ms`,
    'taskmanager.memory.network.max': `${oneOf(random, [4, 4, 40])} kb`,
  }
  const records = between(random, 100, 1500)
  const sinkWaitsOneIn = oneOf(random, [0, between(random, 2, 20), between(random, 10, 60)])
  return { ...scenario, records, shapes, runs, configuration, sinkWaitsOneIn, pauseOneIn: between(random, 20, 400) }
}
