/**
 * The same job with the sinks of the engine: writers and committers, a function with transactions, or one that writes ahead. The outer
 * system answers late, twice, or not at all, and workers die before and after a commit.
 */
import { between, oneOf } from './draw.js'
import type { RunEnd, Scenario } from './scenario.js'
import type { Simulation } from './simulation.js'

export interface CommittingPlan {
  readonly sink: 'writers' | 'transactions' | 'ahead'
  /** Of writers and committers: what is around them. */
  readonly topology: 'none' | 'exchange' | 'global' | 'exchange and global'
  /** A worker dies right before, or right after, one of so many commits. */
  readonly diesOneIn: number
  /** A committable is to be retried, in one of so many cases after it was committed all the same. */
  readonly retriesOneIn: number
}

const ENDS: readonly [RunEnd, ...RunEnd[]] = ['crash', 'crash', 'cancel-with-savepoint', 'suspend', 'drain', 'cancel']

export function withCommits(scenario: Scenario, simulation: Simulation): Scenario {
  const random = simulation.stream('committing')
  const committing: CommittingPlan = {
    sink: oneOf(random, ['writers', 'writers', 'transactions', 'ahead']),
    topology: oneOf(random, ['none', 'none', 'exchange', 'global', 'exchange and global']),
    diesOneIn: between(random, 4, 30),
    retriesOneIn: oneOf(random, [0, 3, 10]),
  }
  const ends = Array.from({ length: between(random, 1, 4) }, () => oneOf(random, ENDS))
  const [first] = scenario.runs
  if (first === undefined) return scenario
  const runs = [...ends, 'finish' as const].map((end, index) => ({
    ...(scenario.runs[index] ?? first),
    ...{ parallelism: between(random, 1, 3), sinkParallelism: between(random, 1, 3) },
    ...{ end, endAfterMs: between(random, 20, 800), savepointsAtMs: index === 0 ? [between(random, 20, 400)] : [] },
  }))
  // What is committed outside does not go back to an older checkpoint.
  const faults = {
    ...scenario.faults,
    'snapshot-is-damaged': 0,
    'worker-dies': between(random, 1, 6),
    'hook-throws': between(random, 0, 4),
    'hook-is-slow': between(random, 0, 4),
  }
  const configuration = {
    ...scenario.configuration,
    'execution.checkpointing.interval': `${between(random, 10, 80)} ms`,
    'execution.checkpointing.timeout': '20000 ms',
  }
  return { ...scenario, records: between(random, 100, 1000), runs, configuration, faults, committing }
}
