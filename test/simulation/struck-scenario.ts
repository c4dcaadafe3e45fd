/** The same job, whose processes are killed before and after steps of the protocol: the whole job, or one worker. */
import type { Random } from '../../src/core/random/random.js'
import { between, happens, oneOf } from './draw.js'
import { FAULT_POINTS, MOMENTS, type FaultPoint } from './fault-points.js'
import type { RunPlan, Scenario } from './scenario.js'
import type { Simulation } from './simulation.js'

/** At once mostly: steps of some kinds are rare. */
const MOST_SKIPPED = 6

export function withStrikes(scenario: Scenario, simulation: Simulation): Scenario {
  const random = simulation.stream('struck')
  const drawPoint = (): FaultPoint => ({
    at: oneOf(random, FAULT_POINTS),
    when: oneOf(random, MOMENTS),
    skipped: happens(random, 2) ? 0 : random.nextInt(MOST_SKIPPED),
  })
  const [first] = scenario.runs
  if (first === undefined) return scenario
  const crashes = Array.from({ length: between(random, 1, 3) }, () => crashOf(first, random, drawPoint()))
  const runs = [...crashes, { ...first, end: 'finish' as const }].map((run) => ({
    ...run,
    workerDiesAt: Array.from({ length: between(random, 0, 2) }, drawPoint),
  }))
  // Files of their own are what most steps are about.
  const configuration = {
    ...scenario.configuration,
    'execution.checkpointing.data-inline-threshold': oneOf(random, ['0 b', '0 b', '200 b']),
    'execution.checkpointing.interval': `${between(random, 10, 60)} ms`,
  }
  return { ...scenario, runs, configuration }
}

function crashOf(run: RunPlan, random: Random, crashAt: FaultPoint): RunPlan {
  const parallelism = between(random, 1, 3)
  const [sourceParallelism, sinkParallelism] = [between(random, 1, 3), between(random, 1, 3)]
  const endAfterMs = between(random, 20, 600)
  return { ...run, parallelism, sourceParallelism, sinkParallelism, end: 'crash', endAfterMs, crashAt }
}
