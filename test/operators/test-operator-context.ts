import { Configuration } from '../../src/core/config/configuration.js'
import { FileSystems } from '../../src/core/fs/file-systems.js'
import { MemoryTextOutput } from '../../src/core/io/memory-text-output.js'
import type { Logger } from '../../src/core/logging/logger.js'
import { SILENT_LOGGER } from '../../src/core/logging/silent-logger.js'
import { MetricGroup } from '../../src/core/metrics/metric-group.js'
import { SeededRandom } from '../../src/core/random/seeded-random.js'
import { ManualClock } from '../../src/core/time/manual-clock.js'
import type { Copier } from '../../src/core/types/copier.js'
import { NO_REGISTERED_TYPES, type RegisteredTypes } from '../../src/core/types/registered-types.js'
import { RowCopier } from '../../src/core/types/row-copier.js'
import type { ChannelEnds } from '../../src/runtime/taskmanager/network/channel.js'
import { LocalChannel } from '../../src/runtime/taskmanager/network/local-channel.js'
import { PendingTime } from '../../src/runtime/taskmanager/eventtime/pending-time.js'
import { TaskEmissions } from '../../src/runtime/taskmanager/task/task-emissions.js'
import { AccumulatorRegistry } from '../../src/runtime/taskmanager/operators/accumulator-registry.js'
import type { OperatorEventGateway } from '../../src/runtime/taskmanager/operators/operator-event-gateway.js'
import type { OperatorContext, TaskInfo } from '../../src/runtime/taskmanager/operators/stream-operator.js'
import type { StateBackend } from '../../src/runtime/taskmanager/state/state-backend.js'
import { RecordingOutput, type OutputRoom } from './recording-output.js'
import { TestProcessingTimeService } from './test-processing-time-service.js'

export const START_MS = 1000

export interface TestOperatorContextOptions {
  readonly room?: OutputRoom
  readonly taskInfo?: Partial<TaskInfo>
  readonly logger?: Logger
  readonly registeredTypes?: RegisteredTypes
  /** What the clock shows first. */
  readonly nowMs?: number
}

/** A task's side of an operator, driven by a test. */
export class TestOperatorContext implements OperatorContext {
  readonly taskInfo: TaskInfo
  readonly output: RecordingOutput
  readonly waitingCopier: Copier = new RowCopier()
  readonly configuration: Configuration = new Configuration()
  readonly clock: ManualClock
  readonly processingTime: TestProcessingTimeService
  readonly time: PendingTime = new PendingTime(() => undefined)
  readonly emissions: TaskEmissions = new TaskEmissions(() => undefined)
  /** What the operator sent to its coordinator. */
  readonly sentEvents: unknown[] = []
  readonly operatorEvents: OperatorEventGateway = {
    sendEventToCoordinator: (event) => {
      this.sentEvents.push(event)
    },
  }
  readonly random: SeededRandom = new SeededRandom(1)
  readonly logger: Logger
  readonly metrics: MetricGroup = new MetricGroup(['test'])
  readonly fileSystems: FileSystems = new FileSystems()
  readonly standardOutput: MemoryTextOutput = new MemoryTextOutput()
  readonly standardError: MemoryTextOutput = new MemoryTextOutput()
  readonly accumulators: AccumulatorRegistry = new AccumulatorRegistry()
  readonly registeredTypes: RegisteredTypes
  /** Undefined for the one that the configuration names. */
  stateBackend: StateBackend | undefined
  readonly #mail: (() => void)[] = []
  readonly #suspensions = new Set<Promise<void>>()

  constructor(options: TestOperatorContextOptions = {}) {
    this.output = new RecordingOutput(options.room, () => this.time.room === 'yes')
    this.clock = new ManualClock(options.nowMs ?? START_MS)
    this.processingTime = new TestProcessingTimeService(this.clock)
    this.registeredTypes = options.registeredTypes ?? NO_REGISTERED_TYPES
    this.logger = options.logger ?? SILENT_LOGGER
    this.taskInfo = {
      jobId: '0'.repeat(32),
      jobName: 'job',
      taskName: 'Task',
      subtaskIndex: 0,
      parallelism: 1,
      maxParallelism: 128,
      attemptNumber: 0,
      ...options.taskInfo,
    }
  }

  get hasMail(): boolean {
    return this.#mail.length > 0
  }

  /** True while an operator has asked for no more input. */
  get isSuspended(): boolean {
    return this.#suspensions.size > 0
  }

  createWaitingChannel(): ChannelEnds {
    const ignore = (): void => undefined
    return new LocalChannel({ onData: ignore, onRoom: ignore, copier: { copy: (value) => value } })
  }

  suspendInputUntil(promise: Promise<void>): void {
    this.#suspensions.add(promise)
  }

  /** As the task: no input while a sink waits; the failure of one is the task's. */
  async resumed(): Promise<void> {
    for (const suspension of this.#suspensions) await suspension
    this.#suspensions.clear()
  }

  /** True where the task would let operators emit what they have of their own. */
  get mayEmit(): boolean {
    return this.emissions.isRequested && !this.isSuspended && this.isOutputAvailable()
  }

  enqueueMail(action: () => void): void {
    this.#mail.push(action)
  }

  runMail(): void {
    for (const action of this.#mail.splice(0)) action()
  }

  isOutputAvailable(): boolean {
    const { room } = this.time
    return room === 'as-channels' ? this.output.isAvailable : room === 'yes'
  }

  async whenOutputAvailable(): Promise<void> {
    while (!this.isOutputAvailable()) await new Promise((resolve) => setImmediate(resolve))
  }
}
