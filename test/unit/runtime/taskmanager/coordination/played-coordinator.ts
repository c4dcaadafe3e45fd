/** A coordinator that notes what it is told, in a worker that is played. */
import type {
  OperatorCoordinator,
  OperatorCoordinatorContext,
  SubtaskGateway,
} from '../../../../../src/api/dag/operator-coordinator.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import type { WorkerToMaster } from '../../../../../src/runtime/protocol/worker-to-master.js'
import type { CoordinatorDeployment } from '../../../../../src/runtime/protocol/operator-events.js'
import { HostedCoordinator } from '../../../../../src/runtime/taskmanager/coordination/hosted-coordinator.js'

export class PlayedCoordinator implements OperatorCoordinator {
  readonly calls: string[] = []
  readonly gateways: SubtaskGateway[] = []
  /** By method: what it waits for, or throws. */
  readonly before = new Map<string, () => void | Promise<void>>()
  state: unknown = new Uint8Array([1, 2])
  context: OperatorCoordinatorContext | undefined

  start(): void | Promise<void> {
    return this.#called('start')
  }

  handleEventFromOperator(subtask: number, attempt: number, event: unknown): void | Promise<void> {
    return this.#called('event', `${String(subtask)}/${String(attempt)} ${JSON.stringify(event)}`)
  }

  async checkpointCoordinator(checkpointId: number): Promise<Uint8Array> {
    await this.#called('checkpoint', String(checkpointId))
    return this.state as Uint8Array
  }

  notifyCheckpointComplete(checkpointId: number): void | Promise<void> {
    return this.#called('complete', String(checkpointId))
  }

  notifyCheckpointAborted(checkpointId: number): void | Promise<void> {
    return this.#called('aborted', String(checkpointId))
  }

  resetToCheckpoint(checkpointId: number, state: Uint8Array | undefined): void | Promise<void> {
    return this.#called('reset', `${String(checkpointId)} ${state === undefined ? 'nothing' : state.join()}`)
  }

  executionAttemptReady(subtask: number, attempt: number, gateway: SubtaskGateway): void | Promise<void> {
    this.gateways[subtask] = gateway
    return this.#called('ready', `${String(subtask)}/${String(attempt)}`)
  }

  executionAttemptFailed(subtask: number, attempt: number, reason: Error): void | Promise<void> {
    return this.#called('failed', `${String(subtask)}/${String(attempt)} ${reason.message}`)
  }

  subtaskReset(subtask: number, checkpointId: number | undefined): void | Promise<void> {
    return this.#called('subtask reset', `${String(subtask)} to ${String(checkpointId)}`)
  }

  eventReturned(subtask: number, attempt: number, event: unknown): void | Promise<void> {
    return this.#called('returned', `${String(subtask)}/${String(attempt)} ${JSON.stringify(event)}`)
  }

  close(): void | Promise<void> {
    return this.#called('close')
  }

  #called(method: string, details = ''): void | Promise<void> {
    this.calls.push(`${method} ${details}`.trim())
    return this.before.get(method)?.()
  }
}

export class PlayedWorker {
  readonly clock = new ManualClock()
  readonly warnings: string[] = []
  readonly sent: WorkerToMaster[] = []
  readonly coordinator = new PlayedCoordinator()
  readonly hosted: HostedCoordinator

  /** `created`: what the provider gives instead of the coordinator. */
  constructor(restore?: CoordinatorDeployment['restore'], created?: () => unknown) {
    this.hosted = new HostedCoordinator({
      clock: this.clock,
      logger: {
        ...SILENT_LOGGER,
        warn: (message, fields) => {
          this.warnings.push(`${message}: ${JSON.stringify(fields)}`)
        },
      },
      fileSystems: new FileSystems(),
      send: (message) => this.sent.push(message),
      attempt: 4,
      deployment: { operatorId: 'op', slot: 0, parallelism: 3, restore },
      operatorName: 'numbers',
      provider: {
        name: 'Played',
        create: (context) => {
          this.coordinator.context = context
          return created === undefined ? this.coordinator : (created() as OperatorCoordinator)
        },
      },
    })
  }

  get calls(): readonly string[] {
    return this.coordinator.calls
  }

  event(event: unknown): void {
    this.hosted.handle({
      type: 'event-to-coordinator',
      attempt: 4,
      operatorId: 'op',
      subtask: 1,
      subtaskAttempt: 4,
      event,
    })
  }

  trigger(checkpointId: number): void {
    this.hosted.handle({ type: 'trigger-coordinator-checkpoint', attempt: 4, operatorId: 'op', checkpointId })
  }

  returned(event: unknown): void {
    this.hosted.handle({ type: 'event-returned', attempt: 4, operatorId: 'op', subtask: 1, subtaskAttempt: 4, event })
  }

  flush(): void {
    this.hosted.handle({ type: 'flush-coordinator', attempt: 4, operatorId: 'op' })
  }

  ready(subtask: number, subtaskAttempt = 4): void {
    this.hosted.handle({ type: 'execution-attempt-ready', attempt: 4, operatorId: 'op', subtask, subtaskAttempt })
  }

  reset(subtask: number, checkpointId?: number): void {
    this.hosted.handle({ type: 'reset-subtask', attempt: 4, operatorId: 'op', subtask, checkpointId })
  }

  ofType<T extends WorkerToMaster['type']>(type: T): Extract<WorkerToMaster, { type: T }>[] {
    return this.sent.filter((message): message is Extract<WorkerToMaster, { type: T }> => message.type === type)
  }
}

export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
