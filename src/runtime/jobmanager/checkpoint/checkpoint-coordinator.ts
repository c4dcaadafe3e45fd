// Duty: the life of every checkpoint: trigger -> acknowledgements -> metadata -> complete -> notify -> subsume.
//
//   trigger() -> [location made] -> announce + trigger messages -> acknowledge()* -> finalise -> completed
//        \______________ decline(), expire, task ended, storage error, shutdown: abort ______________/
//
// Invariants: at most `maxConcurrent` periodic checkpoints are pending; a checkpoint is complete only when its metadata
// is durable; older pending checkpoints are aborted when a newer one completes; ids only grow.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import type { CheckpointLocation } from '../../../storage/checkpoint-stream-factory.js'
import type { AcknowledgeCheckpoint } from '../../protocol/worker-to-master.js'
import type { MasterToWorker } from '../../protocol/master-to-worker.js'
import type { Execution } from '../executiongraph/execution.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'
import type { CheckpointCoordinatorConfiguration } from './checkpoint-coordinator-configuration.js'
import { computeCheckpointPlan, type CheckpointPlan } from './checkpoint-plan.js'
import type { CheckpointStatistics } from './checkpoint-statistics.js'
import { PendingCheckpoint, type CheckpointProperties, type CheckpointResult } from './pending-checkpoint.js'

/** Where snapshots go and what becomes of completed ones: checkpoint-repository.ts, or a double in tests. */
export interface SnapshotRepository {
  prepareCheckpoint(checkpointId: number): Promise<CheckpointLocation>
  prepareSavepoint(checkpointId: number, targetDirectory: string): Promise<CheckpointLocation>
  /** Writes the metadata; a checkpoint (not a savepoint) becomes the newest one to restart from. */
  complete(pending: PendingCheckpoint): Promise<CompletedCheckpoint>
  discard(location: CheckpointLocation): Promise<void>
}

export interface CheckpointCoordinatorServices {
  readonly configuration: CheckpointCoordinatorConfiguration
  readonly repository: SnapshotRepository
  readonly statistics: CheckpointStatistics
  readonly clock: Clock
  readonly logger: Logger
  readonly jobId: string
  /** Sends to the worker of an execution, or to all workers. */
  readonly sendTo: (execution: Execution, message: MasterToWorker) => void
  readonly sendToAll: (message: MasterToWorker) => void
  /** The job fails because too many checkpoints in a row did. */
  readonly failJob: (error: Error) => void
}

const PERIODIC: CheckpointProperties = { isSavepoint: false, isPeriodic: true, thenStop: undefined }

export class CheckpointCoordinator {
  readonly #services: CheckpointCoordinatorServices
  readonly #executions: ExecutionGraph
  readonly #pending = new Map<number, PendingCheckpoint>()
  readonly #expiryTimers = new Map<number, TimerHandle>()
  #nextId: number
  #timer: TimerHandle | undefined
  #triggering = 0
  #failuresInARow = 0
  #lastCompletionMs = Number.NEGATIVE_INFINITY
  #stopped = false
  #periodicPaused = false

  constructor(services: CheckpointCoordinatorServices, executions: ExecutionGraph, nextId: number) {
    this.#services = services
    this.#executions = executions
    this.#nextId = nextId
  }

  get nextCheckpointId(): number {
    return this.#nextId
  }

  get pendingCount(): number {
    return this.#pending.size
  }

  /** Begins periodic triggering; called when all tasks run. */
  start(): void {
    const { intervalMs } = this.#services.configuration
    if (intervalMs !== undefined) this.#schedule(intervalMs)
  }

  /** Aborts whatever is pending; nothing is triggered any more. */
  shutdown(reason: Error): void {
    this.#stopped = true
    this.#timer?.cancel()
    for (const pending of [...this.#pending.values()]) this.#abort(pending, reason, false)
  }

  triggerCheckpoint(): Promise<CheckpointResult> {
    return this.#trigger({ isSavepoint: false, isPeriodic: false, thenStop: undefined }, (id) =>
      this.#services.repository.prepareCheckpoint(id),
    )
  }

  async triggerSavepoint(
    targetDirectory: string,
    thenStop?: 'suspend' | 'drain' | 'cancel',
  ): Promise<CheckpointResult> {
    const properties: CheckpointProperties = {
      isSavepoint: true,
      isPeriodic: false,
      thenStop: thenStop === 'cancel' ? undefined : thenStop,
    }
    // No periodic checkpoint may complete behind a savepoint that ends the job: its sinks would commit twice.
    if (thenStop !== undefined) this.#periodicPaused = true
    try {
      return await this.#trigger(properties, (id) => this.#services.repository.prepareSavepoint(id, targetDirectory))
    } catch (error) {
      this.#periodicPaused = false
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
    if (pending.isFullyAcknowledged) void this.#finalise(pending)
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
  }

  async #trigger(
    properties: CheckpointProperties,
    prepare: (checkpointId: number) => Promise<CheckpointLocation>,
  ): Promise<CheckpointResult> {
    this.#planOrThrow()
    const checkpointId = this.#nextId
    this.#nextId += 1
    this.#triggering += 1
    let location: CheckpointLocation
    try {
      location = await prepare(checkpointId)
    } catch (error) {
      if (properties.isPeriodic) this.#couldNotBegin(checkpointId, error)
      throw error
    } finally {
      this.#triggering -= 1
    }
    const pending = await this.#register(checkpointId, properties, location)
    this.#sendTriggers(pending)
    return pending.result
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
      await this.#services.repository.discard(location)
      throw error
    }
    const timestamp = this.#services.clock.now()
    const pending = new PendingCheckpoint({ checkpointId, timestamp, plan, properties, location })
    this.#pending.set(checkpointId, pending)
    this.#services.statistics.triggered(pending)
    const { timeoutMs } = this.#services.configuration
    const expire = (): void => {
      this.#abort(pending, new FlinkError('CHECKPOINT_EXPIRED', { checkpointId, timeoutMs }), true)
    }
    this.#expiryTimers.set(checkpointId, this.#services.clock.setTimer(timeoutMs, expire))
    return pending
  }

  #sendTriggers(pending: PendingCheckpoint): void {
    const { checkpointId, timestamp, location } = pending
    const { isSavepoint, thenStop } = pending.properties
    const common = { checkpointId, isSavepoint, location, thenStop }
    this.#services.sendToAll({ type: 'announce-checkpoint', ...common })
    for (const execution of pending.plan.toTrigger) {
      const executionId = execution.id
      this.#services.sendTo(execution, { type: 'trigger-checkpoint', executionId, timestamp, ...common })
    }
    if (pending.isFullyAcknowledged) void this.#finalise(pending)
  }

  #planOrThrow(): CheckpointPlan {
    if (this.#stopped) throw this.#declined(this.#nextId, 'the job is ending or restarting')
    const result = computeCheckpointPlan(this.#executions)
    if ('plan' in result) return result.plan
    const { jobId } = this.#services
    throw new FlinkError('TASKS_NOT_RUNNING', { task: result.notRunning.taskNameWithSubtask, jobId })
  }

  /** Never rejects: whatever goes wrong aborts the checkpoint. */
  async #finalise(pending: PendingCheckpoint): Promise<void> {
    const { checkpointId } = pending
    pending.beginFinalising()
    this.#forget(pending)
    try {
      const completed = await this.#services.repository.complete(pending)
      this.#failuresInARow = 0
      this.#lastCompletionMs = this.#services.clock.monotonicMs()
      this.#services.statistics.completed(pending, completed.externalPath)
      if (!pending.properties.isSavepoint || pending.properties.thenStop !== undefined) {
        this.#services.sendToAll({ type: 'notify-checkpoint-complete', checkpointId })
      }
      this.#abortOlderThan(pending)
      pending.complete({ checkpointId, externalPath: completed.externalPath })
    } catch (error) {
      this.#end(pending, error instanceof Error ? error : new Error(String(error)), true)
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
    pending.abort(error)
    this.#services.statistics.failed(pending, error)
    this.#services.logger.warn(`checkpoint ${String(checkpointId)} was aborted`, { reason: error.message })
    this.#services.sendToAll({ type: 'notify-checkpoint-aborted', checkpointId })
    void this.#discard(pending)
    if (countsAsFailure && !pending.properties.isSavepoint) this.#countFailure(error)
  }

  async #discard(pending: PendingCheckpoint): Promise<void> {
    try {
      await this.#services.repository.discard(pending.location)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#services.logger.warn('could not remove the files of an aborted checkpoint', { reason })
    }
  }

  #couldNotBegin(checkpointId: number, cause: unknown): void {
    const error = cause instanceof Error ? cause : new Error(String(cause))
    this.#services.logger.warn(`checkpoint ${String(checkpointId)} could not begin`, { reason: error.message })
    this.#countFailure(error)
  }

  #countFailure(error: Error): void {
    this.#failuresInARow += 1
    const { tolerableFailures } = this.#services.configuration
    if (this.#failuresInARow <= tolerableFailures || this.#stopped) return
    const failure = new FlinkError('CHECKPOINT_FAILURES_EXCEEDED', { count: this.#failuresInARow }, { cause: error })
    this.#services.failJob(failure)
  }

  #forget(pending: PendingCheckpoint): void {
    this.#pending.delete(pending.checkpointId)
    this.#expiryTimers.get(pending.checkpointId)?.cancel()
    this.#expiryTimers.delete(pending.checkpointId)
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return
    this.#timer = this.#services.clock.setTimer(delayMs, () => {
      this.#tick()
    })
  }

  #tick(): void {
    const { intervalMs = 0, minPauseMs, maxConcurrent } = this.#services.configuration
    const sinceLast = this.#services.clock.monotonicMs() - this.#lastCompletionMs
    if (sinceLast < minPauseMs) {
      this.#schedule(minPauseMs - sinceLast)
      return
    }
    this.#schedule(intervalMs)
    if (this.#periodicPaused || this.#pending.size + this.#triggering >= maxConcurrent) return
    void this.#triggerPeriodic()
  }

  async #triggerPeriodic(): Promise<void> {
    try {
      await this.#trigger(PERIODIC, (id) => this.#services.repository.prepareCheckpoint(id))
    } catch {
      // What went wrong with the checkpoint was counted where it happened. Tasks that do not run are no failure of it.
    }
  }

  #declined(checkpointId: number, reason: string): FlinkError {
    return new FlinkError('CHECKPOINT_DECLINED', { checkpointId, reason })
  }
}
