/** A CheckpointCoordinator with everything around it played: clock, disk, workers. */
import assert from 'node:assert/strict'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { CheckpointCoordinator } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-coordinator.js'
import type { SnapshotRepository } from '../../../../../src/runtime/jobmanager/checkpoint/snapshot-repository.js'
import type { CheckpointCoordinatorConfiguration } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-coordinator-configuration.js'
import { CheckpointStatistics } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-statistics.js'
import type { PendingCheckpoint } from '../../../../../src/runtime/jobmanager/checkpoint/pending-checkpoint.js'
import type { CoordinatorStates } from '../../../../../src/runtime/jobmanager/coordination/operator-coordinators.js'
import type { Execution } from '../../../../../src/runtime/jobmanager/executiongraph/execution.js'
import { ExecutionGraph } from '../../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import type { CheckpointOptions } from '../../../../../src/runtime/protocol/checkpoint-options.js'
import type { ExecutionState } from '../../../../../src/runtime/protocol/execution-state.js'
import type { MasterToWorker } from '../../../../../src/runtime/protocol/master-to-worker.js'
import type { AcknowledgeCheckpoint } from '../../../../../src/runtime/protocol/worker-to-master.js'
import type { CompletedCheckpoint } from '../../../../../src/storage/checkpoint-metadata.js'
import type { TaskStateSnapshot } from '../../../../../src/storage/state-handles.js'
import type { CheckpointLocation } from '../../../../../src/storage/checkpoint-stream-factory.js'
import { sampleGraph } from '../sample-graphs.js'

/** Lets everything run that waits for nothing but promises. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Work on the disk that waits until the test lets it go on. */
class Held {
  readonly #waiting: (() => void)[] = []

  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async letGo(): Promise<void> {
    for (const resolve of this.#waiting.splice(0)) resolve()
    await turn()
  }
}

/** Remembers what became of every snapshot. `failing` names the steps that throw, `holding` those that wait. */
export class PlayedRepository implements SnapshotRepository {
  readonly completed: number[] = []
  readonly discarded: string[] = []
  /** What tasks had written of each that was discarded. */
  readonly discardedSnapshots: number[] = []
  readonly failing = new Map<'prepare' | 'prepare savepoint' | 'complete' | 'discard', Error>()
  readonly holding = new Map<'prepare' | 'prepare savepoint' | 'complete' | 'discard', Held>()

  hold(step: 'prepare' | 'prepare savepoint' | 'complete' | 'discard'): Held {
    const held = new Held()
    this.holding.set(step, held)
    return held
  }

  async prepareCheckpoint(checkpointId: number): Promise<CheckpointLocation> {
    await this.#step('prepare')
    return { kind: 'file', directoryUri: `file:/cp/chk-${String(checkpointId)}`, inlineThresholdBytes: 0 }
  }

  async prepareSavepoint(checkpointId: number, targetDirectory: string): Promise<CheckpointLocation> {
    await this.#step('prepare savepoint')
    return { kind: 'file', directoryUri: `${targetDirectory}/${String(checkpointId)}`, inlineThresholdBytes: 0 }
  }

  async complete(pending: PendingCheckpoint): Promise<CompletedCheckpoint> {
    await this.#step('complete')
    const { checkpointId, timestamp, location } = pending
    const { isSavepoint } = pending.properties
    this.completed.push(checkpointId)
    const header = { engineVersion: '1', jobId: 'j', jobName: 'j', checkpointId, timestamp, isSavepoint }
    return { metadata: { ...header, operators: [] }, externalPath: uriOf(location) }
  }

  async discard(location: CheckpointLocation, acknowledged: readonly TaskStateSnapshot[] = []): Promise<void> {
    await this.#step('discard')
    this.discarded.push(uriOf(location))
    this.discardedSnapshots.push(acknowledged.length)
  }

  async #step(step: 'prepare' | 'prepare savepoint' | 'complete' | 'discard'): Promise<void> {
    const held = this.holding.get(step)
    if (held !== undefined) await held.wait()
    const error = this.failing.get(step)
    if (error !== undefined) throw error
  }
}

function uriOf(location: CheckpointLocation): string {
  return location.kind === 'file' ? location.directoryUri : 'memory'
}

const DEFAULTS: CheckpointCoordinatorConfiguration = {
  intervalMs: undefined,
  intervalDuringBacklogMs: undefined,
  timeoutMs: 600_000,
  minPauseMs: 0,
  maxConcurrent: 1,
  tolerableFailures: 0,
  afterTasksFinish: true,
  unaligned: undefined,
}

export class CoordinatorHarness {
  readonly clock = new ManualClock(1000)
  readonly repository = new PlayedRepository()
  readonly statistics = new CheckpointStatistics(10, () => this.clock.now())
  /** `type#checkpoint id`, with the execution for what goes to one task only. */
  readonly sent: string[] = []
  readonly messages: MasterToWorker[] = []
  readonly jobFailures: Error[] = []
  readonly executions: ExecutionGraph
  readonly coordinator: CheckpointCoordinator
  /** What operator coordinators answer; undefined where there are none. */
  onCoordinators: (() => Promise<CoordinatorStates>) | undefined
  readonly endedForCoordinators: number[] = []
  readonly workersOfCoordinators: number[] = []
  /** Whom of the workers each notice of a completion went to. */
  readonly notifiedWorkers: number[][] = []
  stopsOfCoordinators = 0
  /** What a worker does at once when it is triggered. */
  onTrigger: (execution: Execution, checkpointId: number) => void = () => undefined

  /** Two sources that feed two mappers; all of them run. */
  /** What the JobMaster's notices were told. */
  readonly told: string[] = []

  constructor(configuration: Partial<CheckpointCoordinatorConfiguration> = {}) {
    const vertices = [
      { id: 'source', parallelism: 2 },
      { id: 'map', parallelism: 2 },
    ]
    const graph = sampleGraph(vertices, [['source', 'map', 'hash']])
    this.executions = new ExecutionGraph(graph, (_, worker) => ({ worker, slot: 0 }), 0)
    for (const execution of this.executions.all()) this.run(execution)
    const environment = {
      jobId: 'j',
      jobGraph: graph,
      configuration: new Configuration(),
      clock: this.clock,
      random: new SeededRandom(1),
      logger: SILENT_LOGGER,
      fileSystems: new FileSystems(),
    }
    const services = {
      environment,
      configuration: { ...DEFAULTS, ...configuration },
      repository: this.repository,
      statistics: this.statistics,
      notices: {
        checkpointFailed: (cause: Error, last: string | undefined): void => {
          this.told.push(`failed after ${last ?? 'none'}: ${cause.message}`)
        },
        checkpointAborted: (): void => {
          this.told.push('aborted')
        },
        checkpointCompleted: (id: number): void => {
          this.told.push(`completed ${String(id)}`)
        },
      },
      operatorCoordinators: {
        checkpoint: (): Promise<CoordinatorStates> | undefined => this.onCoordinators?.(),
        checkpointEnded: (checkpointId: number): void => {
          this.endedForCoordinators.push(checkpointId)
        },
        stopped: (): void => {
          this.stopsOfCoordinators += 1
        },
        workers: this.workersOfCoordinators,
      },
      sendTo: (execution: Execution, message: MasterToWorker): void => {
        this.#sent(message, ` to ${execution.id}`)
        if (message.type === 'trigger-checkpoint') this.onTrigger(execution, message.checkpointId)
      },
      sendToWorkers: (workers: Iterable<number>, message: MasterToWorker): void => {
        this.#sent(message, '')
        this.notifiedWorkers.push([...workers])
      },
      sendToAll: (message: MasterToWorker): void => {
        this.#sent(message, '')
      },
      entriesCounted: (): void => undefined,
      tasksEnd: (): void => {
        this.told.push('tasks end')
      },
      failJob: (error: Error): void => {
        this.jobFailures.push(error)
      },
    }
    this.coordinator = new CheckpointCoordinator(services, this.executions, 1)
  }

  run(execution: Execution): void {
    for (const state of ['SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'] as const) execution.tryMove(state, 0)
  }

  execution(vertexId: string, subtaskIndex: number): Execution {
    return this.executions.execution(vertexId, subtaskIndex)
  }

  /** The task reports its end; the JobMaster tells the coordinator. */
  end(vertexId: string, subtaskIndex: number, state: ExecutionState = 'FINISHED'): void {
    const execution = this.execution(vertexId, subtaskIndex)
    assert.ok(execution.tryMove(state, this.clock.now()))
    this.coordinator.executionEnded(execution)
  }

  /** By a task in which nobody wants to hear of the checkpoint's end. */
  acknowledgeDeaf(checkpointId: number, vertexId: string, subtaskIndex: number): void {
    const { id } = this.execution(vertexId, subtaskIndex)
    this.acknowledgeAs(checkpointId, id, 0, { hearsOfCompletion: false })
  }

  acknowledge(checkpointId: number, vertexId: string, subtaskIndex: number, sizeBytes = 0): void {
    this.acknowledgeAs(checkpointId, this.execution(vertexId, subtaskIndex).id, sizeBytes)
  }

  acknowledgeAs(
    checkpointId: number,
    executionId: string,
    sizeBytes = 0,
    hears: Pick<AcknowledgeCheckpoint, 'hearsOfCompletion'> = {},
  ): void {
    const metrics = { alignmentMs: 1, synchronousMs: 2, asynchronousMs: 3, sizeBytes, checkpointedSizeBytes: sizeBytes }
    const snapshot = { operators: {} }
    const about = { executionId, checkpointId, snapshot, metrics, ...hears }
    this.coordinator.acknowledge({ type: 'acknowledge-checkpoint', ...about })
  }

  /** All four tasks take part; resolves when what follows from it has happened. */
  async acknowledgeAll(checkpointId: number): Promise<void> {
    for (const execution of this.executions.all()) {
      if (execution.state === 'RUNNING') this.acknowledgeAs(checkpointId, execution.id)
    }
    await turn()
  }

  /** Turns the hands and lets happen what follows. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms)
    await turn()
  }

  /** Ids of all checkpoints of which tasks were told, in order. */
  get triggered(): number[] {
    const ids = this.messages.flatMap((message) =>
      message.type === 'trigger-checkpoint' ? [message.checkpointId] : [],
    )
    return [...new Set(ids)]
  }

  /** What the barriers of a checkpoint are to carry. */
  optionsOf(checkpointId: number): CheckpointOptions | undefined {
    const trigger = this.messages.find(
      (message) => message.type === 'trigger-checkpoint' && message.checkpointId === checkpointId,
    )
    return trigger?.type === 'trigger-checkpoint' ? trigger.options : undefined
  }

  /** How the job is to end after it, in the order of the triggers. */
  get stops(): CheckpointOptions['stop'][] {
    return this.messages.flatMap((message) => (message.type === 'trigger-checkpoint' ? [message.options.stop] : []))
  }

  /** What the workers were told about the outcome of checkpoints. */
  get notified(): string[] {
    return this.sent.filter((line) => line.startsWith('notify-'))
  }

  #sent(message: MasterToWorker, to: string): void {
    this.messages.push(message)
    const id = 'checkpointId' in message ? String(message.checkpointId) : ''
    this.sent.push(`${message.type}#${id}${to}`)
  }
}
