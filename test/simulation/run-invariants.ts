/**
 * What must hold at every step of one run, whatever goes wrong: looked at from outside, from messages and what is logged. The
 * tables of legal moves are written down a second time here on purpose.
 */
import type { LogFields, Logger } from '../../src/core/logging/logger.js'
import type { MasterToWorker } from '../../src/runtime/protocol/master-to-worker.js'
import type { TaskDeploymentDescriptor } from '../../src/runtime/protocol/task-deployment.js'
import type { WorkerToMaster } from '../../src/runtime/protocol/worker-to-master.js'
import type { Simulation } from './simulation.js'

const JOB_MOVES: Readonly<Record<string, string>> = {
  INITIALIZING: 'CREATED FAILED CANCELED',
  CREATED: 'RUNNING CANCELLING',
  RUNNING: 'RESTARTING FAILING CANCELLING FINISHED',
  RESTARTING: 'RUNNING CANCELLING',
  FAILING: 'FAILED CANCELLING',
  CANCELLING: 'CANCELED',
}

const TASK_MOVES: Readonly<Record<string, string>> = {
  DEPLOYING: 'INITIALIZING CANCELING FAILED',
  INITIALIZING: 'RUNNING CANCELING FAILED',
  RUNNING: 'FINISHED CANCELING FAILED',
  CANCELING: 'CANCELED',
}

const TASK_ENDS = new Set(['FINISHED', 'CANCELED', 'FAILED'])

/** What a task may fail with: whatever was planned, and what follows from it. */
const EXPLAINED = [/simulated/, /nobody hears this/, /draining stop failed/, /\/(?:checkpoints|savepoints)\//]

/** Of all that waits in a writer for room in its channel; a gauge of that name is looked at where tasks report it. */
const WAITING_GAUGE = /waitingBytes$/
const MOST_WAITING_BYTES = 8_000_000

interface LiveTask {
  readonly worker: string
  readonly attempt: number
  /** Itself and its channels: no two tasks of different attempts have one in common. */
  readonly ends: readonly string[]
  state: string
}

/** The subtask itself, and its channels by their two ends. */
function endsOf({ vertexId, subtaskIndex, inputs, outputs }: TaskDeploymentDescriptor): string[] {
  const own = `${vertexId}/${subtaskIndex}`
  const into = inputs.flatMap(({ edgeId, peers }) => peers.map((peer) => `${edgeId} from ${peer} to ${subtaskIndex}`))
  const outOf = outputs.flatMap(({ edgeId, peers }) => peers.map((peer) => `${edgeId} from ${subtaskIndex} to ${peer}`))
  return [own, ...into, ...outOf]
}

export class RunInvariants {
  readonly #simulation: Simulation
  /** By execution, on the worker's side. */
  readonly #tasks = new Map<string, LiveTask>()
  #jobStatus = 'INITIALIZING'
  /** The newest of this run of which its tasks might have been told. */
  #newestCompleted = -1
  #mayGoBack = false
  readonly #onMove: (jobStatus: string) => void

  constructor(simulation: Simulation, onMove: (jobStatus: string) => void) {
    this.#simulation = simulation
    this.#onMove = onMove
  }

  /** The newest checkpoint was damaged: the next attempt may begin with an older one. */
  damaged(): void {
    this.#mayGoBack = true
  }

  /** The master is being made: a start that failed was one of another job process. */
  begins(): void {
    this.#jobStatus = 'INITIALIZING'
  }

  /** Passes on what the master logs, and hears of its moves there. */
  observed(logger: Logger): Logger {
    const info = (message: string, fields?: LogFields): void => {
      const [, status] = /^job .* is ([A-Z]+)$/.exec(message) ?? []
      if (status !== undefined) this.#jobMoves(status)
      logger.info(message, fields)
    }
    return {
      debug: (message, fields) => {
        logger.debug(message, fields)
      },
      info,
      warn: (message, fields) => {
        logger.warn(message, fields)
      },
      error: (message, fields) => {
        logger.error(message, fields)
      },
    }
  }

  completed(checkpointId: number): void {
    this.#newestCompleted = Math.max(this.#newestCompleted, checkpointId)
  }

  sent(message: MasterToWorker): void {
    if (message.type === 'deploy-tasks') this.#restores(message.tasks[0]?.restore?.checkpointId ?? -1)
  }

  arrived(worker: string, message: MasterToWorker): void {
    if (message.type !== 'deploy-tasks') return
    for (const deployed of message.tasks) {
      const { executionId, attemptNumber: attempt } = deployed
      const ends = endsOf(deployed)
      for (const [otherId, task] of this.#tasks) {
        if (task.attempt !== attempt && task.ends.some((end) => ends.includes(end))) {
          this.#fail(`${otherId} of ${task.worker} lives when ${executionId} begins`)
        }
      }
      this.#tasks.set(executionId, { worker, attempt, ends, state: 'DEPLOYING' })
    }
  }

  reported(message: WorkerToMaster): void {
    if (message.type === 'report-metrics') this.#checkWaiting(message)
    if (message.type === 'coordinator-failed') this.#expectExplained('a coordinator', message.error.message)
    if (message.type !== 'task-state-changed') return
    const { executionId, state, error } = message
    const task = this.#tasks.get(executionId)
    if (task === undefined) {
      this.#fail(`${executionId}, which has ended, is ${state}`)
      return
    }
    if (TASK_MOVES[task.state]?.split(' ').includes(state) !== true) {
      this.#fail(`${executionId} went from ${task.state} to ${state}`)
    }
    if (state === 'FAILED') this.#expectExplained(executionId, error?.message ?? '')
    task.state = state
    if (TASK_ENDS.has(state)) this.#tasks.delete(executionId)
  }

  /** Its thread has ended. */
  gone(worker: string): void {
    for (const [executionId, task] of this.#tasks) if (task.worker === worker) this.#tasks.delete(executionId)
  }

  #restores(checkpointId: number): void {
    const newest = this.#newestCompleted
    if (this.#mayGoBack) this.#newestCompleted = checkpointId
    else if (checkpointId < newest) this.#fail(`checkpoint ${newest} is complete, but ${checkpointId} was restored`)
  }

  #jobMoves(status: string): void {
    if (JOB_MOVES[this.#jobStatus]?.split(' ').includes(status) !== true) {
      this.#fail(`the job went from ${this.#jobStatus} to ${status}`)
    }
    this.#jobStatus = status
    this.#onMove(status)
  }

  #checkWaiting({ tasks }: Extract<WorkerToMaster, { type: 'report-metrics' }>): void {
    for (const { executionId, values } of tasks) {
      for (const [name, value] of Object.entries(values)) {
        if (WAITING_GAUGE.test(name) && Number(value) > MOST_WAITING_BYTES) {
          this.#fail(`${value} bytes wait in ${executionId}`)
        }
      }
    }
  }

  #expectExplained(who: string, reason: string): void {
    const isPlanned = EXPLAINED.some((explanation) => explanation.test(reason))
    if (!isPlanned) this.#fail(`${who} failed without a planned cause: ${reason}`)
  }

  #fail(reason: string): void {
    this.#simulation.fail(reason)
  }
}
