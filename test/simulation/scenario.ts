/** What one seed plays: the job, its settings, what goes wrong, and how its runs follow each other. */
import type { Random } from '../../src/core/random/random.js'
import type { FaultBudget } from './fault-injector.js'
import type { Simulation } from './simulation.js'

/** A generator that is pulled, an async generator, an async function that collects. */
export type SourceShape = 'generator' | 'async-generator' | 'collecting'

/** What makes the function objects, and so how long they live: main, a module of the program, an installed package. */
export type FunctionMaker = 'main' | 'module' | 'package'

/** How a run ends; all but `finish` go on in another run, with another parallelism. */
export type RunEnd = 'finish' | 'cancel-with-savepoint' | 'suspend' | 'drain' | 'crash'

export interface RunPlan {
  readonly sourceParallelism: number
  readonly parallelism: number
  readonly sinkParallelism: number
  /** More slots share workers. */
  readonly maxWorkers: number
  readonly end: RunEnd
  /** When the end is asked for, ms after the start. */
  readonly endAfterMs: number
}

export interface Scenario {
  readonly records: number
  readonly keys: number
  readonly sourceShape: SourceShape
  /** The source pauses for up to so many ms (a generator: turns of its task) behind one of so many records. */
  readonly pauseMs: number
  readonly pauseOneIn: number
  /** Functions change what they were given, emitted and have in state, again and again. */
  readonly changesRecords: boolean
  readonly configuration: Readonly<Record<string, string>>
  readonly runs: readonly RunPlan[]
  readonly faults: FaultBudget
  readonly functionMaker: FunctionMaker
}

export const CHECKPOINT_DIRECTORY = '/checkpoints'
export const SAVEPOINT_DIRECTORY = '/savepoints'

export function scenarioOf(simulation: Simulation): Scenario {
  const random = simulation.stream('scenario')
  return {
    records: between(random, 100, 2000),
    keys: between(random, 1, 40),
    sourceShape: oneOf(random, ['generator', 'async-generator', 'collecting']),
    pauseMs: between(random, 5, 60),
    pauseOneIn: between(random, 3, 20),
    configuration: configurationOf(random),
    runs: runsOf(random),
    faults: {
      'user-function-throws': between(random, 0, 3),
      'worker-dies': between(random, 0, 3),
      'disk-fails': oneOf(random, [0, 0, between(random, 1, 8)]),
      'disk-is-slow': oneOf(random, [0, between(random, 1, 4)]),
      'value-not-storable': oneOf(random, [0, between(random, 1, 3)]),
      'snapshot-is-damaged': oneOf(random, [0, 1, 2]),
    },
    functionMaker: oneOf(random, ['main', 'module', 'package']),
    changesRecords: oneOf(random, [true, true, false]),
  }
}

function configurationOf(random: Random): Record<string, string> {
  const minPauseMs = oneOf(random, [0, 0, between(random, 1, 50)])
  // A drain that fails restarts the job, so there must be a savepoint that keeps the time limit.
  const timeoutMs = oneOf(random, [60_000, between(random, 60, 400)])
  // A job that fails with every checkpoint that is late never ends, and rightly so.
  const tolerated = timeoutMs < 1000 ? 1000 : oneOf(random, [0, 1, 100])
  return {
    'execution.checkpointing.interval': `${between(random, 10, 150)} ms`,
    'execution.checkpointing.timeout': `${timeoutMs} ms`,
    'execution.checkpointing.min-pause': `${minPauseMs} ms`,
    'execution.checkpointing.max-concurrent-checkpoints': String(oneOf(random, [1, 1, 2, 3])),
    'execution.checkpointing.tolerable-failed-checkpoints': String(tolerated),
    'execution.checkpointing.num-retained': String(between(random, 1, 3)),
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'execution.checkpointing.dir': CHECKPOINT_DIRECTORY,
    'execution.checkpointing.incremental': String(oneOf(random, [true, false])),
    'execution.checkpointing.data-inline-threshold': `${oneOf(random, [0, 200, 20_000])} b`,
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': '100000',
    'restart-strategy.fixed-delay.delay': `${between(random, 0, 300)} ms`,
    'taskmanager.memory.network.max': `${oneOf(random, [4, 40, 4000])} kb`,
  }
}

function runsOf(random: Random): RunPlan[] {
  const ends: RunEnd[] = Array.from({ length: random.nextInt(4) }, () =>
    oneOf(random, ['cancel-with-savepoint', 'suspend', 'drain', 'crash']),
  )
  return [...ends, 'finish' as const].map((end) => {
    const parallelism = between(random, 1, 3)
    return {
      sourceParallelism: oneOf(random, [parallelism, between(random, 1, 3)]),
      parallelism,
      sinkParallelism: oneOf(random, [parallelism, between(random, 1, 3)]),
      maxWorkers: oneOf(random, [1, 2, 9, 9]),
      end,
      endAfterMs: between(random, 20, 1500),
    }
  })
}

function between(random: Random, least: number, greatest: number): number {
  return least + random.nextInt(greatest - least + 1)
}

function oneOf<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[random.nextInt(choices.length)] ?? choices[0]
}
