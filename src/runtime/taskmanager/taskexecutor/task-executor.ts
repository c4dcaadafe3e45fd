// Duty: a worker as the JobMaster sees it: loads the program, runs tasks, answers messages.
// Invariants: tasks that are connected are deployed at once; messages about an execution that is not here are ignored; a
// subtask is deployed again only after its last task has ended. What runs on keeps the functions of the load that it began with.
// Thread: the task worker.
import { Configuration } from '../../../core/config/configuration.js'
import { CoreOptions } from '../../../core/config/core-options.js'
import { serializeError } from '../../../core/errors/error-codec.js'
import { describeFailure } from '../../../core/errors/syntax-location.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { loggerWithFields } from '../../../core/logging/logger-with-fields.js'
import { TaskManagerOptions } from '../../../core/config/task-manager-options.js'
import { metricReportingOf } from '../../../core/config/metric-reporters.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import type { MergeAccumulators, RequestAccumulators } from '../../protocol/accumulators.js'
import type { CancelTasks, DeployTasks, LoadProgram, MasterToWorker } from '../../protocol/master-to-worker.js'
import type { TaskDeploymentDescriptor } from '../../protocol/task-deployment.js'
import { CoordinatorHost } from '../coordination/coordinator-host.js'
import { CheckpointBarriers } from '../network/checkpoint-barriers.js'
import { WaitingSpace } from '../network/waiting-space.js'
import { loadStateBackend } from '../state/state-backend-loader.js'
import { ChannelConnector } from '../task/channel-connector.js'
import { SoleRecords } from '../task/sole-records.js'
import { StreamTask } from '../task/stream-task.js'
import type { TaskEnvironment } from '../task/task-environment.js'
import { FinishedTask } from '../task/finished-task.js'
import { makeTask } from '../task/task-factory.js'
import { ProgramLoader, type ProgramRunner } from './program-loader.js'
import { MetricsReporter } from './metrics-reporter.js'
import { StackSampler } from './stack-sampler.js'
import { TaskLoop, type LoopScheduler } from './task-loop.js'
import { uncaughtError } from './uncaught-error.js'

/** What a worker is made of; everything ambient comes from outside. */
export interface TaskExecutorServices extends Omit<TaskEnvironment, 'configuration' | 'wake'> {
  readonly scheduler: LoopScheduler
  /** Runs the program; its jobs go to the executor. */
  readonly runProgram: ProgramRunner
  /** Everything that runs in a load is the program's main. */
  readonly loadAsMain: <T>(load: () => Promise<T>) => Promise<T>
  /** Ends the worker. */
  readonly exit: () => void
}

interface LoadedProgram {
  readonly jobId: string
  /** By slot: the same graph, with function objects of its own. */
  readonly graphs: readonly ProgramGraph[]
}

type DeployedTask = StreamTask | FinishedTask

export class TaskExecutor {
  readonly #services: TaskExecutorServices
  readonly #loop: TaskLoop
  readonly #reporter: MetricsReporter
  readonly #loader: ProgramLoader
  readonly #coordinators: CoordinatorHost
  readonly #sampler: StackSampler
  readonly #barriers = new CheckpointBarriers()
  #tasks = new Map<string, DeployedTask>()
  #loads: Promise<void> = Promise.resolve()
  #newestLoad = 0
  #program: LoadedProgram | undefined

  constructor(services: TaskExecutorServices) {
    this.#services = services
    this.#reporter = new MetricsReporter(services)
    this.#loader = new ProgramLoader(services.runProgram)
    this.#coordinators = new CoordinatorHost(services)
    this.#loop = new TaskLoop(services.scheduler, services.clock, () => {
      services.standardOutput.flush()
      services.standardError.flush()
    })
    this.#sampler = new StackSampler({ ...services, loop: this.#loop })
  }

  handle(message: MasterToWorker): void {
    switch (message.type) {
      case 'load-program':
        // One after the other: where a program runs, its environment is that of the whole thread.
        this.#loads = this.#loads.then(() => this.#loadProgram(message))
        this.#newestLoad = message.loadNumber
        break
      case 'deploy-coordinators':
        this.#coordinators.deploy(message, this.#loadedProgram().graphs)
        break
      case 'deploy-tasks':
        this.#deploy(message)
        break
      case 'trigger-checkpoint': {
        const { executionId, checkpointId, timestamp, options } = message
        const barrier = this.#barriers.intern({ checkpointId, timestamp, options })
        this.#tasks.get(executionId)?.triggerCheckpoint(barrier)
        break
      }
      case 'notify-checkpoint-complete':
        for (const task of this.#tasks.values()) task.notifyCheckpointComplete(message.checkpointId)
        this.#coordinators.notifyCheckpointComplete(message.checkpointId)
        break
      case 'notify-checkpoint-aborted':
        for (const task of this.#tasks.values()) task.notifyCheckpointAborted(message.checkpointId)
        this.#coordinators.notifyCheckpointAborted(message.checkpointId)
        break
      case 'event-to-coordinator':
      case 'event-of-other-coordinator':
      case 'execution-attempt-ready':
      case 'execution-attempt-failed':
      case 'reset-subtask':
      case 'trigger-coordinator-checkpoint':
      case 'flush-coordinator':
      case 'event-returned':
        this.#coordinators.handle(message)
        break
      case 'event-to-operator':
        this.#tasks.get(message.executionId)?.handleOperatorEvent(message.operatorId, message.event)
        break
      case 'cancel-tasks':
        this.#cancel(message)
        break
      case 'merge-accumulators':
        this.#mergeAccumulators(message)
        break
      case 'request-accumulators':
        this.#reportAccumulators(message)
        break
      case 'query-state': {
        const task = this.#tasks.get(message.executionId)
        if (task instanceof StreamTask) task.queryState(message)
        break
      }
      case 'request-time':
        this.#reporter.reportNow()
        break
      case 'sample-stacks':
        void this.#sampler.sample(message, this.#tasks)
        break
      case 'close-worker':
        void this.#close()
        break
    }
  }

  /** An error of user code that nobody caught: it may be anybody's, so all tasks and coordinators of the worker fail with it. */
  failAll(error: unknown): void {
    const living = [...this.#tasks.values()].filter((task) => !task.isTerminal)
    const failure = uncaughtError(error, [...this.#namesOf(living), ...this.#coordinators.running])
    for (const task of living) task.fail(failure)
    const isTaken = this.#coordinators.failAll(failure) || living.length > 0
    if (isTaken) return
    const reason = describeFailure(error)
    this.#services.logger.warn('an error that nobody caught, when no task and no coordinator ran', { reason })
  }

  async #loadProgram(message: LoadProgram): Promise<void> {
    const { loadNumber, jobId } = message
    // The JobMaster has given it up and asked for the next one.
    if (loadNumber < this.#newestLoad) return
    // A timer of the last attempt would keep the thread of a program that can do nothing any more from being idle.
    if ([...this.#tasks.values()].every((task) => task.isTerminal)) this.#reporter.stop()
    try {
      const graphs = await this.#services.loadAsMain(() => this.#loader.load(message))
      if (graphs !== undefined) this.#program = { jobId, graphs }
      this.#services.send({ type: graphs === undefined ? 'program-needs-thread' : 'program-loaded', loadNumber })
    } catch (error) {
      this.#services.send({ type: 'program-failed', loadNumber, error: serializeError(error) })
    }
  }

  #loadedProgram(): LoadedProgram {
    if (this.#program !== undefined) return this.#program
    throw new FlinkError('ASSERTION_FAILED', { what: 'tasks came before their program' })
  }

  #cancel({ executionIds, operatorIds }: CancelTasks): void {
    for (const executionId of executionIds) void this.#tasks.get(executionId)?.cancel()
    void this.#coordinators.close(operatorIds)
  }

  #deploy(message: DeployTasks): void {
    this.#removeOlder(message.tasks)
    try {
      this.#startTasks(message)
    } catch (error) {
      for (const { executionId } of message.tasks) {
        const task = this.#tasks.get(executionId)
        // Nobody else would tell of it, and the job would wait for ever.
        if (task === undefined) this.#tellFailed(executionId, error)
        else task.fail(error)
      }
    }
  }

  /** Tasks of other regions stay, those that have finished too: what they accumulated may be asked for. */
  #removeOlder(deployed: readonly TaskDeploymentDescriptor[]): void {
    const places = new Set(deployed.map(placeOf))
    for (const [executionId, task] of this.#tasks) {
      if (places.has(placeOf(task.descriptor))) this.#tasks.delete(executionId)
    }
  }

  #startTasks(message: DeployTasks): void {
    const program = this.#loadedProgram()
    const graph = program.graphs[0]
    if (graph === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'a program without a slot was loaded' })
    const wake = (): void => {
      this.#loop.wake()
    }
    const configuration = Configuration.fromEntries(graph.jobGraph.configuration)
    const { temporaryFiles } = this.#services.fileSystems
    const createFile = () => temporaryFiles.create(configuration.get(CoreOptions.TMP_DIRS))
    const spaces = {
      ofChannels: new WaitingSpace({ createFile }),
      ofFeedback: new WaitingSpace({ createFile, memoryBytes: configuration.get(TaskManagerOptions.FEEDBACK_MEMORY) }),
    }
    const types = { ...graph, soleEdges: new SoleRecords(graph).edges() }
    const channels = new ChannelConnector(wake, types, spaces, this.#barriers)
    const { random, logger } = this.#services
    const stateBackend =
      this.#services.stateBackend ??
      loadStateBackend(configuration, { jobId: program.jobId, slots: program.graphs.length, random, logger })
    const { localState } = message
    const reporting = metricReportingOf(configuration)
    const send = reporting.reportsAtEnd ? this.#reporter.sendAfterMetrics.bind(this.#reporter) : this.#services.send
    const fileSystems = this.#services.fileSystems.configuredBy(configuration)
    const services = { ...this.#services, fileSystems }
    const environment: TaskEnvironment = { ...services, send, stateBackend, localState, configuration, wake }
    const starts = message.tasks.map((descriptor) => this.#makeTask(descriptor, program, environment, channels))
    this.#loop.setTasks([...this.#tasks.values()])
    for (const start of starts) start()
    const reported = [...this.#tasks.values()].filter((task) => task instanceof StreamTask)
    this.#reporter.start(reported, reporting.intervalMs)
  }

  /** All tasks exist before the first one starts, so that both ends of every local channel are there. */
  #makeTask(
    descriptor: TaskDeploymentDescriptor,
    program: LoadedProgram,
    environment: TaskEnvironment,
    channels: ChannelConnector,
  ): () => void {
    const { executionId, slot } = descriptor
    if (descriptor.finishedOnRestore) {
      const finished = new FinishedTask(descriptor, environment, channels)
      this.#tasks.set(executionId, finished)
      return () => undefined
    }
    const { jobId, graphs } = program
    try {
      const graph = graphs[slot]
      if (graph === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `there is no slot ${String(slot)}` })
      const logger = loggerWithFields(environment.logger, { task: taskNameOf(descriptor, graph) })
      const task = makeTask(descriptor, { jobId, program: graph, environment: { ...environment, logger }, channels })
      this.#tasks.set(executionId, task)
      return () => {
        task.start()
      }
    } catch (error) {
      return () => {
        this.#tellFailed(executionId, error)
      }
    }
  }

  /** Of one that could not be made. */
  #tellFailed(executionId: string, error: unknown): void {
    const report = { executionId, state: 'FAILED', error: serializeError(error), accumulators: undefined } as const
    this.#services.send({ type: 'task-state-changed', ...report })
  }

  /** Of those in which there is user code. */
  #namesOf(tasks: readonly DeployedTask[]): string[] {
    const graph = this.#program?.graphs[0]
    if (graph === undefined) return []
    return tasks.flatMap((task) => (task instanceof StreamTask ? [taskNameOf(task.descriptor, graph)] : []))
  }

  #mergeAccumulators({ mergeId, executionId, name, others, into }: MergeAccumulators): void {
    const task = this.#tasks.get(executionId)
    const result = task instanceof StreamTask ? task.accumulators.merge(name, others, into) : undefined
    if (result !== undefined) this.#services.send({ type: 'accumulators-merged', mergeId, result })
  }

  /** Those that have ended have told of theirs. */
  #reportAccumulators({ requestId, executionIds }: RequestAccumulators): void {
    const tasks = executionIds.flatMap((executionId) => {
      const task = this.#tasks.get(executionId)
      if (!(task instanceof StreamTask) || task.isTerminal) return []
      return { executionId, accumulators: task.accumulators.parts() }
    })
    this.#services.send({ type: 'accumulators-reported', requestId, tasks })
  }

  async #close(): Promise<void> {
    this.#reporter.stop()
    await Promise.all([...[...this.#tasks.values()].map((task) => task.cancel()), this.#coordinators.close()])
    try {
      this.#services.standardOutput.flush()
      this.#services.standardError.flush()
    } finally {
      this.#services.exit()
    }
  }
}

function placeOf({ vertexId, subtaskIndex }: TaskDeploymentDescriptor): string {
  return `${vertexId}/${String(subtaskIndex)}`
}

/** `Map (2/4)` */
function taskNameOf({ vertexId, subtaskIndex }: TaskDeploymentDescriptor, { jobGraph }: ProgramGraph): string {
  const vertex = jobGraph.vertices.find(({ id }) => id === vertexId)
  return vertex === undefined ? vertexId : `${vertex.name} (${String(subtaskIndex + 1)}/${String(vertex.parallelism)})`
}
