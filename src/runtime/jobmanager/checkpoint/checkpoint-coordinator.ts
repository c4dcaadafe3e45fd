// Duty: the life of every checkpoint: begun -> acknowledged by its tasks -> durable -> completed -> older ones subsumed.
//
//   request -> plan -> location -> plan once more -> pending -> operator coordinators taken -> triggers sent -> acknowledge()*
//     -> metadata -> completed
//       \_________ declined, expired, task ended, disk failed, shutdown: aborted, files discarded ________/
//
// Invariants: complete only when the metadata is durable; aborts older ones then; ids only grow. While one to stop with is
// pending, no other begins. A shutdown leaves no work on the disk. When they begin: checkpoint-schedule.ts. Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { asError } from '../../../core/errors/thrown-value.js'
import { durationText } from '../../../core/time/duration-text.js'
import type { CheckpointLocation } from '../../../storage/checkpoint-stream-factory.js'
import type { EntryCounts } from '../../protocol/entry-counts.js'
import type { AcknowledgeCheckpoint } from '../../protocol/worker-to-master.js'
import type { MasterToWorker } from '../../protocol/master-to-worker.js'
import type { CoordinatorStates, OperatorCoordinators } from '../coordination/operator-coordinators.js'
import type { Execution } from '../executiongraph/execution.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'
import type { JobEnvironment } from '../job-environment.js'
import type { CheckpointCoordinatorConfiguration } from './checkpoint-coordinator-configuration.js'
import { CheckpointFailureManager, type CheckpointFailureServices } from './checkpoint-failure-manager.js'
import { checkpointDeclined, requireCheckpointPlan, type CheckpointPlan } from './checkpoint-plan.js'
import { CheckpointRequestDecider } from './checkpoint-request-decider.js'
import { PERIODIC_CHECKPOINT, propertiesOf, type CheckpointRequest } from './checkpoint-request.js'
import { CheckpointSchedule } from './checkpoint-schedule.js'
import { checkpointOptionsOf } from './checkpoint-options-of.js'
import { DiskWork } from './disk-work.js'
import { FinalCheckpoint } from './final-checkpoint.js'
import { PendingCheckpoint, type CheckpointResult, type PendingCheckpointDescription } from './pending-checkpoint.js'
import type { SnapshotRepository } from './snapshot-repository.js'

export interface CheckpointCoordinatorServices extends CheckpointFailureServices {
  readonly environment: JobEnvironment
  readonly configuration: CheckpointCoordinatorConfiguration
  readonly repository: SnapshotRepository
  /** Their part is taken before any task is triggered. */
  readonly operatorCoordinators: Pick<OperatorCoordinators, 'checkpoint' | 'checkpointEnded' | 'stopped' | 'workers'>
  /** Sends to the worker of an execution, to some workers, or to all. */
  readonly sendTo: (execution: Execution, message: MasterToWorker) => void
  readonly sendToWorkers: (workers: Iterable<number>, message: MasterToWorker) => void
  readonly sendToAll: (message: MasterToWorker) => void
  /** Of a completed checkpoint that is no savepoint: how many keys its tasks counted. */
  readonly entriesCounted: (counts: readonly EntryCounts[]) => void
  /** No further checkpoint is needed: tasks end by themselves. */
  readonly tasksEnd: () => void
}

export class CheckpointCoordinator {
  readonly #services: CheckpointCoordinatorServices
  readonly #executions: ExecutionGraph
  readonly #pending = new Map<number, PendingCheckpoint>()
  readonly #failures: CheckpointFailureManager
  readonly #final: FinalCheckpoint
  readonly #decider: CheckpointRequestDecider
  readonly #schedule: CheckpointSchedule
  readonly #work: DiskWork
  #nextId: number
  /** From then on none begins, for this reason. */
  #refusal: ((checkpointId: number) => FlinkError) | undefined

  constructor(services: CheckpointCoordinatorServices, executions: ExecutionGraph, nextId: number) {
    this.#services = services
    this.#executions = executions
    this.#nextId = nextId
    const { configuration, environment } = services
    this.#work = new DiskWork(services.repository, environment.logger)
    this.#failures = new CheckpointFailureManager(configuration.tolerableFailures, services)
    this.#final = new FinalCheckpoint(executions)
    this.#decider = new CheckpointRequestDecider(configuration)
    this.#schedule = new CheckpointSchedule({
      configuration,
      environment,
      decider: this.#decider,
      final: this.#final,
      pendingCount: () => this.#pending.size,
      trigger: () => this.#trigger(PERIODIC_CHECKPOINT),
    })
  }

  get pendingCount(): number {
    return this.#pending.size
  }

  /** Begins periodic triggering; called when all tasks run, once more after `suspend`. */
  start(): void {
    this.#failures.resume()
    this.#schedule.start()
  }

  /** The job is to end with a snapshot, complete or on its way: its tasks end together, or restart together. */
  get endsJob(): boolean {
    return this.#decider.endsJob
  }

  /**
   * These tasks restart: aborts whatever is pending, and begins nothing before `start`. Resolves when the disk is left alone,
   * so that the newest checkpoint is known.
   */
  async suspend(restarting: readonly Execution[], reason: Error): Promise<void> {
    const executionIds = restarting.map(({ id }) => id)
    this.#final.restarting(executionIds)
    this.#failures.stop()
    this.#abortAll(reason)
    this.#schedule.suspend()
    await this.#work.settled()
    // One whose metadata was being written may have been the final one.
    this.#final.restarting(executionIds)
  }

  /** Whether the source of an operator coordinator reads what is old: then the interval may be another one. */
  setIsProcessingBacklog(operatorId: string, isProcessingBacklog: boolean): void {
    this.#schedule.setIsProcessingBacklog(operatorId, isProcessingBacklog)
  }

  /**
   * Aborts whatever is pending; nothing is triggered any more. Resolves when the disk is left alone: a checkpoint whose
   * metadata was being written counts or does not before the job restarts from the newest one, or removes them all.
   */
  async shutdown(reason: Error): Promise<void> {
    this.#refusal ??= (checkpointId) => checkpointDeclined(checkpointId, 'the job is ending or restarting')
    this.#failures.stop()
    this.#schedule.stop()
    this.#abortAll(reason)
    await this.#work.settled()
  }

  /** With `suspend` the job ends with it. */
  triggerCheckpoint(thenEnd?: 'suspend'): Promise<CheckpointResult> {
    return this.#trigger({ targetDirectory: undefined, thenEnd })
  }

  triggerSavepoint(targetDirectory: string, thenEnd?: 'suspend' | 'drain' | 'cancel'): Promise<CheckpointResult> {
    return this.#trigger({ targetDirectory, thenEnd })
  }

  acknowledge(message: AcknowledgeCheckpoint): void {
    const pending = this.#pending.get(message.checkpointId)
    const { executionId, metrics } = message
    if (pending?.acknowledge(executionId, message) === true) {
      this.#services.statistics.acknowledged(pending, executionId, metrics)
      this.#completeIfAcknowledged(pending)
    } else {
      const { checkpointId } = message
      this.#services.environment.logger.debug('ignored a late acknowledgement', { checkpointId })
    }
  }

  decline(checkpointId: number, error: Error): void {
    const pending = this.#pending.get(checkpointId)
    if (pending === undefined) return
    // A task that could not take part right now is no failure; one whose state could not be stored is.
    if (FlinkError.is(error, 'CHECKPOINT_DECLINED')) this.#abort(pending, error)
    else this.#abortAsFailure(pending, error)
  }

  /** A task that is awaited and ended will never acknowledge; the next checkpoint counts it as finished. */
  executionEnded(execution: Execution): void {
    for (const pending of [...this.#pending.values()]) {
      if (!pending.awaits(execution.id)) continue
      const reason = `${execution.taskNameWithSubtask} ended before it acknowledged`
      const { checkpointId } = pending
      this.#abort(pending, this.#refusal?.(checkpointId) ?? checkpointDeclined(checkpointId, reason))
    }
    this.#schedule.beginFinal()
  }

  /** A task has given out all its data and waits for a checkpoint that begins now or later. */
  dataEnded(executionId: string): void {
    this.#final.dataEnded(executionId)
    this.#schedule.beginFinal()
  }

  async #trigger(request: CheckpointRequest): Promise<CheckpointResult> {
    this.#decider.requested(request)
    try {
      // One after the other: tasks ignore a barrier whose id is smaller than that of the last one.
      const pending = await this.#work.inOrder(() => this.#begin(request))
      return await pending.result
    } catch (error) {
      this.#decider.aborted(request)
      this.#schedule.resume()
      throw error
    }
  }

  /** From the request to the triggers on their way to the tasks. */
  async #begin(request: CheckpointRequest): Promise<PendingCheckpoint> {
    await this.#untilNoStopIsPending()
    const pending = await this.#makePending(request)
    const { checkpointId, plan } = pending
    const states = this.#services.operatorCoordinators.checkpoint(checkpointId, plan.finishedVertices)
    if (states !== undefined) await this.#takeCoordinators(pending, states)
    // Aborted meanwhile, of which all tasks were told: no trigger may follow that.
    if (pending.isPending) this.#sendTriggers(pending)
    this.#completeIfAcknowledged(pending)
    return pending
  }

  /** The job goes on after it, or ends with it. */
  async #untilNoStopIsPending(): Promise<void> {
    const stops = [...this.#pending.values()].filter(({ properties }) => properties.thenStop !== undefined)
    await Promise.allSettled(stops.map(({ result }) => result))
  }

  /** Never rejects: where one of them declines the checkpoint is aborted. */
  async #takeCoordinators(pending: PendingCheckpoint, states: Promise<CoordinatorStates>): Promise<void> {
    try {
      pending.coordinatorStates = await states
    } catch (error) {
      this.decline(pending.checkpointId, asError(error))
    }
  }

  async #makePending(request: CheckpointRequest): Promise<PendingCheckpoint> {
    try {
      this.#planOrThrow(this.#nextId)
      const checkpointId = this.#takeId()
      const location = await this.#makeLocation(checkpointId, request)
      const plan = this.#planOrDiscard(checkpointId, location)
      return this.#register({ checkpointId, plan, location, properties: propertiesOf(request) })
    } finally {
      this.#decider.begun()
      // Where it did not begin, nothing else will come to an end.
      if (this.#pending.size === 0) this.#schedule.resume()
    }
  }

  #takeId(): number {
    const checkpointId = this.#nextId
    this.#nextId += 1
    return checkpointId
  }

  async #makeLocation(checkpointId: number, request: CheckpointRequest): Promise<CheckpointLocation> {
    const { targetDirectory } = request
    const { repository, statistics, environment } = this.#services
    try {
      if (targetDirectory !== undefined) return await repository.prepareSavepoint(checkpointId, targetDirectory)
      return await repository.prepareCheckpoint(checkpointId)
    } catch (thrown) {
      const error = asError(thrown)
      statistics.failedToBegin()
      environment.logger.warn(`checkpoint ${String(checkpointId)} could not begin`, { reason: error.message })
      this.#failures.failed(error, propertiesOf(request))
      this.#schedule.retryFinalAfterFailure()
      throw error
    }
  }

  /** Tasks may have ended while the location was made: planned anew. One that ends later aborts what is pending. */
  #planOrDiscard(checkpointId: number, location: CheckpointLocation): CheckpointPlan {
    try {
      return this.#planOrThrow(checkpointId)
    } catch (error) {
      this.#work.discard(location, [])
      throw error
    }
  }

  #planOrThrow(checkpointId: number): CheckpointPlan {
    if (this.#refusal !== undefined) throw this.#refusal(checkpointId)
    const { configuration, environment } = this.#services
    const { afterTasksFinish } = configuration
    return requireCheckpointPlan(this.#executions, { checkpointId, jobId: environment.jobId, afterTasksFinish })
  }

  /** From here on it may be acknowledged, or aborted. */
  #register(description: Omit<PendingCheckpointDescription, 'timestamp'>): PendingCheckpoint {
    const { environment, configuration, statistics } = this.#services
    const { clock } = environment
    const pending = new PendingCheckpoint({ ...description, timestamp: clock.now() })
    const { checkpointId } = pending
    this.#pending.set(checkpointId, pending)
    if (pending.tellsCompletion) this.#final.begun(checkpointId)
    statistics.triggered(pending)
    const { timeoutMs } = configuration
    const expire = (): void => {
      const details = { checkpointId, timeout: durationText(timeoutMs) }
      this.#abortAsFailure(pending, new FlinkError('CHECKPOINT_EXPIRED', details))
    }
    pending.expiresWith(clock.setTimer(timeoutMs, expire))
    return pending
  }

  #sendTriggers(pending: PendingCheckpoint): void {
    const { checkpointId, timestamp } = pending
    const options = checkpointOptionsOf(pending, this.#services.configuration)
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
  }

  /** At once where all tasks had finished before it began. */
  #completeIfAcknowledged(pending: PendingCheckpoint): void {
    if (pending.isPending && pending.isFullyAcknowledged) this.#work.track(this.#complete(pending))
  }

  /** Never rejects: whatever goes wrong aborts the checkpoint. */
  async #complete(pending: PendingCheckpoint): Promise<void> {
    const { checkpointId, properties } = pending
    const { repository, statistics, environment } = this.#services
    pending.beginFinalising()
    try {
      const { externalPath } = await repository.complete(pending)
      this.#forget(pending)
      this.#decider.completed(environment.clock.monotonicMs())
      statistics.completed(pending, externalPath)
      this.#failures.completed(checkpointId, properties)
      if (!properties.isSavepoint) this.#services.entriesCounted(pending.entryCounts())
      if (this.#final.completed(checkpointId) || properties.thenStop !== undefined) this.#services.tasksEnd()
      if (pending.tellsCompletion) this.#tellCompletion(pending)
      if (properties.thenStop !== undefined) this.#stopsWith(externalPath)
      this.#services.operatorCoordinators.checkpointEnded(checkpointId)
      this.#abortOlderThan(pending)
      this.#schedule.beginFinal()
      pending.complete({ checkpointId, externalPath })
    } catch (error) {
      this.#endAsFailure(pending, asError(error))
    }
  }

  /** A worker in which nobody listens sleeps on: to wake it is a tenth of what a checkpoint without state takes. */
  #tellCompletion(pending: PendingCheckpoint): void {
    const { operatorCoordinators, sendToWorkers } = this.#services
    const { checkpointId } = pending
    const workers = [...operatorCoordinators.workers, ...pending.listeners().map(({ worker }) => worker)]
    sendToWorkers(new Set(workers), { type: 'notify-checkpoint-complete', checkpointId })
  }

  #stopsWith(path: string): void {
    const { jobId } = this.#services.environment
    this.#refusal = () => new FlinkError('JOB_STOPPED', { jobId, path })
    this.#services.operatorCoordinators.stopped()
  }

  #abortOlderThan(completed: PendingCheckpoint): void {
    if (completed.properties.isSavepoint) return
    for (const pending of [...this.#pending.values()]) {
      if (pending.checkpointId >= completed.checkpointId || pending.properties.isSavepoint) continue
      const reason = `checkpoint ${String(completed.checkpointId)} completed before it`
      this.#abort(pending, checkpointDeclined(pending.checkpointId, reason))
    }
  }

  #abortAll(reason: Error): void {
    for (const pending of [...this.#pending.values()]) this.#abort(pending, reason)
  }

  /** By nobody's fault. */
  #abort(pending: PendingCheckpoint, error: Error): void {
    if (!pending.isPending) return
    this.#end(pending, error)
    this.#failures.aborted(error, pending.properties)
    this.#schedule.retryFinal()
  }

  #abortAsFailure(pending: PendingCheckpoint, error: Error): void {
    if (pending.isPending) this.#endAsFailure(pending, error)
  }

  #endAsFailure(pending: PendingCheckpoint, error: Error): void {
    this.#end(pending, error)
    this.#failures.failed(error, pending.properties)
    this.#schedule.retryFinalAfterFailure()
  }

  #end(pending: PendingCheckpoint, error: Error): void {
    const { checkpointId } = pending
    const { statistics, environment } = this.#services
    this.#forget(pending)
    this.#final.aborted(checkpointId)
    pending.abort(error)
    statistics.failed(pending, error)
    environment.logger.warn(`checkpoint ${String(checkpointId)} was aborted`, { reason: error.message })
    this.#services.sendToAll({ type: 'notify-checkpoint-aborted', checkpointId })
    this.#services.operatorCoordinators.checkpointEnded(checkpointId)
    this.#work.discard(pending.location, pending.snapshots())
  }

  #forget(pending: PendingCheckpoint): void {
    this.#pending.delete(pending.checkpointId)
    this.#schedule.resume()
  }
}
