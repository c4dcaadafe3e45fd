/**
 * A job master with workers in one thread: the real scheduling, deployment, checkpoints and tasks, rings between the workers,
 * a disk in memory. A run of a job begins with `start` and ends with its outcome.
 */
import { Configuration } from '../../../src/core/config/configuration.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { generateJobId } from '../../../src/core/ids/job-id.js'
import { MemoryTextOutput } from '../../../src/core/io/memory-text-output.js'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { SystemClock } from '../../../src/core/time/system-clock.js'
import { generateProgramGraph } from '../../../src/graph/job-graph-generator.js'
import { CheckpointRepository } from '../../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { JobMaster } from '../../../src/runtime/jobmanager/jobmaster/job-master.js'
import type {
  TaskManagerGateway,
  TaskManagerListener,
  TaskManagerStarter,
} from '../../../src/runtime/jobmanager/jobmaster/task-manager-gateway.js'
import { allocateBell } from '../../../src/runtime/protocol/doorbell-memory.js'
import type { MasterToWorker } from '../../../src/runtime/protocol/master-to-worker.js'
import { TaskExecutor } from '../../../src/runtime/taskmanager/taskexecutor/task-executor.js'
import type { LoopScheduler } from '../../../src/runtime/taskmanager/taskexecutor/task-loop.js'
import type { RecordedProgram } from '../../unit/graph/recorded-program.js'

export interface MiniClusterJob {
  /** Called for the plan and once a worker: each run makes function objects of its own. */
  readonly program: () => RecordedProgram
  readonly configuration: Readonly<Record<string, string>>
  /** Path of a snapshot to go on from. */
  readonly restore: string | undefined
}

export class MiniCluster {
  readonly #clock = new SystemClock()
  readonly #random = new SeededRandom(1)
  readonly #fileSystems = new FileSystems().register('file', new InMemoryFileSystem())

  /** The job runs on `workers` workers. */
  async start(job: MiniClusterJob, workers: number): Promise<JobMaster> {
    const { jobGraph } = generateProgramGraph(job.program().pipeline(job.configuration))
    const environment = {
      jobId: generateJobId(this.#random),
      jobGraph,
      configuration: Configuration.fromEntries(jobGraph.configuration),
      random: this.#random,
      logger: SILENT_LOGGER,
      clock: this.#clock,
      fileSystems: this.#fileSystems,
    }
    const restore = job.restore === undefined ? undefined : { path: job.restore, allowNonRestoredState: false }
    const surroundings = { isJobRunning: () => Promise.resolve(false), version: 'test' }
    const master = new JobMaster({
      environment,
      repository: new CheckpointRepository(environment, { ...surroundings, restore }),
      program: { moduleUrl: 'file:///job.js', entry: undefined, args: [], configuration: job.configuration },
      graphIndex: 0,
      earlierAnswers: [],
      starter: this.#starterOf(job),
      tell: () => undefined,
      tellFailed: () => undefined,
      inform: () => undefined,
      maxWorkers: workers,
    })
    await master.start()
    return master
  }

  #starterOf(job: MiniClusterJob): TaskManagerStarter {
    return { start: (index, listener) => this.#startWorker(index, listener, job) }
  }

  #startWorker(index: number, listener: TaskManagerListener, job: MiniClusterJob): TaskManagerGateway {
    let hasExited = false
    const exit = (): void => {
      if (hasExited) return
      hasExited = true
      setImmediate(() => {
        listener.onExit(undefined)
      })
    }
    const executor = new TaskExecutor({
      clock: this.#clock,
      random: this.#random,
      logger: SILENT_LOGGER,
      fileSystems: this.#fileSystems,
      standardOutput: new MemoryTextOutput(),
      standardError: new MemoryTextOutput(),
      scheduler: new PollingScheduler(() => hasExited),
      runProgram: (_program, programExecutor) => {
        void programExecutor.submit(job.program().pipeline(job.configuration))
        return Promise.resolve()
      },
      loadAsMain: (load) => load(),
      send: (message) => {
        setImmediate(() => {
          listener.onMessage(structuredClone(message))
        })
      },
      exit,
    })
    setImmediate(() => {
      listener.onMessage({ type: 'worker-ready' })
    })
    return {
      name: `worker ${String(index)}`,
      bell: allocateBell(),
      send: (message: MasterToWorker) => {
        const copy = structuredClone(message)
        setImmediate(() => {
          if (!hasExited) executor.handle(copy)
        })
      },
      terminate: () => {
        exit()
        return Promise.resolve()
      },
    }
  }
}

/** Looks for work instead of sleeping on a doorbell. */
class PollingScheduler implements LoopScheduler {
  readonly #isOver: () => boolean
  /** Only the newest sleep may end in a turn. */
  #sleeps = 0

  constructor(isOver: () => boolean) {
    this.#isOver = isOver
  }

  yieldNow(turn: () => void): void {
    setImmediate(turn)
  }

  sleep(hasWork: () => boolean, turn: () => void): boolean {
    this.#sleeps += 1
    this.#poll(this.#sleeps, hasWork, turn)
    return true
  }

  awake(): void {
    this.#sleeps += 1
  }

  #poll(sleep: number, hasWork: () => boolean, turn: () => void): void {
    setTimeout(() => {
      if (this.#isOver() || sleep !== this.#sleeps) return
      if (hasWork()) turn()
      else this.#poll(sleep, hasWork, turn)
    }, 1).unref()
  }
}
