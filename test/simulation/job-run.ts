/** One run of the job: the real JobMaster over simulated workers, from its start to the end that the plan asks for. */
import { Configuration } from '../../src/core/config/configuration.js'
import { FlinkError } from '../../src/core/errors/flink-error.js'
import { FileSystems } from '../../src/core/fs/file-systems.js'
import { generateJobId } from '../../src/core/ids/job-id.js'
import {
  CheckpointRepository,
  type CheckpointRepositorySettings,
} from '../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import type { PendingCheckpoint } from '../../src/runtime/jobmanager/checkpoint/pending-checkpoint.js'
import type { JobEnvironment } from '../../src/runtime/jobmanager/job-environment.js'
import { JobMaster, type JobOutcome } from '../../src/runtime/jobmanager/jobmaster/job-master.js'
import type { CompletedCheckpoint } from '../../src/storage/checkpoint-metadata.js'
import { SortedStateBackend } from '../contract/runtime/sorted/sorted-keyed-state-backend.js'
import { JobProgram } from './job-program.js'
import { describePoint } from './fault-points.js'
import { noteLogger } from './note-logger.js'
import { RunInvariants } from './run-invariants.js'
import { RunEnding, type RunResult, type RunStart } from './run-ending.js'
import { CHECKPOINT_DIRECTORY, SAVEPOINT_DIRECTORY, type RunPlan } from './scenario.js'
import { SimulatedCluster } from './simulated-cluster.js'
import { simulatedDisk } from './simulated-disk.js'
import { SimulatedProcess } from './simulated-process.js'
import { planDamage, type SnapshotDamage } from './snapshot-damage.js'
import type { World } from './world.js'

const LATEST_KILL_MS = 3000
const MOST_STARTS = 50

/** Says which checkpoints are complete, of which not every worker is told. */
class NotedRepository extends CheckpointRepository {
  readonly #invariants: RunInvariants

  constructor(environment: JobEnvironment, settings: CheckpointRepositorySettings, invariants: RunInvariants) {
    super(environment, settings)
    this.#invariants = invariants
  }

  override async complete(pending: PendingCheckpoint): Promise<CompletedCheckpoint> {
    const completed = await super.complete(pending)
    if (pending.tellsCompletion) this.#invariants.completed(pending.checkpointId)
    return completed
  }
}

export class JobRun {
  readonly #world: World
  readonly #plan: RunPlan
  readonly #damage: SnapshotDamage | undefined
  readonly #told: string[] = []
  #restore: string | undefined
  readonly #process: SimulatedProcess
  readonly #cluster: SimulatedCluster
  readonly #program: JobProgram
  readonly #invariants: RunInvariants
  readonly #jobId: string
  #outcome: JobOutcome | undefined

  constructor(index: number, plan: RunPlan, start: RunStart, world: World) {
    const { simulation } = world
    this.#world = world
    this.#plan = plan
    this.#restore = start.restore
    this.#damage = start.damage
    this.#process = new SimulatedProcess(`run ${index}`, simulation)
    this.#jobId = generateJobId(simulation.stream(`job ${index}`))
    this.#invariants = new RunInvariants(simulation, (status) => {
      if (status === 'RESTARTING') simulation.after(0, () => void this.#damageNewest())
    })
    this.#program = new JobProgram(this.#process.name, plan, world)
    this.#cluster = new SimulatedCluster(this.#process, {
      simulation,
      diskServices: world.diskServices,
      stateBackend: world.scenario.stateBackend === 'sorted' ? new SortedStateBackend() : undefined,
      invariants: this.#invariants,
      sabotage: world.diskServices.sabotage,
      onDeploy: (checkpointId) => {
        if (world.inspector.hasDamage) world.store.rollBackTo(checkpointId ?? 0)
      },
      runProgramFor: (worker) => this.#program.runnerFor(worker),
    })
  }

  async run(): Promise<RunResult> {
    const { faults, simulation } = this.#world
    const faultsBefore = faults.total
    simulation.troubleUntil(simulation.clock.now())
    const disarm = this.#armDeaths()
    const master = this.#damage === undefined ? await this.#start() : await this.#startOnDamage(this.#damage)
    void master.outcome.then((outcome) => {
      this.#outcome = outcome
    })
    this.#planKills()
    this.#planSavepoints(master)
    const living = {
      name: this.#process.name,
      jobId: this.#jobId,
      plan: this.#plan,
      master,
      cluster: this.#cluster,
      restore: this.#restore,
      outcome: () => this.#outcome,
      faultsBefore,
    }
    try {
      return await new RunEnding(living, this.#world).toPlannedEnd()
    } finally {
      disarm()
      this.#cluster.vanish()
    }
  }

  /** Of the worker that comes there; of any where it is the master. */
  #armDeaths(): () => void {
    const { faults, diskServices } = this.#world
    const armed = this.#plan.workerDiesAt.map((point) =>
      diskServices.points.arm(point, (process) => {
        const workers = this.#cluster.alive()
        const worker = workers.find(({ name }) => name === process) ?? workers[0]
        const where = `${worker?.name ?? ''}, ${describePoint(point)}`
        if (worker !== undefined && faults.strikesSurely('worker-dies', where)) worker.die('simulated death')
      }),
    )
    return () => {
      for (const disarm of armed) disarm()
    }
  }

  /** Somebody tries again for as long as something is wrong. */
  async #start(): Promise<JobMaster> {
    const { simulation, faults } = this.#world
    for (let starts = 0; starts < MOST_STARTS;) {
      const faultsBefore = faults.total
      const isFull = faults.diskIsFull
      if (!isFull) starts += 1
      const master = await this.#makeMaster()
      const problem = await simulation.settle(master.start().then(nothing, asError), 'the start of the job')
      if (problem === undefined) return master
      simulation.note(`it did not start: ${problem.message}`)
      if (!isFull && faults.total === faultsBefore) simulation.fail(`the start failed: ${problem.message}`)
      await simulation.settle(this.#process.pause(faults.nextInt(1000)), 'another start')
    }
    simulation.fail('the job never started')
    return this.#makeMaster()
  }

  /** Nothing else goes wrong meanwhile, so that it is known what must happen. */
  async #startOnDamage(damage: SnapshotDamage): Promise<JobMaster> {
    const { simulation, faults } = this.#world
    faults.pause()
    if (damage.expected === undefined) await this.#startInVain(damage)
    const master = await this.#makeMaster()
    await simulation.settle(master.start(), 'the start of the job')
    if (damage.expected !== undefined) this.#expectOlder(damage.expected, damage)
    faults.resume()
    return master
  }

  /** The start is refused; somebody brings the file back. */
  async #startInVain(damage: SnapshotDamage): Promise<void> {
    const { simulation, inspector } = this.#world
    const master = await this.#makeMaster()
    const refused = await simulation.settle(master.start().then(nothing, asError), 'the start that is refused')
    // A newer one may have been damaged before: that is the one that is named then, and the others are counted.
    const named = [damage.file, 'more cannot be used either']
    const isRefusal =
      FlinkError.is(refused, 'SNAPSHOTS_UNUSABLE') && named.some((words) => refused.message.includes(words))
    if (!isRefusal) simulation.fail(`the start was not refused for ${damage.file}: ${refused?.message ?? 'it started'}`)
    simulation.note(`refused: ${refused?.message ?? ''}`)
    await damage.repair()
    inspector.repaired(damage)
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

  async #makeMaster(): Promise<JobMaster> {
    const { simulation, diskServices } = this.#world
    this.#invariants.begins()
    const jobGraph = await this.#program.captureGraph()
    const environment = {
      jobId: this.#jobId,
      jobGraph,
      configuration: Configuration.fromEntries(jobGraph.configuration),
      clock: this.#process,
      random: simulation.stream(`${this.#process.name} engine`),
      logger: this.#invariants.observed(noteLogger(this.#process.name, simulation)),
      fileSystems: new FileSystems().register('file', simulatedDisk(this.#process, diskServices)),
    }
    const restore = this.#restore === undefined ? undefined : { path: this.#restore, allowNonRestoredState: false }
    const surroundings = { isJobRunning: () => Promise.resolve(false), version: 'simulated' }
    const repository = new NotedRepository(environment, { ...surroundings, restore }, this.#invariants)
    const rest = {
      program: this.#program.descriptor,
      graphIndex: 0,
      earlierAnswers: [],
      starter: this.#cluster,
    }
    const { maxWorkers } = this.#plan
    const tell = (note: string): void => {
      this.#told.push(note)
      simulation.note(`${this.#process.name}: told: ${note}`)
    }
    return new JobMaster({ environment, ...rest, repository, maxWorkers, tell, tellFailed: tell, inform: tell })
  }

  /** The job restarts: it must pass over a checkpoint that was damaged meanwhile, where there is an older one. */
  async #damageNewest(): Promise<void> {
    const { simulation, disk, faults, inspector } = this.#world
    const directory = `${CHECKPOINT_DIRECTORY}/${this.#jobId}`
    const random = simulation.stream(`${directory} damage ${faults.total}`)
    const damage = await planDamage(disk, directory, random, inspector)
    if (
      damage?.expected === undefined ||
      damage.rank >= this.#surelyRetained() ||
      !faults.strikes('snapshot-is-damaged', 2, damage.file)
    )
      return
    simulation.note(`it is ${damage.kind} while the job restarts`)
    inspector.damaged(damage)
    this.#invariants.damaged()
    await damage.apply()
  }

  /** Older ones may be on their way out; with incremental checkpoints one that completes meanwhile may name the damaged file. */
  #surelyRetained(): number {
    const { configuration } = this.#world.scenario
    const retained = Number(configuration['execution.checkpointing.num-retained'])
    return configuration['execution.checkpointing.incremental'] === 'true' ? retained - 1 : retained
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

  /** Two at once each time; the job goes on. */
  #planSavepoints(master: JobMaster): void {
    const { simulation, inspector } = this.#world
    const ask = (): void => {
      if (this.#outcome !== undefined || !this.#process.isAlive) return
      simulation.note('asked for a savepoint beside the run')
      const taken = master.triggerSavepoint(SAVEPOINT_DIRECTORY)
      void taken.then(
        (path) => {
          if (!this.#process.isAlive) return
          simulation.note(`the savepoint beside the run is ${path}`)
          inspector.promised(path)
        },
        (error: unknown) => {
          simulation.note(`no savepoint beside the run: ${asError(error).message}`)
        },
      )
    }
    for (const atMs of this.#plan.savepointsAtMs) {
      simulation.after(atMs, () => {
        ask()
        ask()
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
