/** A JobMaster whose workers are played and whose clock and disk belong to the test. */
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { serializeError } from '../../../../../src/core/errors/error-codec.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import type { LogFields } from '../../../../../src/core/logging/logger.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import type { JobGraph } from '../../../../../src/graph/job-graph.js'
import { CheckpointRepository } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { JobMaster, type JobOutcome } from '../../../../../src/runtime/jobmanager/jobmaster/job-master.js'
import type { RestartLoopInput } from '../../../../../src/runtime/jobmanager/jobmaster/restart-loop.js'
import type {
  TaskManagerGateway,
  TaskManagerListener,
  TaskManagerStarter,
} from '../../../../../src/runtime/jobmanager/jobmaster/task-manager-gateway.js'
import type { AccumulatorParts, MergeAccumulators } from '../../../../../src/runtime/protocol/accumulators.js'
import type { EntryCounts } from '../../../../../src/runtime/protocol/entry-counts.js'
import type { ExecutionState } from '../../../../../src/runtime/protocol/execution-state.js'
import type { MasterToWorker } from '../../../../../src/runtime/protocol/master-to-worker.js'
import type { LogLine } from '../../../../../src/runtime/protocol/worker-to-master.js'
import type { TaskDeploymentDescriptor } from '../../../../../src/runtime/protocol/task-deployment.js'
import type { WorkerToMaster } from '../../../../../src/runtime/protocol/worker-to-master.js'
import { EMPTY_SUBTASK_STATE, type OperatorSubtaskState } from '../../../../../src/storage/state-handles.js'
import { sampleGraph } from '../sample-graphs.js'

export const JOB = 'a'.repeat(32)

/** Lets everything run that waits for nothing but promises. */
export async function settle(): Promise<void> {
  for (let index = 0; index < 8; index += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** A worker that does at once what it is told, but for what `ignores` names. */
export class PlayedWorker implements TaskManagerGateway {
  readonly name: string
  readonly bell = new SharedArrayBuffer(4)
  readonly received: MasterToWorker[] = []
  readonly ignores: Set<MasterToWorker['type']>
  tasks: readonly TaskDeploymentDescriptor[] = []
  isTerminated = false
  /** How long its end takes once it is terminated. */
  untilGone: Promise<void> = Promise.resolve()
  /** What each of its tasks puts into a checkpoint. */
  state: OperatorSubtaskState = EMPTY_SUBTASK_STATE
  /** What each of its tasks counts then. */
  entryCounts: EntryCounts | undefined
  readonly #listener: TaskManagerListener
  readonly #accumulators = new Map<string, AccumulatorParts>()
  /** Its barriers reach the tasks of all workers. */
  onTrigger: (checkpointId: number) => void = () => undefined

  constructor(index: number, listener: TaskManagerListener, ignores: Set<MasterToWorker['type']>) {
    this.name = `worker ${String(index)}`
    this.#listener = listener
    this.ignores = ignores
  }

  send(message: MasterToWorker): void {
    this.received.push(message)
    if (!this.ignores.has(message.type)) queueMicrotask(() => this.obey(message))
  }

  terminate(): Promise<void> {
    this.isTerminated = true
    return this.untilGone
  }

  obey(message: MasterToWorker): void {
    if (message.type === 'load-program')
      this.#listener.onMessage({ type: 'program-loaded', loadNumber: message.loadNumber })
    else if (message.type === 'deploy-tasks') this.run(message.tasks)
    else if (message.type === 'cancel-tasks') this.cancel(message.executionIds)
    else if (message.type === 'close-worker') this.die(undefined)
    else if (message.type === 'trigger-checkpoint') this.onTrigger(message.checkpointId)
    else if (message.type === 'flush-coordinator') {
      const { attempt, operatorId } = message
      this.#listener.onMessage({ type: 'coordinator-flushed', attempt, operatorId })
    } else if (message.type === 'merge-accumulators') this.merge(message)
  }

  /** They start as they are deployed, in the place of older ones of the same subtasks. */
  run(tasks: readonly TaskDeploymentDescriptor[]): void {
    const placeOf = (task: TaskDeploymentDescriptor): string => `${task.vertexId}/${String(task.subtaskIndex)}`
    const places = new Set(tasks.map(placeOf))
    this.tasks = [...this.tasks.filter((task) => !places.has(placeOf(task))), ...tasks]
    for (const state of ['INITIALIZING', 'RUNNING'] as const) {
      for (const { executionId } of tasks) this.report(executionId, state)
    }
  }

  cancel(executionIds: readonly string[]): void {
    for (const executionId of executionIds) this.report(executionId, 'CANCELED')
  }

  reportAll(...states: readonly ExecutionState[]): void {
    for (const state of states) for (const { executionId } of this.tasks) this.report(executionId, state)
  }

  report(executionId: string, state: ExecutionState, error?: Error, accumulated?: Record<string, unknown>): void {
    const serialized = error === undefined ? undefined : serializeError(error)
    const entries = Object.entries(accumulated ?? {})
    const accumulators = Object.fromEntries(
      entries.map(([name, value]) => [name, { type: 'Played', value, fields: {} }]),
    )
    this.#accumulators.set(executionId, accumulators)
    this.#listener.onMessage({ type: 'task-state-changed', executionId, state, error: serialized, accumulators })
  }

  /** Its accumulators keep what they take in, side by side. */
  merge({ mergeId, executionId, name, others }: MergeAccumulators): void {
    const value = [this.#accumulators.get(executionId)?.[name], ...others].map((part) => part?.value)
    this.#listener.onMessage({ type: 'accumulators-merged', mergeId, result: { type: 'Played', value } })
  }

  acknowledge(checkpointId: number): void {
    const times = { alignmentMs: 0, synchronousMs: 0, asynchronousMs: 0, sizeBytes: 0, checkpointedSizeBytes: 0 }
    const metrics = this.entryCounts === undefined ? times : { ...times, entryCounts: this.entryCounts }
    for (const { executionId, vertexId } of this.tasks) {
      const snapshot = { operators: { [vertexId]: this.state } }
      this.#listener.onMessage({ type: 'acknowledge-checkpoint', executionId, checkpointId, snapshot, metrics })
    }
  }

  say(message: WorkerToMaster): void {
    this.#listener.onMessage(message)
  }

  failProgram(loadNumber: number, error: Error): void {
    this.#listener.onMessage({ type: 'program-failed', loadNumber, error: serializeError(error) })
  }

  log(text: string, level: LogLine['level'] = 'warn'): void {
    this.#listener.onMessage({ type: 'log', level, text, fields: { task: 'map (1/2)' } })
  }

  needThread(loadNumber: number): void {
    this.#listener.onMessage({ type: 'program-needs-thread', loadNumber })
  }

  die(error: Error | undefined): void {
    this.#listener.onExit(error)
  }

  countOf(type: MasterToWorker['type']): number {
    return this.received.filter((message) => message.type === type).length
  }
}

export class JobMasterHarness implements TaskManagerStarter {
  readonly clock = new ManualClock(1000)
  readonly disk = new InMemoryFileSystem()
  /** What every worker leaves undone; may be changed at any time. */
  readonly ignored = new Set<MasterToWorker['type']>()
  /** All workers that were ever started, by index. */
  readonly started: PlayedWorker[][] = []
  readonly master: JobMaster
  readonly told: string[] = []
  /** Warnings and errors of the log, with what stands beside the text. */
  readonly logged: { readonly level: string; readonly text: string; readonly fields: LogFields }[] = []
  outcome: JobOutcome | undefined
  /** How often all tasks have come to run. */
  allRunning = 0
  constructor(
    configuration: Readonly<Record<string, string>> = {},
    jobGraph: JobGraph = sampleGraph([{ id: 'source' }, { id: 'map', parallelism: 2 }], [['source', 'map', 'hash']]),
    restore?: string,
    more: Partial<Pick<RestartLoopInput, 'maxWorkers' | 'takesPlace' | 'slotsAcquired'>> = {},
  ) {
    const all = Configuration.fromMap({ 'execution.checkpointing.dir': 'file:///cp', ...configuration })
    const environment = {
      jobId: JOB,
      jobGraph,
      configuration: all,
      clock: this.clock,
      random: new SeededRandom(1),
      logger: { ...SILENT_LOGGER, warn: this.#note('warn'), error: this.#note('error') },
      fileSystems: new FileSystems().register('file', this.disk),
    }
    const repository = new CheckpointRepository(environment, {
      restore: restore === undefined ? undefined : { path: restore, allowNonRestoredState: false },
      isJobRunning: () => Promise.resolve(false),
      version: '1',
    })
    const program = { moduleUrl: 'file:///job.js', entry: undefined, args: [], configuration: {} }
    this.master = new JobMaster({
      environment,
      program,
      graphIndex: 0,
      earlierAnswers: [],
      repository,
      starter: this,
      tell: (text) => this.told.push(text),
      tellFailed: (text) => this.told.push(text),
      inform: (text) => this.told.push(text),
      onAllRunning: () => {
        this.allRunning += 1
      },
      maxWorkers: 4,
      ...more,
    })
    void this.master.outcome.then((outcome) => {
      this.outcome = outcome
    })
  }

  #note(level: string): (text: string, fields?: LogFields) => void {
    return (text, fields = {}) => {
      this.logged.push({ level, text, fields })
    }
  }

  get hasEnded(): boolean {
    return this.outcome !== undefined
  }

  start(index: number, listener: TaskManagerListener): TaskManagerGateway {
    const worker = new PlayedWorker(index, listener, this.ignored)
    this.started[index] = [...(this.started[index] ?? []), worker]
    worker.onTrigger = (checkpointId) => {
      for (const workers of this.started) workers.at(-1)?.acknowledge(checkpointId)
    }
    return worker
  }

  /** The living worker of a slot. */
  worker(slot: number): PlayedWorker {
    const worker = this.started[slot]?.at(-1)
    if (worker === undefined) throw new Error(`slot ${String(slot)} has no worker`)
    return worker
  }

  async run(): Promise<this> {
    await this.master.start()
    await settle()
    return this
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms)
    await settle()
  }

  /** A task of the current attempt fails. */
  async fail(executionPrefix: string, error: Error): Promise<void> {
    for (const workers of this.started) {
      const worker = workers.at(-1)
      const task = worker?.tasks.find(({ executionId }) => executionId.startsWith(executionPrefix))
      if (task !== undefined) worker?.report(task.executionId, 'FAILED', error)
    }
    await settle()
  }

  async finishAll(accumulators: Record<string, unknown> = {}): Promise<void> {
    for (const workers of this.started) {
      const worker = workers.at(-1)
      for (const { executionId } of worker?.tasks ?? [])
        worker?.report(executionId, 'FINISHED', undefined, accumulators)
    }
    await settle()
  }

  taskStates(): ExecutionState[] {
    return this.master.details().vertices.flatMap(({ subtasks }) => subtasks.map(({ state }) => state))
  }
}
