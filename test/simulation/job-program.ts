/** The program of one run, as its master plans it and as its workers run it: with functions that live in the simulated world. */
import { installExecutionContext } from '../../src/api/environment/execution-context.js'
import type { PipelineExecutor } from '../../src/api/environment/pipeline-executor.js'
import { Configuration } from '../../src/core/config/configuration.js'
import type { JobGraph } from '../../src/graph/job-graph.js'
import { StreamExecutionEnvironment } from '../../src/index.js'
import type { ProgramDescriptor } from '../../src/runtime/protocol/program-descriptor.js'
import { GraphCapturingExecutor } from '../../src/runtime/taskmanager/taskexecutor/graph-capturing-executor.js'
import type { ProgramRunner } from '../../src/runtime/taskmanager/taskexecutor/program-loader.js'
import { buildCountingJob, plainRecords } from './counting-job.js'
import { handOutJob } from './hand-out-job.js'
import { FunctionBag, type HookName, type JobWorld } from './job-world.js'
import type { RunPlan } from './scenario.js'
import type { SimulatedTaskManager } from './simulated-task-manager.js'
import type { World } from './world.js'

const LONGEST_HANG_MS = 15_000
const LONGEST_HOOK_MS = 4000
const LONGEST_WRITE_MS = 5000
const SHORT_WRITE_MS = 20
/** Hooks that come seldom fail more often. */
const HOOK_ONE_IN = { often: 100, seldom: 15 }
const COMES_OFTEN: ReadonlySet<HookName> = new Set([
  'snapshotState',
  'notifyCheckpointComplete',
  'notifyCheckpointAborted',
  'handleOperatorEvent',
  'coordinator: event',
  'coordinator: returned',
  'coordinator: hand out',
  'coordinator: complete',
  'commit: before',
  'commit: after',
])

type SharedWorld = Pick<JobWorld, 'scenario' | 'plan' | 'runName' | 'store' | 'fail' | 'note' | 'expectedRecords'>

export class JobProgram {
  readonly descriptor: ProgramDescriptor
  readonly #world: World
  readonly #plan: RunPlan
  readonly #runName: string
  #expectedRecords: number | undefined

  constructor(runName: string, plan: RunPlan, world: World) {
    this.#runName = runName
    this.#plan = plan
    this.#world = world
    const configuration = { ...world.scenario.configuration, ...plan.settings }
    this.descriptor = { moduleUrl: 'file:///simulated.js', entry: undefined, args: [], configuration }
  }

  async captureGraph(): Promise<JobGraph> {
    const executor = new GraphCapturingExecutor(0, [])
    const nothing = (): undefined => undefined
    const jobWorld = {
      ...this.#sharedWorld(),
      beforeRecord: nothing,
      beforeStoring: nothing,
      beforeHook: nothing,
      beforeWriting: nothing,
      pause: () => Promise.resolve(),
      now: () => 0,
      nextInt: () => 0,
    }
    void this.#run(this.descriptor, executor, new FunctionBag(jobWorld))
    const { jobGraph } = await executor.captured
    return jobGraph
  }

  runnerFor(worker: SimulatedTaskManager): ProgramRunner {
    const functionsOf = this.#functionsOf(worker)
    return (program, executor, evaluation) => {
      const { faults } = this.#world
      if (faults.strikes('program-does-not-load', 8, worker.name)) throw new Error('simulated program')
      return this.#run(program, executor, functionsOf(evaluation))
    }
  }

  async #run(program: ProgramDescriptor, executor: PipelineExecutor, functions: FunctionBag): Promise<void> {
    const configuration = Configuration.fromEntries(program.configuration)
    installExecutionContext({ executor, configuration, programArguments: program.args })
    const { handOut } = this.#world.scenario
    if (handOut !== undefined) {
      await executor.submit(handOutJob(handOut, functions, this.#sharedWorld()).pipeline(configuration.toMap()))
      return
    }
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    buildCountingJob(env, functions, this.#sharedWorld())
    await env.execute('simulated job')
  }

  /** By the number of the evaluation: what main, a module or a package of the program has made in the thread of a worker. */
  #functionsOf(worker: SimulatedTaskManager): (evaluation: number) => FunctionBag {
    const { functionMaker } = this.#world.scenario
    const made = new Map<number, FunctionBag>()
    return (evaluation) => {
      const functions = new FunctionBag(this.#jobWorldOf(worker))
      if (functionMaker === 'main') return functions
      const maker = functionMaker === 'module' ? evaluation : 0
      const before = made.get(maker)
      made.set(maker, before ?? functions)
      return before ?? functions
    }
  }

  #jobWorldOf(worker: SimulatedTaskManager): JobWorld {
    const { faults, simulation } = this.#world
    const random = simulation.stream(`${worker.name} functions`)
    const nextInt = (bound: number): number => random.nextInt(bound)
    return {
      ...this.#sharedWorld(),
      beforeRecord: (value) => {
        this.#beforeRecord(value, worker)
      },
      beforeStoring: () => {
        if (faults.strikes('value-not-storable', 20, worker.name)) throw new Error('simulated value')
      },
      beforeHook: (name, of) => this.#beforeHook(name, of, worker),
      beforeWriting: () => this.#beforeWriting(worker, nextInt),
      pause: (delayMs) => worker.process.pause(delayMs),
      now: () => worker.process.now(),
      nextInt,
    }
  }

  #sharedWorld(): SharedWorld {
    const { scenario, store, simulation } = this.#world
    const fail = (reason: string): void => {
      simulation.fail(reason)
    }
    const note = (what: string): void => {
      simulation.note(`${this.#runName}: ${what}`)
    }
    const expectedRecords = (): number => (this.#expectedRecords ??= plainRecords(scenario))
    return { scenario, plan: this.#plan, runName: this.#runName, store, fail, note, expectedRecords }
  }

  #beforeRecord(value: number, worker: SimulatedTaskManager): void {
    const { faults } = this.#world
    const where = `${worker.name}, at record ${value}`
    if (faults.strikes('user-function-throws', 400, where)) throw new Error('simulated failure')
    const hangMs = faults.lasts('worker-hangs', 800, where, LONGEST_HANG_MS)
    if (hangMs !== undefined) worker.process.stall(hangMs)
    if (!faults.strikes('worker-dies', 1500, where)) return
    worker.die('simulated death')
    throw new Error('nobody hears this')
  }

  #beforeHook(name: HookName, of: string, worker: SimulatedTaskManager): void | Promise<void> {
    const { faults } = this.#world
    const where = `${worker.name}, ${name} of ${of}`
    if (name.startsWith('commit: ')) this.#aroundCommit(where, worker)
    const oneIn = COMES_OFTEN.has(name) ? HOOK_ONE_IN.often : HOOK_ONE_IN.seldom
    const slowMs = faults.lasts('hook-is-slow', oneIn, where, LONGEST_HOOK_MS)
    const throws = faults.strikes('hook-throws', oneIn, where)
    if (slowMs === undefined) {
      if (throws) throw new Error(`simulated failure of ${name}`)
      return undefined
    }
    return worker.process.pause(slowMs).then(() => {
      if (throws) throw new Error(`simulated late failure of ${name}`)
    })
  }

  #aroundCommit(where: string, worker: SimulatedTaskManager): void {
    const { faults, scenario } = this.#world
    if (!faults.strikes('worker-dies', scenario.committing?.diesOneIn ?? 1, where)) return
    worker.die('simulated death')
    throw new Error('nobody hears this')
  }

  #beforeWriting(worker: SimulatedTaskManager, nextInt: (bound: number) => number): void | Promise<void> {
    const { faults, scenario } = this.#world
    if (faults.strikes('sink-rejects', 300, worker.name)) return Promise.reject(new Error('simulated rejection'))
    const slowMs = faults.lasts('consumer-is-slow', 40, worker.name, LONGEST_WRITE_MS)
    if (slowMs !== undefined) return worker.process.pause(slowMs)
    const { sinkWaitsOneIn } = scenario
    if (sinkWaitsOneIn === 0 || nextInt(sinkWaitsOneIn) > 0) return undefined
    return worker.process.pause(nextInt(SHORT_WRITE_MS))
  }
}
