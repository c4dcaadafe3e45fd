// Duty: the life of every checkpoint: trigger -> acknowledgements -> metadata -> complete -> notify -> subsume.
//
//   trigger() -> [location made] -> trigger messages -> acknowledge()* -> finalise -> completed
//        \______________ decline(), expire, task ended, storage error, shutdown: abort ______________/
//
// Invariants: at most `maxConcurrent` periodic checkpoints are pending, the one being written included; one is complete
// only when its metadata is durable, and aborts older pending ones; ids only grow. A shutdown leaves no work on the disk.
// Thread: main thread.
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import type { CheckpointLocation } from '../../../storage/checkpoint-stream-factory.js'
import type { CheckpointOptions } from '../../protocol/checkpoint-options.js'
import type { AcknowledgeCheckpoint } from '../../protocol/worker-to-master.js'
import type { MasterToWorker } from '../../protocol/master-to-worker.js'
import type { Execution } from '../executiongraph/execution.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'
import type { CheckpointCoordinatorConfiguration } from './checkpoint-coordinator-configuration.js'
import { CheckpointFailureManager } from './checkpoint-failure-manager.js'
import { computeCheckpointPlan, type CheckpointPlan } from './checkpoint-plan.js'
import type { CheckpointStatistics } from './checkpoint-statistics.js'
import { FinalCheckpoint } from './final-checkpoint.js'
import { PendingCheckpoint, type CheckpointProperties, type CheckpointResult } from './pending-checkpoint.js'

/** Where snapshots go and what becomes of completed ones: checkpoint-repository.ts, or a double in tests. */
export interface SnapshotRepository {
  prepareCheckpoint(checkpointId: number): Promise<CheckpointLocation>
  prepareSavepoint(checkpointId: number, targetDirectory: string): Promise<CheckpointLocation>
  /** Writes the metadata; a checkpoint (not a savepoint) becomes the newest one to restart from. */
  complete(pending: PendingCheckpoint): Promise<CompletedCheckpoint>
  discard(location: CheckpointLocation): Promise<void>
}

/** Told of periodic checkpoints and others that are no savepoints: job-notices.ts. `lastCompleted` as `chk-3`. */
export interface CheckpointNotices {
  /** The job goes on all the same. */
  checkpointFailed(cause: Error, lastCompleted: string | undefined): void
  /** By nobody's fault. */
  checkpointAborted(cause: Error, lastCompleted: string | undefined): void
  checkpointCompleted(checkpointId: number): void
}

export interface CheckpointCoordinatorServices {
  readonly configuration: CheckpointCoordinatorConfiguration
  readonly repository: SnapshotRepository
  readonly statistics: CheckpointStatistics
  readonly notices: CheckpointNotices
  readonly clock: Clock
  readonly logger: Logger
  readonly jobId: string
  /** Sends to the worker of an execution, or to all workers. */
  readonly sendTo: (execution: Execution, message: MasterToWorker) => void
  readonly sendToAll: (message: MasterToWorker) => void
  /** The job fails because too many checkpoints in a row did. */
  readonly failJob: (error: Error) => void
}

/** Long enough for a task that could not take part in the last one because it was about to finish. */
const FINAL_RETRY_MS = 20
/** What made it fail may need time, but the job waits for nothing else. */
const FINAL_RETRY_AFTER_FAILURE_MS = 1000

const PERIODIC: CheckpointProperties = { isSavepoint: false, isPeriodic: true, thenStop: undefined }

export class CheckpointCoordinator {
  readonly #services: CheckpointCoordinatorServices
  readonly #executions: ExecutionGraph
  readonly #pending = new Map<number, PendingCheckpoint>()
  readonly #expiryTimers = new Map<number, TimerHandle>()
  readonly #failures: CheckpointFailureManager
  readonly #final: FinalCheckpoint
  /** What works on the disk: checkpoints that begin, that are completed, whose files are removed. None rejects. */
  readonly #underWay = new Set<Promise<unknown>>()
  #nextId: number
  #timer: TimerHandle | undefined
  /** Triggers that have not become pending yet, and the last of them. */
  #triggering = 0
  #lastBegun: Promise<unknown> = Promise.resolve()
  #lastCompletionMs = Number.NEGATIVE_INFINITY
  #stopped = false
  /** A periodic checkpoint waits for another one to end. */
  #isOverdue = false
  /** Savepoints under way behind which the job ends. */
  #endingSavepoints = 0

  constructor(services: CheckpointCoordinatorServices, executions: ExecutionGraph, nextId: number) {
    this.#services = services
    this.#executions = executions
    this.#final = new FinalCheckpoint(executions)
    this.#nextId = nextId
    this.#failures = new CheckpointFailureManager(services.configuration.tolerableFailures, services.failJob)
  }

  get pendingCount(): number {
    return this.#pending.size
  }

  /** Begins periodic triggering; called when all tasks run. */
  start(): void {
    const { intervalMs } = this.#services.configuration
    if (intervalMs !== undefined) this.#schedule(intervalMs)
  }

  /**
   * Aborts whatever is pending; nothing is triggered any more. Resolves when the disk is left alone: a checkpoint whose
   * metadata was being written counts or does not before the job restarts from the newest one, or removes them all.
   */
  async shutdown(reason: Error): Promise<void> {
    this.#stopped = true
    this.#failures.stop()
    this.#timer?.cancel()
    for (const pending of [...this.#pending.values()]) this.#abort(pending, reason, false)
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  /** With `suspend` the job ends behind it. */
  triggerCheckpoint(thenStop?: 'suspend'): Promise<CheckpointResult> {
    const prepare = (id: number): Promise<CheckpointLocation> => this.#services.repository.prepareCheckpoint(id)
    return this.#triggerAsked({ isSavepoint: false, isPeriodic: false, thenStop }, thenStop !== undefined, prepare)
  }

  triggerSavepoint(targetDirectory: string, thenEnd?: 'suspend' | 'drain' | 'cancel'): Promise<CheckpointResult> {
    const thenStop = thenEnd === 'cancel' ? undefined : thenEnd
    const prepare = (id: number): Promise<CheckpointLocation> =>
      this.#services.repository.prepareSavepoint(id, targetDirectory)
    return this.#triggerAsked({ isSavepoint: true, isPeriodic: false, thenStop }, thenEnd !== undefined, prepare)
  }

  async #triggerAsked(
    properties: CheckpointProperties,
    endsJob: boolean,
    prepare: (checkpointId: number) => Promise<CheckpointLocation>,
  ): Promise<CheckpointResult> {
    // No periodic checkpoint may complete behind a snapshot that ends the job: its sinks would commit twice.
    if (endsJob) this.#endingSavepoints += 1
    try {
      return await this.#trigger(properties, prepare)
    } catch (error) {
      if (endsJob) this.#endingSavepoints -= 1
      this.#triggerOverdue()
      throw error
    }
  }

  acknowledge(message: AcknowledgeCheckpoint): void {
    const pending = this.#pending.get(message.checkpointId)
    const { snapshot, metrics } = message
    if (pending?.acknowledge(message.executionId, { snapshot, metrics }) !== true) {
      this.#services.logger.debug('ignored a late acknowledgement', { checkpointId: message.checkpointId })
      return
    }
    if (pending.isFullyAcknowledged) void this.#track(this.#finalise(pending))
  }

  decline(checkpointId: number, error: Error): void {
    const pending = this.#pending.get(checkpointId)
    // A task that could not take part right now is no failure; one whose state could not be stored is.
    if (pending !== undefined) this.#abort(pending, error, !FlinkError.is(error, 'CHECKPOINT_DECLINED'))
  }

  /** A task that is awaited and ended will never acknowledge; the next checkpoint counts it as finished. */
  executionEnded(execution: Execution): void {
    for (const pending of [...this.#pending.values()]) {
      if (!pending.awaits(execution.id)) continue
      const reason = `${execution.taskNameWithSubtask} ended before it acknowledged`
      this.#abort(pending, this.#declined(pending.checkpointId, reason), false)
    }
    this.#triggerFinal(0)
  }

  /** A task has given out all its data and waits for a checkpoint that begins now or later. */
  dataEnded(executionId: string): void {
    this.#final.dataEnded(executionId)
    this.#triggerFinal(0)
  }

  async #trigger(
    properties: CheckpointProperties,
    prepare: (checkpointId: number) => Promise<CheckpointLocation>,
  ): Promise<CheckpointResult> {
    this.#triggering += 1
    // One after the other: barriers of a smaller id behind those of a greater one would be ignored by the tasks.
    const begun = this.#lastBegun.then(() => this.#begin(properties, prepare))
    this.#lastBegun = this.#track(Promise.allSettled([begun]))
    const pending = await begun
    return pending.result
  }

  async #begin(
    properties: CheckpointProperties,
    prepare: (checkpointId: number) => Promise<CheckpointLocation>,
  ): Promise<PendingCheckpoint> {
    try {
      this.#planOrThrow()
      const checkpointId = this.#nextId
      this.#nextId += 1
      const location = await this.#prepare(checkpointId, properties, prepare)
      return await this.#register(checkpointId, properties, location)
    } finally {
      this.#triggering -= 1
      // Where it did not begin, nothing else will come to an end.
      if (this.#pending.size === 0) this.#triggerOverdue()
    }
  }

  async #prepare(
    checkpointId: number,
    properties: CheckpointProperties,
    prepare: (checkpointId: number) => Promise<CheckpointLocation>,
  ): Promise<CheckpointLocation> {
    try {
      return await prepare(checkpointId)
    } catch (error) {
      this.#couldNotBegin(checkpointId, properties, asError(error))
      throw error
    }
  }

  #couldNotBegin(checkpointId: number, properties: CheckpointProperties, error: Error): void {
    this.#services.statistics.failedToBegin()
    this.#services.logger.warn(`checkpoint ${String(checkpointId)} could not begin`, { reason: error.message })
    if (!properties.isSavepoint) this.#notice(error, true)
    this.#triggerFinalAfterFailure()
  }

  #notice(error: Error, countsAsFailure: boolean): void {
    const { statistics, notices } = this.#services
    const last =
      statistics.lastCompleted === undefined ? undefined : `chk-${String(statistics.lastCompleted.checkpointId)}`
    if (!countsAsFailure) {
      if (!this.#stopped) notices.checkpointAborted(error, last)
    } else if (this.#failures.failed(error)) notices.checkpointFailed(error, last)
  }

  /** The world may have changed while the location was made: the plan is computed now, in one go with the messages. */
  async #register(
    checkpointId: number,
    properties: CheckpointProperties,
    location: CheckpointLocation,
  ): Promise<PendingCheckpoint> {
    let plan: CheckpointPlan
    try {
      plan = this.#planOrThrow()
    } catch (error) {
      await this.#discard(location)
      throw error
    }
    const timestamp = this.#services.clock.now()
    const pending = new PendingCheckpoint({ checkpointId, timestamp, plan, properties, location })
    this.#pending.set(checkpointId, pending)
    if (tellsCompletion(properties)) this.#final.begun(checkpointId)
    this.#services.statistics.triggered(pending)
    const { timeoutMs } = this.#services.configuration
    const expire = (): void => {
      this.#abort(pending, new FlinkError('CHECKPOINT_EXPIRED', { checkpointId, timeoutMs }), true)
    }
    this.#expiryTimers.set(checkpointId, this.#services.clock.setTimer(timeoutMs, expire))
    this.#sendTriggers(pending)
    return pending
  }

  #sendTriggers(pending: PendingCheckpoint): void {
    const { checkpointId, timestamp, location } = pending
    const { isSavepoint, thenStop } = pending.properties
    const kind = isSavepoint ? 'savepoint' : 'checkpoint'
    const options: CheckpointOptions = { kind, location, unaligned: false, stop: thenStop }
    for (const execution of pending.plan.toTrigger) {
      const message = {
        type: 'trigger-checkpoint',
        executionId: execution.id,
        checkpointId,
        timestamp,
        options,
      } as const
      this.#services.sendTo(execution, message)
    }
    if (pending.isPending && pending.isFullyAcknowledged) void this.#track(this.#finalise(pending))
  }

  #planOrThrow(): CheckpointPlan {
    if (this.#stopped) throw this.#declined(this.#nextId, 'the job is ending or restarting')
    const result = computeCheckpointPlan(this.#executions)
    if ('plan' in result) return this.#allowed(result.plan)
    const { jobId } = this.#services
    throw new FlinkError('TASKS_NOT_RUNNING', { task: result.notRunning.taskNameWithSubtask, jobId })
  }

  #allowed(plan: CheckpointPlan): CheckpointPlan {
    const [finished] = plan.finished
    if (finished === undefined || this.#services.configuration.afterTasksFinish) return plan
    const option = CheckpointingOptions.CHECKPOINTS_AFTER_TASKS_FINISH.key
    throw this.#declined(this.#nextId, `${finished.taskNameWithSubtask} has finished, and ${option} is false`)
  }

  /** Never rejects: whatever goes wrong aborts the checkpoint. */
  async #finalise(pending: PendingCheckpoint): Promise<void> {
    const { checkpointId } = pending
    pending.beginFinalising()
    this.#expiryTimers.get(checkpointId)?.cancel()
    try {
      const completed = await this.#services.repository.complete(pending)
      this.#forget(pending)
      this.#failures.succeeded()
      this.#lastCompletionMs = this.#services.clock.monotonicMs()
      this.#services.statistics.completed(pending, completed.externalPath)
      if (!pending.properties.isSavepoint) this.#services.notices.checkpointCompleted(checkpointId)
      this.#final.completed(checkpointId)
      if (tellsCompletion(pending.properties)) {
        this.#services.sendToAll({ type: 'notify-checkpoint-complete', checkpointId })
      }
      this.#abortOlderThan(pending)
      this.#triggerFinal(0)
      pending.complete({ checkpointId, externalPath: completed.externalPath })
    } catch (error) {
      this.#end(pending, asError(error), true)
    }
  }

  #abortOlderThan(completed: PendingCheckpoint): void {
    if (completed.properties.isSavepoint) return
    for (const pending of [...this.#pending.values()]) {
      if (pending.checkpointId >= completed.checkpointId || pending.properties.isSavepoint) continue
      const reason = `checkpoint ${String(completed.checkpointId)} completed before it`
      this.#abort(pending, this.#declined(pending.checkpointId, reason), false)
    }
  }

  #abort(pending: PendingCheckpoint, error: Error, countsAsFailure: boolean): void {
    if (pending.isPending) this.#end(pending, error, countsAsFailure)
  }

  #end(pending: PendingCheckpoint, error: Error, countsAsFailure: boolean): void {
    const { checkpointId } = pending
    this.#forget(pending)
    this.#final.givenUp(checkpointId)
    pending.abort(error)
    this.#services.statistics.failed(pending, error)
    this.#services.logger.warn(`checkpoint ${String(checkpointId)} was aborted`, { reason: error.message })
    this.#services.sendToAll({ type: 'notify-checkpoint-aborted', checkpointId })
    void this.#track(this.#discard(pending.location))
    if (!pending.properties.isSavepoint) this.#notice(error, countsAsFailure)
    if (countsAsFailure) this.#triggerFinalAfterFailure()
    else this.#triggerFinal(FINAL_RETRY_MS)
  }

  /** Never rejects. */
  async #discard(location: CheckpointLocation): Promise<void> {
    try {
      await this.#services.repository.discard(location)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#services.logger.warn('could not remove the files of an aborted checkpoint', { reason })
    }
  }

  #track(work: Promise<unknown>): Promise<unknown> {
    this.#underWay.add(work)
    return work.finally(() => this.#underWay.delete(work))
  }

  #forget(pending: PendingCheckpoint): void {
    this.#pending.delete(pending.checkpointId)
    this.#expiryTimers.get(pending.checkpointId)?.cancel()
    this.#expiryTimers.delete(pending.checkpointId)
    this.#triggerOverdue()
  }

  /** A checkpoint whose time came while others were pending begins when one of them has ended. */
  #triggerOverdue(): void {
    if (!this.#isOverdue) return
    this.#isOverdue = false
    this.#schedule(0)
  }

  /** The last tasks wait for it: it neither waits for the interval nor for a pause. */
  #triggerFinal(delayMs: number): void {
    if (this.#final.isMissing) this.#schedule(delayMs)
  }

  #triggerFinalAfterFailure(): void {
    const { intervalMs = FINAL_RETRY_AFTER_FAILURE_MS } = this.#services.configuration
    this.#triggerFinal(Math.min(intervalMs, FINAL_RETRY_AFTER_FAILURE_MS))
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return
    this.#timer?.cancel()
    this.#timer = this.#services.clock.setTimer(delayMs, () => {
      this.#tick()
    })
  }

  #tick(): void {
    const { intervalMs = 0, minPauseMs, maxConcurrent } = this.#services.configuration
    const sinceLast = this.#services.clock.monotonicMs() - this.#lastCompletionMs
    if (sinceLast < minPauseMs && !this.#final.isMissing) {
      this.#schedule(minPauseMs - sinceLast)
      return
    }
    if (this.#endingSavepoints > 0 || this.#pending.size + this.#triggering >= maxConcurrent) {
      this.#isOverdue = true
      return
    }
    this.#schedule(intervalMs)
    void this.#triggerPeriodic()
  }

  async #triggerPeriodic(): Promise<void> {
    try {
      await this.#trigger(PERIODIC, (id) => this.#services.repository.prepareCheckpoint(id))
    } catch (error) {
      // What went wrong was counted and told where it did; a task that does not run right now is no failure.
      this.#services.logger.debug('a periodic checkpoint was not taken', { reason: asError(error).message })
    }
  }

  #declined(checkpointId: number, reason: string): FlinkError {
    return new FlinkError('CHECKPOINT_DECLINED', { checkpointId, reason })
  }
}

function tellsCompletion({ isSavepoint, thenStop }: CheckpointProperties): boolean {
  return !isSavepoint || thenStop !== undefined
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
