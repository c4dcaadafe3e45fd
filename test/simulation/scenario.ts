/** What one seed plays: the job, its settings, what goes wrong, and how its runs follow each other. */
import type { Random } from '../../src/core/random/random.js'
import { withCommits, type CommittingPlan } from './committing-scenario.js'
import { between, happens, oneOf } from './draw.js'
import { drawFaults, type FaultBudget } from './fault-injector.js'
import type { FaultPoint, FaultPointName } from './fault-points.js'
import { drawHandOut, type HandOutPlan } from './hand-out-job.js'
import { drawKeys, type KeyPlan } from './job-keys.js'
import { drawAsyncShapes, drawLoopShapes, drawShapes, drawTimeShapes, type ShapePlan } from './job-shapes.js'
import { drawTime, type TimePlan } from './job-time.js'
import { STATE_KINDS, type StateKind } from './keyed-totals.js'
import type { LeftOut } from './known-faults.js'
import type { Simulation } from './simulation.js'
import { withStrikes } from './struck-scenario.js'
import { withUnaligned } from './unaligned-scenario.js'

/** A generator that is pulled, an async generator, an async function that collects. */
export type SourceShape = 'generator' | 'async-generator' | 'collecting'

/** What makes the function objects, and so how long they live: main, a module of the program, an installed package. */
export type FunctionMaker = 'main' | 'module' | 'package'

/** How a run ends; all but `finish` go on in another run, with another parallelism. */
export type RunEnd = 'finish' | 'cancel-with-savepoint' | 'suspend' | 'drain' | 'cancel' | 'stop' | 'crash'

export interface RunPlan {
  readonly sourceParallelism: number
  readonly parallelism: number
  readonly sinkParallelism: number
  /** By shape of the graph. */
  readonly shapeParallelism: readonly number[]
  /** More slots share workers. */
  readonly maxWorkers: number
  readonly end: RunEnd
  /** When the end is asked for, ms after the start. */
  readonly endAfterMs: number
  /** It waits for a restart of the job then, if one comes soon. */
  readonly endsInRestart: boolean
  /** It waits for a complete snapshot before that, if one comes soon. */
  readonly endsWithSnapshot: boolean
  /** The job process is killed there, where it comes to it soon after the end was asked for. */
  readonly crashAt: FaultPoint | undefined
  /** Workers are killed at the first of these that they come to. */
  readonly workerDiesAt: readonly FaultPoint[]
  /** When two savepoints are asked for at once, ms after the start. */
  readonly savepointsAtMs: readonly number[]
  /** Of this run alone, in place of those of the job. */
  readonly settings: Readonly<Record<string, string>>
}

export interface Scenario {
  readonly records: number
  readonly shapes: readonly ShapePlan[]
  /** The last keyed stage. */
  readonly count: { readonly keys: KeyPlan; readonly state: StateKind }
  readonly sourceShape: SourceShape
  /** The source pauses for up to so many ms (a generator: turns of its task) after one of so many records. */
  readonly pauseMs: number
  readonly pauseOneIn: number
  /** A watermark, and that there is nothing for a while, after one of so many records; 0: never. */
  readonly watermarkOneIn: number
  readonly idleOneIn: number
  /** The sink gives a promise for one of so many records; 0: never. */
  readonly sinkWaitsOneIn: number
  /** Functions change what they were given, emitted and have in state, again and again. */
  readonly changesRecords: boolean
  readonly configuration: Readonly<Record<string, string>>
  readonly runs: readonly RunPlan[]
  readonly faults: FaultBudget
  readonly functionMaker: FunctionMaker
  /** The engine's, or the one of the tests that keeps sorted bytes and snapshots of its own files. */
  readonly stateBackend: 'hashmap' | 'sorted'
  /** Coordinators hand out the numbers; undefined: sources have them. */
  readonly handOut: HandOutPlan | undefined
  /** Event time and timers; undefined: the clock's time, which nobody looks at. */
  readonly time: TimePlan | undefined
  /** Numbers are spread anew in front of each shape: an edge is the same in all runs, whatever their parallelism. */
  readonly rebalances: boolean
  /** Records go round: time does not wait for them. */
  readonly hasLoop: boolean
  /** Numbers of a second source, which has a way and a sink of its own: a region that restarts alone. 0: there is none. */
  readonly recordsApart: number
  /** Of a third one, in which every subtask is a region and the enumerator of their source lives on; undefined where there is none. */
  readonly alone: SplitNumbers | undefined
  /** Which of the engine's sinks commits; undefined: one that does it by hand. */
  readonly committing: CommittingPlan | undefined
}

/** `counted`: what a seed draws first; the others are made of it. */
export type JobKind =
  'counted' | 'coordinated' | 'timed' | 'looped' | 'asking' | 'apart' | 'unaligned' | 'struck' | 'committing'

/** What a source with splits emits. */
export interface SplitNumbers {
  readonly records: number
  readonly splits: number
  readonly discoveryMs: number
}

export const CHECKPOINT_DIRECTORY = '/checkpoints'
const LEAST_TIMED_LIMIT_MS = 300
/** For each two of a worker, as each waits for the turn of the others. */
const LIMIT_MS_FOR_TWO_TASKS = 5
const TASKS_OF_SHAPE = 2
export const SAVEPOINT_DIRECTORY = '/savepoints'

function scenarioOf(simulation: Simulation, leftOut: LeftOut): Scenario {
  const random = simulation.stream('scenario')
  const isLarge = happens(random, 50)
  const stateBackend = happens(simulation.stream('state backend'), 4) ? 'sorted' : 'hashmap'
  const shapes = drawShapes(random)
  return {
    records: isLarge ? between(random, 20_000, 40_000) : between(random, 100, 1500),
    shapes,
    count: { keys: drawKeys(random), state: oneOf(random, STATE_KINDS) },
    sourceShape: oneOf(random, ['generator', 'async-generator', 'collecting']),
    pauseMs: between(random, 5, 60),
    pauseOneIn: between(random, 3, 20) * (isLarge ? 100 : 1),
    watermarkOneIn: oneOf(random, [0, between(random, 1, 20)]),
    idleOneIn: oneOf(random, [0, 0, between(random, 5, 50)]),
    sinkWaitsOneIn: oneOf(random, [0, 0, between(random, 3, 60)]) * (isLarge ? 100 : 1),
    configuration: configurationOf(random, stateBackend),
    runs: runsOf(random, shapes.length),
    faults: faultsWith(stateBackend, drawFaults(random, leftOut)),
    functionMaker: oneOf(random, ['main', 'module', 'package']),
    changesRecords: oneOf(random, [true, true, false]),
    stateBackend,
    handOut: undefined,
    time: undefined,
    rebalances: false,
    hasLoop: false,
    recordsApart: 0,
    alone: undefined,
    committing: undefined,
  }
}

export function scenarioOfKind(kind: JobKind, simulation: Simulation, leftOut: LeftOut): Scenario {
  const scenario = scenarioOf(simulation, leftOut)
  switch (kind) {
    case 'counted':
      return withKeptLimit(scenario)
    case 'coordinated':
      return withHandOut(scenario, simulation)
    case 'timed':
      return withTime(scenario, simulation)
    case 'looped':
      return withLoop(scenario, simulation)
    case 'asking':
      return withAsync(scenario, simulation)
    case 'unaligned':
      return withUnaligned(scenario, simulation)
    case 'apart':
      return withRegions(scenario, simulation)
    case 'struck':
      return withStrikes(withKeptLimit(scenario), simulation)
    case 'committing':
      return withCommits(scenario, simulation)
  }
}

function withKeptLimit(scenario: Scenario): Scenario {
  const configuration = {
    ...scenario.configuration,
    'execution.checkpointing.timeout': keptLimit(scenario, scenario.runs),
  }
  return { ...scenario, configuration }
}

/** The same with a second region, and with many of one subtask each. One that goes back to an older checkpoint alone has no store that could go back with it. */
function withRegions(scenario: Scenario, simulation: Simulation): Scenario {
  const random = simulation.stream('apart')
  const faults = { ...scenario.faults, 'snapshot-is-damaged': 0 }
  const { configuration } = withKeptLimit(scenario)
  const records = between(random, 100, 1000)
  const recordsApart = between(random, 100, 1000)
  return { ...scenario, records, recordsApart, alone: drawAlone(simulation.stream('alone')), faults, configuration }
}

function drawAlone(random: Random): SplitNumbers | undefined {
  if (happens(random, 3)) return undefined
  return { records: between(random, 200, 1500), splits: between(random, 5, 100), discoveryMs: between(random, 1, 60) }
}

/** The same with event time, with shapes that have timers or two inputs. */
function withTime(scenario: Scenario, simulation: Simulation): Scenario {
  const random = simulation.stream('time')
  const time = drawTime(random)
  const shapes = drawTimeShapes(random)
  const runs = scenario.runs.map((run) => ({
    ...run,
    shapeParallelism: shapes.map(() => oneOf(random, [run.parallelism, between(random, 1, 3)])),
  }))
  const configuration = {
    ...scenario.configuration,
    'pipeline.auto-watermark-interval': `${time.intervalMs} ms`,
    'execution.checkpointing.timeout': keptLimit(scenario, runs),
  }
  return { ...scenario, records: between(random, 50, 600), idleOneIn: 0, shapes, runs, configuration, time }
}

/** The same with a loop. */
function withLoop(scenario: Scenario, simulation: Simulation): Scenario {
  const random = simulation.stream('loop')
  return { ...withOwnShapes(scenario, drawLoopShapes(random), random), hasLoop: true }
}

/** The same with an operator whose answers come later; in half of the jobs that are no loops with event time. */
function withAsync(scenario: Scenario, simulation: Simulation): Scenario {
  const random = simulation.stream('async')
  const shapes = drawAsyncShapes(random)
  const asking = withOwnShapes(scenario, shapes, random)
  if (shapes.some(({ kind }) => kind === 'askedInLoop')) {
    // The savepoint of a drain waits for the last answer of the last round, however many rounds there are.
    const configuration = { ...asking.configuration, 'execution.checkpointing.timeout': '20000 ms' }
    return { ...asking, configuration, hasLoop: true }
  }
  if (happens(random, 2)) return asking
  const time = drawTime(random)
  const configuration = { ...asking.configuration, 'pipeline.auto-watermark-interval': `${time.intervalMs} ms` }
  return { ...asking, idleOneIn: 0, configuration, time }
}

function withOwnShapes(scenario: Scenario, shapes: readonly ShapePlan[], random: Random): Scenario {
  const runs = scenario.runs.map((run) => ({
    ...run,
    shapeParallelism: shapes.map(() => oneOf(random, [run.parallelism, between(random, 1, 3)])),
  }))
  const configuration = {
    ...scenario.configuration,
    'execution.checkpointing.timeout': keptLimit(scenario, runs),
  }
  return { ...scenario, records: between(random, 50, 600), shapes, runs, configuration }
}

/**
 * More tasks one after the other, in one thread perhaps, take longer: a limit that no checkpoint keeps ends no run. A turn of a
 * worker takes a few of its tasks, and a barrier passes one after the other.
 */
function keptLimit(scenario: Scenario, runs: readonly RunPlan[]): string {
  const drawnMs = Number.parseInt(scenario.configuration['execution.checkpointing.timeout'] ?? '0', 10)
  const tasks = runs.map(({ sourceParallelism, parallelism, sinkParallelism, shapeParallelism, maxWorkers }) => {
    const ofShapes = shapeParallelism.reduce((sum, each) => sum + TASKS_OF_SHAPE * each, 0)
    return (sourceParallelism + parallelism + sinkParallelism + ofShapes) / maxWorkers
  })
  const keptMs = Math.ceil(LIMIT_MS_FOR_TWO_TASKS * Math.max(...tasks) ** 2)
  return `${Math.max(LEAST_TIMED_LIMIT_MS, keptMs, drawnMs)} ms`
}

/** The same with coordinators: few records, as each range costs messages, and no shapes. */
function withHandOut(scenario: Scenario, simulation: Simulation): Scenario {
  const random = simulation.stream('hand-out')
  const records = between(random, 50, 600)
  const runs = scenario.runs.map((run) => ({ ...run, shapeParallelism: [] }))
  return { ...scenario, records, shapes: [], runs, handOut: drawHandOut(random) }
}

/** A backend that keeps bytes refuses a value when it is given, which fails the job as it should. */
function faultsWith(stateBackend: Scenario['stateBackend'], faults: FaultBudget): FaultBudget {
  return stateBackend === 'hashmap' ? faults : { ...faults, 'value-not-storable': 0 }
}

function configurationOf(random: Random, stateBackend: Scenario['stateBackend']): Record<string, string> {
  const minPauseMs = oneOf(random, [0, 0, between(random, 1, 50)])
  // A drain that fails restarts the job, and a job that ends waits for a last checkpoint: there must be one that keeps the limit.
  const drawnTimeoutMs = oneOf(random, [20_000, between(random, 60, 400)])
  // Sorted bytes are written a state and a run at a time.
  const timeoutMs = stateBackend === 'sorted' ? 20_000 : drawnTimeoutMs
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
    'task.cancellation.response-timeout': `${between(random, 300, 3000)} ms`,
    'task.cancellation.timeout': `${between(random, 3000, 8000)} ms`,
    'taskmanager.memory.network.max': `${oneOf(random, [4, 40, 4000])} kb`,
  }
}

function runsOf(random: Random, shapes: number): RunPlan[] {
  const ends: RunEnd[] = Array.from({ length: random.nextInt(4) }, () =>
    oneOf(random, ['cancel-with-savepoint', 'suspend', 'drain', 'cancel', 'stop', 'crash', 'crash']),
  )
  return [...ends, 'finish' as const].map((end) => {
    const parallelism = between(random, 1, 3)
    const another = (): number => oneOf(random, [parallelism, between(random, 1, 3)])
    const hasSavepoints = happens(random, 3)
    return {
      sourceParallelism: another(),
      parallelism,
      sinkParallelism: another(),
      shapeParallelism: Array.from({ length: shapes }, another),
      maxWorkers: oneOf(random, [1, 2, 9, 9]),
      end,
      endAfterMs: between(random, 20, 1500),
      endsInRestart: happens(random, 3),
      endsWithSnapshot: false,
      crashAt: after(oneOf(random, [undefined, undefined, 'rename', 'sync', 'write', 'sync directory', 'delete'])),
      workerDiesAt: [],
      savepointsAtMs: hasSavepoints ? Array.from({ length: 1 + random.nextInt(3) }, () => random.nextInt(1500)) : [],
      settings: {},
    }
  })
}

function after(at: FaultPointName | undefined): FaultPoint | undefined {
  return at === undefined ? undefined : { at, when: 'after', skipped: 0 }
}
