// Duty: all operator coordinators of one attempt: deployed, told of its subtasks, their events routed, their snapshots taken.
// Invariants: every event between an operator and its coordinator passes here, also within one worker. What another attempt
// sent is dropped, of a coordinator or of a subtask. A coordinator goes with the last of its subtasks: where others run on it lives,
// and is told which subtask begins anew. A vertex that had finished in the restored checkpoint runs no coordinator; where one finishes later,
// its coordinator lives to the end of the attempt; instead of its snapshot a checkpoint has all done that it was told.
// Thread: main thread.
import { deserializeError, serializeError } from '../../../core/errors/error-codec.js'
import type { JobVertex } from '../../../graph/job-graph.js'
import type { StreamStateHandle } from '../../../storage/state-handles.js'
import type { MasterToWorker } from '../../protocol/master-to-worker.js'
import type {
  CoordinatorDeployment,
  EventFromCoordinator,
  FromCoordinatedTask,
  FromCoordinator,
} from '../../protocol/operator-events.js'
import type { Execution, TaskSlot } from '../executiongraph/execution.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'
import { wholeVertices } from '../executiongraph/whole-vertices.js'
import { OperatorCoordinatorHolder } from './operator-coordinator-holder.js'

/** State by operator id. */
export type CoordinatorStates = ReadonlyMap<string, StreamStateHandle>

/** What of a restored snapshot concerns coordinators. */
export interface RestoredCoordinators {
  readonly checkpointId: number
  isFinished(vertexId: string): boolean
  finishedOperatorsOf(vertexId: string): readonly string[]
  coordinatorStateOf(operatorId: string): StreamStateHandle | undefined
}

export interface OperatorCoordinatorsInput {
  readonly executions: ExecutionGraph
  readonly sendTo: (worker: number, message: MasterToWorker) => void
  /** One of the vertex' has failed. */
  readonly onFailed: (error: Error, vertexId: string) => void
  readonly onBacklog: (operatorId: string, isProcessingBacklog: boolean) => void
  /** The worker has taken notice that its coordinators are to be closed. */
  readonly onClosing: (worker: number) => void
  /** One has been closed. */
  readonly onClosed: () => void
}

export interface OpenCoordinator {
  readonly operatorId: string
  readonly vertexId: string
  /** For messages. */
  readonly label: string
  /** Where it lives. */
  readonly place: TaskSlot
}

interface Coordinated extends OpenCoordinator {
  /** Its own, and that of its subtasks up to a reset of one. */
  readonly attempt: number
  readonly holder: OperatorCoordinatorHolder
}

export class OperatorCoordinators {
  readonly #input: OperatorCoordinatorsInput
  /** By operator id; those that were deployed. */
  readonly #coordinated = new Map<string, Coordinated>()
  /** Ids of operators whose coordinator runs, or may. */
  readonly #openIds = new Set<string>()

  constructor(input: OperatorCoordinatorsInput) {
    this.#input = input
  }

  /** Those of these tasks, before the tasks; where they restart, in the place of those that were closed, or told of it. */
  deploy(tasks: Iterable<Execution>, attempt: number, restore: RestoredCoordinators | undefined): void {
    const all = [...tasks]
    const whole = wholeVertices(all)
    for (const task of all) if (!whole.has(task.vertex.id)) this.#reset(task, restore)
    const byWorker = new Map<number, CoordinatorDeployment[]>()
    for (const vertex of new Set(all.map((task) => task.vertex))) {
      if (!whole.has(vertex.id)) continue
      this.#forget(vertex)
      if (restore?.isFinished(vertex.id) === true) continue
      const finished = restore?.finishedOperatorsOf(vertex.id) ?? []
      for (const { id, name, coordinator } of vertex.operators) {
        if (coordinator === undefined || finished.includes(id)) continue
        const label = `The coordinator ${coordinator} of ${name}`
        const { place } = this.#add({ operatorId: id, label, attempt }, vertex)
        const deployments = byWorker.get(place.worker) ?? []
        deployments.push({
          operatorId: id,
          slot: place.slot,
          parallelism: vertex.parallelism,
          restore: restore && { checkpointId: restore.checkpointId, state: restore.coordinatorStateOf(id) },
        })
        byWorker.set(place.worker, deployments)
      }
    }
    for (const [worker, coordinators] of byWorker) {
      this.#input.sendTo(worker, { type: 'deploy-coordinators', attempt, coordinators })
    }
  }

  handle(message: FromCoordinator | FromCoordinatedTask): void {
    switch (message.type) {
      case 'event-from-operator':
      case 'operator-event-received':
      case 'operator-checkpoint-taken':
        this.#fromTask(message)
        break
      default:
        this.#fromCoordinator(message)
    }
  }

  executionMoved(execution: Execution): void {
    const { subtaskIndex: subtask } = execution
    for (const { operatorId, attempt, place, holder } of this.#ofVertex(execution.vertex.id)) {
      const about = { attempt, operatorId, subtask, subtaskAttempt: execution.attemptNumber }
      if (execution.state === 'INITIALIZING') {
        this.#input.sendTo(place.worker, { type: 'execution-attempt-ready', ...about })
      } else if (execution.state === 'FAILED') {
        const error = serializeError(execution.failure)
        this.#input.sendTo(place.worker, { type: 'execution-attempt-failed', ...about, error })
      }
      if (execution.state === 'FINISHED') holder.subtaskFinished(subtask)
      else if (execution.isTerminal) holder.subtaskFailed(subtask)
    }
  }

  /**
   * Undefined where nobody is to be asked. Rejects where one declined, or the checkpoint ended meanwhile. What is restored has no
   * coordinator of a finished vertex: whatever such a one is in the middle of must not be left to it.
   */
  checkpoint(checkpointId: number, finishedVertices: ReadonlySet<string>): Promise<CoordinatorStates> | undefined {
    if (this.#coordinated.size === 0) return undefined
    const all = [...this.#coordinated.values()]
    const asked = all.filter(({ vertexId }) => !finishedVertices.has(vertexId))
    const flushes = all.filter((each) => !asked.includes(each)).map(({ holder }) => holder.flush(checkpointId))
    const states = asked.map(async ({ operatorId, holder }): Promise<[string, StreamStateHandle]> => {
      return [operatorId, await holder.checkpoint(checkpointId)]
    })
    return Promise.all([Promise.all(states), Promise.all(flushes)]).then(([entries]) => new Map(entries))
  }

  /** All tasks have finished: resolves when all coordinators have done what they were told; undefined where there is none. */
  flush(): Promise<unknown> | undefined {
    if (this.#coordinated.size === 0) return undefined
    return Promise.all([...this.#coordinated.values()].map(({ holder }) => holder.flush()))
  }

  /** Those that are asked, and have not done what they were told. */
  get unflushed(): readonly OpenCoordinator[] {
    return [...this.#coordinated.values()].filter(({ holder }) => !holder.isFlushed)
  }

  /** Complete or aborted. */
  checkpointEnded(checkpointId: number): void {
    for (const { holder } of this.#coordinated.values()) holder.checkpointEnded(checkpointId)
  }

  /** The job ends with a snapshot that is complete: no subtask takes an event any more. */
  stopped(): void {
    for (const { holder } of this.#coordinated.values()) holder.stopped()
  }

  /** Those in which any lives. */
  get workers(): number[] {
    return [...this.#coordinated.values()].map(({ place }) => place.worker)
  }

  /** Those that have not been closed. */
  get open(): readonly OpenCoordinator[] {
    return this.#openOnes()
  }

  workerExited(worker: number): void {
    for (const { operatorId, place } of this.open) if (place.worker === worker) this.exited(operatorId)
  }

  /** Closed, or gone with its worker. */
  exited(operatorId: string): void {
    if (this.#openIds.delete(operatorId)) this.#input.onClosed()
  }

  /** The subtask begins anew, and others of its vertex run on with their coordinators. */
  #reset({ vertex, subtaskIndex: subtask }: Execution, restore: RestoredCoordinators | undefined): void {
    if (restore?.isFinished(vertex.id) === true) return
    for (const { operatorId, attempt, place, holder } of this.#ofVertex(vertex.id)) {
      if (restore?.finishedOperatorsOf(vertex.id).includes(operatorId) === true) continue
      holder.subtaskReset(subtask)
      const checkpointId = restore?.checkpointId
      this.#input.sendTo(place.worker, { type: 'reset-subtask', attempt, operatorId, subtask, checkpointId })
    }
  }

  /** A source that has gone reads no backlog. */
  #forget({ operators }: JobVertex): void {
    for (const { id } of operators) if (this.#coordinated.delete(id)) this.#input.onBacklog(id, false)
  }

  #add(identity: Pick<Coordinated, 'operatorId' | 'label' | 'attempt'>, vertex: JobVertex): Coordinated {
    const { executions, sendTo } = this.#input
    const { operatorId, attempt } = identity
    const { worker, slot } = executions.execution(vertex.id, 0)
    const about = { attempt, operatorId }
    const holder = new OperatorCoordinatorHolder(vertex.parallelism, {
      sendEvent: (subtask, event) => {
        const { id: executionId, worker: target } = executions.execution(vertex.id, subtask)
        sendTo(target, { type: 'event-to-operator', executionId, operatorId, event })
      },
      returnEvent: (subtask, event) => {
        const { attemptNumber: subtaskAttempt } = executions.execution(vertex.id, subtask)
        sendTo(worker, { type: 'event-returned', ...about, subtask, subtaskAttempt, event })
      },
      requestSnapshot: (checkpointId) => {
        sendTo(worker, { type: 'trigger-coordinator-checkpoint', ...about, checkpointId })
      },
      requestFlush: () => {
        sendTo(worker, { type: 'flush-coordinator', ...about })
      },
    })
    const coordinated = { ...identity, vertexId: vertex.id, place: { worker, slot }, holder }
    this.#coordinated.set(operatorId, coordinated)
    this.#openIds.add(operatorId)
    return coordinated
  }

  #fromTask(message: FromCoordinatedTask): void {
    const execution = this.#input.executions.find(message.executionId)
    if (execution === undefined) return
    const { subtaskIndex: subtask, attemptNumber: subtaskAttempt } = execution
    if (message.type === 'operator-checkpoint-taken') {
      for (const { holder } of this.#ofVertex(execution.vertex.id))
        holder.checkpointTaken(subtask, message.checkpointId)
      return
    }
    const { operatorId } = message
    const coordinated = this.#coordinated.get(operatorId)
    if (coordinated === undefined) return
    if (message.type === 'operator-event-received') {
      coordinated.holder.eventReceived(subtask)
    } else {
      const { event } = message
      const { attempt, place } = coordinated
      const about = { attempt, operatorId, subtask, subtaskAttempt }
      this.#input.sendTo(place.worker, { type: 'event-to-coordinator', ...about, event })
    }
  }

  #fromCoordinator(message: FromCoordinator): void {
    const coordinated = this.#coordinated.get(message.operatorId)
    if (coordinated === undefined || message.attempt !== coordinated.attempt) return
    const { holder, vertexId } = coordinated
    switch (message.type) {
      case 'event-from-coordinator':
        this.#eventToSubtask(coordinated, message)
        break
      case 'event-to-coordinators':
        this.#tellOthers(message.operatorId, message.event)
        break
      case 'acknowledge-coordinator-checkpoint':
        holder.acknowledged(message.checkpointId, message.state, message.takesEventsBack)
        break
      case 'decline-coordinator-checkpoint':
        holder.declined(message.checkpointId, deserializeError(message.error))
        break
      case 'coordinator-flushed':
        holder.flushed()
        break
      case 'coordinator-failed':
        this.#input.onFailed(deserializeError(message.error), vertexId)
        break
      case 'coordinator-backlog':
        this.#input.onBacklog(message.operatorId, message.isProcessingBacklog)
        break
      case 'coordinator-closing':
        this.#input.onClosing(coordinated.place.worker)
        break
      case 'coordinator-closed':
        this.exited(message.operatorId)
    }
  }

  /** What was meant for a subtask before it was reset is nothing that it has asked for. */
  #eventToSubtask({ vertexId, holder }: Coordinated, { subtask, subtaskAttempt, event }: EventFromCoordinator): void {
    const { attemptNumber } = this.#input.executions.execution(vertexId, subtask)
    if (subtaskAttempt === attemptNumber) holder.eventFromCoordinator(subtask, event)
  }

  #openOnes(): Coordinated[] {
    return [...this.#coordinated.values()].filter(({ operatorId }) => this.#openIds.has(operatorId))
  }

  #tellOthers(senderId: string, event: unknown): void {
    for (const { operatorId, attempt, place } of this.#openOnes()) {
      if (operatorId === senderId) continue
      this.#input.sendTo(place.worker, { type: 'event-of-other-coordinator', attempt, operatorId, senderId, event })
    }
  }

  #ofVertex(vertexId: string): Coordinated[] {
    return [...this.#coordinated.values()].filter((coordinated) => coordinated.vertexId === vertexId)
  }
}
