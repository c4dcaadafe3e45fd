/** A whole job from one seed: runs of it, one after the other, and the comparison with a plain loop. */
import { InMemoryFileSystem } from '../../src/core/fs/in-memory-file-system.js'
import { plainTotals } from './counting-job.js'
import { FAULT_KINDS, FaultInjector, type FaultKind } from './fault-injector.js'
import { FaultPoints } from './fault-points.js'
import { JobRun } from './job-run.js'
import { allKnownFaultsBut, type LeftOut } from './known-faults.js'
import type { RunStart } from './run-ending.js'
import type { Sabotage } from './sabotage.js'
import { scenarioOfKind, type JobKind, type Scenario } from './scenario.js'
import { Simulation } from './simulation.js'
import { SnapshotInspector } from './snapshot-inspector.js'
import { TransactionalStore } from './transactional-store.js'
import type { World } from './world.js'

export interface SimulationReport {
  readonly seed: number
  readonly log: readonly string[]
  readonly scenario: Scenario
  readonly faults: Readonly<Record<FaultKind, number>>
  readonly runs: number
  readonly snapshots: number
  readonly virtualMs: number
}

export interface SimulationOptions {
  /** `counted` where nothing is said. */
  readonly kind?: JobKind
  /** Another scenario than that of the seed. */
  readonly change?: (scenario: Scenario) => Scenario
  /** A fault of the engine that is to be found. */
  readonly sabotage?: Sabotage
  /** Known faults whose causes are drawn too; `all` for all. */
  readonly known?: readonly string[]
  /** Is given all events, also those of a seed that fails. */
  readonly onLog?: (log: readonly string[]) => void
}

/** Rejects with a SimulationFailure, whose message says how to see it again. */
export async function simulateJob(seed: number, options: SimulationOptions = {}): Promise<SimulationReport> {
  const leftOut = allKnownFaultsBut(options.known ?? [])
  const { sabotage = {} } = options
  const undo = sabotage.plant?.()
  const world = makeWorld(new Simulation(seed), leftOut, options)
  const { simulation, scenario, faults, inspector } = world
  const startedAt = simulation.clock.now()
  const exist = FAULT_KINDS.filter((kind) => scenario.faults[kind] > 0)
  simulation.note(`faults that exist: ${exist.join(', ') || 'none'}`)
  simulation.note(`scenario ${JSON.stringify(scenario)}`)
  const onRejection = (reason: unknown): void => {
    simulation.fail(`a promise was rejected and nobody noticed: ${String(reason)}`)
  }
  process.on('unhandledRejection', onRejection)
  try {
    const runs = await runAll(world)
    await inspector.check()
    compareWithPlainLoop(world)
    await simulation.runUntil(() => true, 'the verdict')
    const virtualMs = simulation.clock.now() - startedAt
    const { seenCount: snapshots } = inspector
    return { seed, log: simulation.log, scenario, faults: faults.happened, runs, snapshots, virtualMs }
  } catch (error) {
    throw simulation.failureBy(error)
  } finally {
    process.off('unhandledRejection', onRejection)
    undo?.()
    options.onLog?.(simulation.log)
  }
}

function makeWorld(simulation: Simulation, leftOut: LeftOut, options: SimulationOptions): World {
  const { sabotage = {}, change } = options
  const drawn = scenarioOfKind(options.kind ?? 'counted', simulation, leftOut)
  const seeded = change?.(drawn) ?? drawn
  const scenario = { ...seeded, configuration: { ...seeded.configuration, ...sabotage.configuration } }
  const disk = new InMemoryFileSystem()
  const faults = new FaultInjector(scenario.faults, simulation)
  const inspector = new SnapshotInspector(disk, simulation)
  const onChange = (path: string): void => {
    inspector.diskChanged(path)
  }
  const store = new TransactionalStore(simulation)
  const diskServices = { disk, faults, onChange, points: new FaultPoints(), sabotage }
  return { simulation, scenario, disk, diskServices, faults, inspector, store }
}

/** Resolves with the number of runs. */
async function runAll(world: World): Promise<number> {
  let start: RunStart = { restore: undefined }
  for (const [index, plan] of world.scenario.runs.entries()) {
    world.simulation.note(`run ${index} from ${start.restore ?? 'nothing'}: ${JSON.stringify(plan)}`)
    const result = await new JobRun(index, plan, start, world).run()
    if (result.isOver) return index + 1
    start = result
  }
  world.simulation.fail('the last run did not end the job')
  return world.scenario.runs.length
}

/** Every count of every key was committed once, and the sum beside the last one is right. */
function compareWithPlainLoop({ simulation, scenario, store }: World): void {
  const expected = plainTotals(scenario)
  const committed = new Map<string, Map<number, number>>()
  for (const [key, count, sum] of store.records()) {
    const sums = committed.get(key) ?? new Map<number, number>()
    if (sums.has(count)) simulation.fail(`${key} has the count ${count} twice`)
    sums.set(count, sum)
    committed.set(key, sums)
  }
  for (const key of committed.keys()) if (!expected.has(key)) simulation.fail(`nobody has the key ${key}`)
  for (const [key, { count, sum }] of expected) {
    const sums = committed.get(key) ?? new Map<number, number>()
    const missing = Array.from({ length: count }, (_, index) => index + 1).filter((each) => !sums.has(each))
    if (missing.length > 0) simulation.fail(`${key} misses the counts ${missing.join(', ')} of ${count}`)
    if (sums.size > count) simulation.fail(`${key} was counted ${sums.size} times instead of ${count}`)
    if (sums.get(count) !== sum) simulation.fail(`${key} ends with the sum ${sums.get(count) ?? 'none'}, not ${sum}`)
  }
}
