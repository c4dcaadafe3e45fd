/** One run of the job: the real JobMaster over simulated workers, from its start to the end that the plan asks for. */
import { installExecutionContext } from '../../src/api/environment/execution-context.js'
import type { PipelineExecutor } from '../../src/api/environment/pipeline-executor.js'
import { Configuration } from '../../src/core/config/configuration.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import { FileSystems } from '../../src/core/fs/file-systems.js'
import { generateJobId } from '../../src/core/ids/job-id.js'
import type { JobGraph } from '../../src/graph/job-graph.js'
import { StreamExecutionEnvironment } from '../../src/index.js'
import { CheckpointRepository } from '../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { JobMaster, type JobOutcome } from '../../src/runtime/jobmanager/jobmaster/job-master.js'
import type { ProgramDescriptor } from '../../src/runtime/protocol/program-descriptor.js'
import type { CompletedCheckpoint } from '../../src/storage/checkpoint-metadata.js'
import { GraphCapturingExecutor } from '../../src/runtime/taskmanager/taskexecutor/graph-capturing-executor.js'
import { buildCountingJob, makeCountingFunctions, type CountingFunctions, type JobWorld } from './counting-job.js'
import { noteLogger } from './note-logger.js'
import { CHECKPOINT_DIRECTORY, SAVEPOINT_DIRECTORY, type RunPlan } from './scenario.js'
import { SimulatedCluster } from './simulated-cluster.js'
import { SimulatedDisk } from './simulated-disk.js'
import { SimulatedProcess } from './simulated-process.js'
import type { SimulatedTaskManager } from './simulated-task-manager.js'
import { damageNewest, type SnapshotDamage } from './snapshot-damage.js'
import type { World } from './world.js'

const RETRY_SAVEPOINT_MS = 50
const LATEST_KILL_MS = 3000

/** What a run starts from: a snapshot, or anew without one. */
export interface RunStart {
  readonly restore: string | undefined
  /** Of the checkpoints in the directory `restore`. */
  readonly damage?: SnapshotDamage
}

/** `over`: the job has reached its end. Else the next run starts from here. */
export type RunResult = { readonly isOver: true } | ({ readonly isOver: false } & RunStart)

export class JobRun {
  readonly #world: World
  readonly #plan: RunPlan
  readonly #damage: SnapshotDamage | undefined
  readonly #told: string[] = []
  #restore: string | undefined
  readonly #process: SimulatedProcess
  readonly #cluster: SimulatedCluster
  readonly #program: ProgramDescriptor
  readonly #jobId: string
  #outcome: JobOutcome | undefined

  constructor(index: number, plan: RunPlan, start: RunStart, world: World) {
    const { simulation, scenario } = world
    this.#world = world
    this.#plan = plan
    this.#restore = start.restore
    this.#damage = start.damage
    this.#process = new SimulatedProcess(`run ${index}`, simulation)
    this.#jobId = generateJobId(simulation.stream(`job ${index}`))
    const { configuration } = scenario
    this.#program = { moduleUrl: 'file:///simulated.js', entry: undefined, args: [], configuration }
    this.#cluster = new SimulatedCluster(this.#process, {
      simulation,
      diskServices: world.diskServices,
      runProgramFor: (worker) => {
        const functionsOf = this.#functionsOf(worker)
        return (program, executor, evaluation) => this.#runProgram(program, executor, functionsOf(evaluation))
      },
    })
  }

  async run(): Promise<RunResult> {
    const { simulation, faults } = this.#world
    faults.pause()
    if (this.#damage !== undefined && this.#damage.expected === undefined) await this.#startInVain(this.#damage)
    const master = await this.#makeMaster()
    await simulation.settle(master.start(), 'the start of the job')
    if (this.#damage?.expected !== undefined) this.#expectOlder(this.#damage.expected, this.#damage)
    faults.resume()
    void master.outcome.then((outcome) => {
      this.#outcome = outcome
    })
    this.#planKills()
    try {
      return await this.#toPlannedEnd(master)
    } finally {
      this.#cluster.vanish()
    }
  }

  /** The start is refused; somebody brings the file back. */
  async #startInVain(damage: SnapshotDamage): Promise<void> {
    const { simulation, inspector } = this.#world
    const master = await this.#makeMaster()
    const refused = await simulation.settle(master.start().then(nothing, asError), 'the start that is refused')
    const isRefusal = FlinkError.is(refused, 'SNAPSHOTS_UNUSABLE') && refused.message.includes(damage.file)
    if (!isRefusal) simulation.fail(`the start was not refused for ${damage.file}: ${refused?.message ?? 'it started'}`)
    simulation.note(`refused: ${refused?.message ?? ''}`)
    await damage.repair()
    inspector.repaired()
  }

  /** It goes on from the older one, and said so, and said why. */
  #expectOlder({ metadata, externalPath }: CompletedCheckpoint, { file }: SnapshotDamage): void {
    const { simulation, store } = this.#world
    const words = [file, `goes back to the older checkpoint ${metadata.checkpointId} `, externalPath]
    const missing = words.filter((word) => !this.#told.some((note) => note.includes(word)))
    if (missing.length > 0) simulation.fail(`"${missing.join('", "')}" was not told, but ${this.#told.join(' ')}`)
    store.rollBackTo(metadata.checkpointId)
    this.#restore = externalPath
  }

  #toPlannedEnd(master: JobMaster): Promise<RunResult> {
    switch (this.#plan.end) {
      case 'finish':
        return this.#untilFinished()
      case 'crash':
        return this.#crash(master)
      case 'cancel-with-savepoint':
      case 'suspend':
      case 'drain':
        return this.#endWithSavepoint(master)
    }
  }

  async #untilFinished(): Promise<RunResult> {
    await this.#world.simulation.runUntil(() => this.#outcome !== undefined, 'the end of the job')
    this.#expectStatus('FINISHED')
    return { isOver: true }
  }

  /** kill -9 and a power failure in one. */
  async #crash(master: JobMaster): Promise<RunResult> {
    const { simulation, disk, inspector } = this.#world
    await this.#untilPlannedEnd()
    const subtasks = master.details().vertices.flatMap((vertex) => vertex.subtasks)
    // All output is out and the checkpoints are being removed: nobody would start this job again.
    const isDone = subtasks.every(({ state }) => state === 'FINISHED')
    if (isDone || this.#outcome !== undefined) return this.#untilFinished()
    simulation.note('FAULT the job process is killed, and the disk loses what was not synced')
    this.#cluster.vanish()
    disk.crash()
    await inspector.check()
    const latest = await inspector.latestOf(this.#jobId)
    const damage = latest === undefined ? undefined : await this.#drawDamage()
    if (damage !== undefined) return { isOver: false, restore: damage.directory, damage }
    return { isOver: false, restore: latest ?? this.#restore }
  }

  async #drawDamage(): Promise<SnapshotDamage | undefined> {
    const { simulation, disk, faults, inspector } = this.#world
    const directory = `${CHECKPOINT_DIRECTORY}/${this.#jobId}`
    if (!faults.strikes('snapshot-is-damaged', 1, directory)) return undefined
    const damage = await damageNewest(disk, directory, simulation.stream(`${this.#process.name} damage`))
    if (damage === undefined) return undefined
    const then = damage.expected === undefined ? 'refuse' : `go on from ${damage.expected.externalPath}`
    simulation.note(`${damage.file} is ${damage.kind}: the next run must ${then}`)
    inspector.damaged(damage.unusable)
    return damage
  }

  async #endWithSavepoint(master: JobMaster): Promise<RunResult> {
    const { simulation } = this.#world
    await this.#untilPlannedEnd()
    while (this.#outcome === undefined) {
      const path = await this.#trySavepoint(master)
      if (path !== undefined) {
        simulation.note(`${this.#plan.end}: the savepoint is ${path}`)
        return this.#afterSavepoint(path)
      }
      const again = simulation.clock.now() + RETRY_SAVEPOINT_MS
      simulation.after(RETRY_SAVEPOINT_MS, () => undefined)
      await simulation.runUntil(() => simulation.clock.now() >= again || this.#outcome !== undefined, 'a second try')
    }
    return this.#untilFinished()
  }

  async #afterSavepoint(path: string): Promise<RunResult> {
    const { simulation } = this.#world
    await simulation.runUntil(() => this.#outcome !== undefined, 'the end behind the savepoint')
    const isCancel = this.#plan.end === 'cancel-with-savepoint'
    // The last task may have finished while the savepoint was being written.
    if (isCancel && this.#outcome?.status === 'FINISHED') return this.#untilFinished()
    this.#expectStatus(isCancel ? 'CANCELED' : 'FINISHED')
    if (!isCancel) this.#world.store.stopped(this.#process.name)
    return { isOver: false, restore: path }
  }

  async #trySavepoint(master: JobMaster): Promise<string | undefined> {
    const { simulation } = this.#world
    const { end } = this.#plan
    simulation.note(`asked for a savepoint: ${end}`)
    const isCancel = end === 'cancel-with-savepoint'
    const savepoint = isCancel
      ? master.triggerSavepoint(SAVEPOINT_DIRECTORY, true)
      : master.stopWithSavepoint(SAVEPOINT_DIRECTORY, end === 'drain')
    try {
      return await simulation.settle(savepoint, 'the savepoint')
    } catch (error) {
      if (!(error instanceof Error) || error.name === 'SimulationFailure') throw error
      simulation.note(`no savepoint: ${error.message}`)
      return undefined
    }
  }

  async #untilPlannedEnd(): Promise<void> {
    const { simulation } = this.#world
    const at = simulation.clock.now() + this.#plan.endAfterMs
    simulation.after(this.#plan.endAfterMs, () => undefined)
    await simulation.runUntil(() => simulation.clock.now() >= at || this.#outcome !== undefined, 'the planned end')
  }

  #expectStatus(status: JobOutcome['status']): void {
    const { outcome } = { outcome: this.#outcome }
    if (outcome?.status === status) return
    const cause = outcome?.error?.message ?? 'no error'
    this.#world.simulation.fail(`the job is ${outcome?.status ?? 'not over'} instead of ${status}: ${cause}`)
  }

  async #makeMaster(): Promise<JobMaster> {
    const { simulation, diskServices } = this.#world
    const jobGraph = await this.#captureGraph()
    const job = { jobId: this.#jobId, jobGraph, configuration: Configuration.fromMap(jobGraph.configuration) }
    const services = {
      random: simulation.stream(`${this.#process.name} engine`),
      logger: noteLogger(this.#process.name, simulation),
    }
    const fileSystems = new FileSystems().register('file', new SimulatedDisk(this.#process, diskServices))
    const restore = this.#restore === undefined ? undefined : { path: this.#restore, allowNonRestoredState: false }
    const surroundings = { clock: this.#process, isJobRunning: () => Promise.resolve(false), version: 'simulated' }
    const repository = new CheckpointRepository({ ...job, ...services, ...surroundings, restore, fileSystems })
    const rest = {
      program: this.#program,
      graphIndex: 0,
      earlierAnswers: [],
      starter: this.#cluster,
    }
    const { maxWorkers } = this.#plan
    const tell = (note: string): void => {
      this.#told.push(note)
      simulation.note(`${this.#process.name}: told: ${note}`)
    }
    return new JobMaster({ ...job, ...services, ...rest, repository, maxWorkers, clock: this.#process, tell })
  }

  async #captureGraph(): Promise<JobGraph> {
    const executor = new GraphCapturingExecutor(0, [])
    const nobody = { beforeRecord: () => undefined, beforeStoring: () => undefined, nextInt: () => 0 }
    const jobWorld = { ...this.#sharedWorld(), ...nobody, pause: () => Promise.resolve() }
    void this.#runProgram(this.#program, executor, makeCountingFunctions(jobWorld))
    const { jobGraph } = await executor.captured
    return jobGraph
  }

  async #runProgram(
    program: ProgramDescriptor,
    executor: PipelineExecutor,
    functions: CountingFunctions,
  ): Promise<void> {
    const configuration = Configuration.fromMap(program.configuration)
    installExecutionContext({ executor, configuration, programArguments: program.args })
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    buildCountingJob(env, functions, this.#sharedWorld())
    await env.execute('simulated job')
  }

  /** By the number of the evaluation: what main, a module or a package of the program has made in the thread of a worker. */
  #functionsOf(worker: SimulatedTaskManager): (evaluation: number) => CountingFunctions {
    const { functionMaker } = this.#world.scenario
    const made = new Map<number, CountingFunctions>()
    return (evaluation) => {
      const functions = makeCountingFunctions(this.#jobWorldOf(worker))
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
    return {
      ...this.#sharedWorld(),
      beforeRecord: (value) => {
        if (faults.strikes('user-function-throws', 400, `at record ${value}`)) throw new Error('simulated failure')
        if (!faults.strikes('worker-dies', 1500, `${worker.name}, at record ${value}`)) return
        worker.die('simulated death')
        throw new Error('nobody hears this')
      },
      beforeStoring: () => {
        if (faults.strikes('value-not-storable', 20, worker.name)) throw new Error('simulated value')
      },
      pause: (delayMs) => worker.process.pause(delayMs),
      nextInt: (bound) => random.nextInt(bound),
    }
  }

  #sharedWorld(): Pick<JobWorld, 'scenario' | 'plan' | 'runName' | 'store'> {
    const { scenario, store } = this.#world
    return { scenario, plan: this.#plan, runName: this.#process.name, store }
  }

  #planKills(): void {
    const { simulation, faults, scenario } = this.#world
    for (let kill = 0; kill < scenario.faults['worker-dies']; kill += 1) {
      simulation.after(faults.nextInt(LATEST_KILL_MS), () => {
        const workers = this.#cluster.alive()
        const worker = workers[faults.nextInt(workers.length)]
        if (worker !== undefined && faults.strikes('worker-dies', 2, worker.name)) worker.die('simulated death')
      })
    }
  }
}

function nothing(): undefined {
  return undefined
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
