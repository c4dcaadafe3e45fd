/** How a run comes to the end that its plan asks for, and what the next one starts from. */
import type { JobMaster, JobOutcome } from '../../src/runtime/jobmanager/jobmaster/job-master.js'
import { describePoint } from './fault-points.js'
import { CHECKPOINT_DIRECTORY, SAVEPOINT_DIRECTORY, type RunPlan } from './scenario.js'
import type { SimulatedCluster } from './simulated-cluster.js'
import { planDamage, type SnapshotDamage } from './snapshot-damage.js'
import type { World } from './world.js'

const RETRY_SAVEPOINT_MS = 50
/**
 * From this try on the pause doubles: a drain that takes longer than a checkpoint may has the job restarted each time, so that it would
 * never get on.
 */
const PATIENT_TRY = 20
const LONGEST_PAUSE_MS = 10_000
/** For a restart, or for an operation of the disk. */
const LONGEST_WAIT_MS = 2000

/** What a run starts from: a snapshot, or anew without one. */
export interface RunStart {
  readonly restore: string | undefined
  /** Of the checkpoints in the directory `restore`. */
  readonly damage?: SnapshotDamage
}

/** `over`: the job has reached its end. Else the next run starts from here. */
export type RunResult = { readonly isOver: true } | ({ readonly isOver: false } & RunStart)

/** A run that has been started. */
export interface LivingRun {
  readonly name: string
  readonly jobId: string
  readonly plan: RunPlan
  readonly master: JobMaster
  readonly cluster: SimulatedCluster
  /** What it was started from. */
  readonly restore: string | undefined
  readonly outcome: () => JobOutcome | undefined
  readonly faultsBefore: number
}

export class RunEnding {
  readonly #run: LivingRun
  readonly #world: World

  constructor(run: LivingRun, world: World) {
    this.#run = run
    this.#world = world
  }

  async toPlannedEnd(): Promise<RunResult> {
    const { plan } = this.#run
    if (plan.end === 'finish') return this.#untilFinished()
    await this.#untilPlannedEnd()
    switch (plan.end) {
      case 'crash':
        return this.#crash()
      case 'cancel':
        return this.#cancel()
      case 'stop':
        return this.#stop()
      case 'cancel-with-savepoint':
      case 'suspend':
      case 'drain':
        return this.#endWithSavepoint()
    }
  }

  async #untilFinished(): Promise<RunResult> {
    const { simulation, faults, inspector } = this.#world
    await simulation.runUntil(() => this.#isOver, 'the end of the job')
    this.#expectStatus('FINISHED')
    // What is left by a disk that fails is told, and stays.
    if (faults.total === this.#run.faultsBefore) await inspector.expectNothingOf(this.#run.jobId)
    return { isOver: true }
  }

  /** kill -9 and a power failure in one. */
  async #crash(): Promise<RunResult> {
    const { simulation, disk, inspector, diskServices } = this.#world
    const { plan, cluster, jobId } = this.#run
    const kill = (where: string): void => {
      simulation.note(`FAULT the job process is killed, and the disk loses what was not synced${where}`)
      cluster.vanish()
    }
    const { crashAt } = plan
    if (crashAt !== undefined && !this.#isDone) {
      const disarm = diskServices.points.arm(crashAt, () => {
        if (!this.#isDone) kill(`, ${describePoint(crashAt)}`)
      })
      await this.#untilOrLate(() => !cluster.isThere)
      disarm()
    }
    if (cluster.isThere && this.#isDone) return this.#untilFinished()
    // It did not come there in time: somewhere else then.
    if (cluster.isThere) kill('')
    disk.crash()
    await inspector.check()
    const latest = await inspector.latestOf(jobId)
    const damage = latest === undefined ? undefined : await this.#drawDamage()
    if (damage !== undefined) return { isOver: false, restore: damage.directory, damage }
    return { isOver: false, restore: latest ?? this.#run.restore }
  }

  /** All output is out and the checkpoints are being removed: nobody would start this job again. */
  get #isDone(): boolean {
    const subtasks = this.#run.master.details().vertices.flatMap((vertex) => vertex.subtasks)
    return this.#isOver || subtasks.every(({ state }) => state === 'FINISHED')
  }

  async #drawDamage(): Promise<SnapshotDamage | undefined> {
    const { simulation, disk, faults, inspector } = this.#world
    const directory = `${CHECKPOINT_DIRECTORY}/${this.#run.jobId}`
    if (!faults.strikes('snapshot-is-damaged', 1, directory)) return undefined
    const damage = await planDamage(disk, directory, simulation.stream(`${this.#run.name} damage`), inspector)
    if (damage === undefined) return undefined
    const then = damage.expected === undefined ? 'refuse' : `go on from ${damage.expected.externalPath}`
    simulation.note(`${damage.file} is ${damage.kind}: the next run must ${then}`)
    inspector.damaged(damage)
    await damage.apply()
    return damage
  }

  async #cancel(): Promise<RunResult> {
    const { simulation } = this.#world
    simulation.note(`asked for a cancellation while ${this.#run.master.status}`)
    this.#run.master.cancel()
    await simulation.runUntil(() => this.#isOver, 'the end of the cancelled job')
    return this.#fromLatest()
  }

  /** Ends after a checkpoint, or is cancelled. */
  async #stop(): Promise<RunResult> {
    const { simulation, store } = this.#world
    const { master, outcome, name } = this.#run
    simulation.note(`asked for a stop while ${master.status}`)
    await simulation.settle(master.stop(), 'the stop')
    await simulation.runUntil(() => this.#isOver, 'the end of the stopped job')
    const { status, finalCheckpoint } = outcome() ?? {}
    // Where something failed after it the job is cancelled, and not all that the checkpoint holds was committed.
    if (finalCheckpoint === undefined || status !== 'FINISHED') return this.#fromLatest()
    store.stopped(name)
    return { isOver: false, restore: finalCheckpoint }
  }

  /** The last task may have finished before the end that was asked for. */
  async #fromLatest(): Promise<RunResult> {
    const { inspector } = this.#world
    if (this.#run.outcome()?.status === 'FINISHED') return this.#untilFinished()
    this.#expectStatus('CANCELED')
    return { isOver: false, restore: (await inspector.latestOf(this.#run.jobId)) ?? this.#run.restore }
  }

  async #endWithSavepoint(): Promise<RunResult> {
    const { simulation } = this.#world
    for (let tries = 1; !this.#isOver; tries += 1) {
      const path = await this.#trySavepoint()
      if (path !== undefined) {
        simulation.note(`${this.#run.plan.end}: the savepoint is ${path}`)
        return this.#afterSavepoint(path)
      }
      const pauseMs = Math.min(LONGEST_PAUSE_MS, RETRY_SAVEPOINT_MS * 2 ** Math.max(0, tries - PATIENT_TRY))
      const again = simulation.clock.now() + pauseMs
      simulation.after(pauseMs, () => undefined)
      await simulation.runUntil(() => simulation.clock.now() >= again || this.#isOver, 'a second try')
    }
    return this.#untilFinished()
  }

  async #afterSavepoint(path: string): Promise<RunResult> {
    const { simulation, store } = this.#world
    await simulation.runUntil(() => this.#isOver, 'the end after the savepoint')
    const isCancel = this.#run.plan.end === 'cancel-with-savepoint'
    // The last task may have finished while the savepoint was being written.
    if (isCancel && this.#run.outcome()?.status === 'FINISHED') return this.#untilFinished()
    this.#expectStatus(isCancel ? 'CANCELED' : 'FINISHED')
    if (!isCancel) store.stopped(this.#run.name)
    return { isOver: false, restore: path }
  }

  async #trySavepoint(): Promise<string | undefined> {
    const { simulation } = this.#world
    const { master, plan } = this.#run
    simulation.note(`asked for a savepoint to ${plan.end} while ${master.status}`)
    const isCancel = plan.end === 'cancel-with-savepoint'
    const savepoint = isCancel
      ? master.triggerSavepoint(SAVEPOINT_DIRECTORY, 'cancel')
      : master.stopWithSavepoint(SAVEPOINT_DIRECTORY, plan.end === 'drain' ? 'drain' : 'suspend')
    try {
      return await simulation.settle(savepoint, 'the savepoint')
    } catch (error) {
      if (!(error instanceof Error) || error.name === 'SimulationFailure') throw error
      simulation.note(`no savepoint: ${error.message}`)
      return undefined
    }
  }

  async #untilPlannedEnd(): Promise<void> {
    const { simulation, inspector } = this.#world
    const { plan, master } = this.#run
    const at = simulation.clock.now() + plan.endAfterMs
    simulation.after(plan.endAfterMs, () => undefined)
    await simulation.runUntil(() => simulation.clock.now() >= at || this.#isOver, 'the planned end')
    const snapshots = inspector.seenCount
    if (plan.endsWithSnapshot) await this.#untilOrLate(() => inspector.seenCount > snapshots)
    if (plan.endsInRestart) await this.#untilOrLate(() => master.status === 'RESTARTING')
  }

  async #untilOrLate(isThere: () => boolean): Promise<void> {
    const { simulation } = this.#world
    const lateMs = simulation.clock.now() + LONGEST_WAIT_MS
    simulation.after(LONGEST_WAIT_MS, () => undefined)
    await simulation.runUntil(() => isThere() || this.#isOver || simulation.clock.now() >= lateMs, 'a moment')
  }

  get #isOver(): boolean {
    return this.#run.outcome() !== undefined
  }

  #expectStatus(status: JobOutcome['status']): void {
    const outcome = this.#run.outcome()
    if (outcome?.status === status) return
    const cause = outcome?.error?.message ?? 'no error'
    this.#world.simulation.fail(`the job is ${outcome?.status ?? 'not over'} instead of ${status}: ${cause}`)
  }
}
