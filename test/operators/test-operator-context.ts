import { Configuration } from '../../src/core/config/configuration.js'
import { FileSystems } from '../../src/core/fs/file-systems.js'
import { MemoryTextOutput } from '../../src/core/io/memory-text-output.js'
import type { Logger } from '../../src/core/logging/logger.js'
import { SILENT_LOGGER } from '../../src/core/logging/silent-logger.js'
import { MetricGroup } from '../../src/core/metrics/metric-group.js'
import { SeededRandom } from '../../src/core/random/seeded-random.js'
import type { Copier } from '../../src/core/types/copier.js'
import { NO_REGISTERED_TYPES, type RegisteredTypes } from '../../src/core/types/registered-types.js'
import { RowCopier } from '../../src/core/types/row-copier.js'
import { ManualClock } from '../../src/core/time/manual-clock.js'
import type { ChannelEnds } from '../../src/runtime/taskmanager/network/channel.js'
import { LocalChannel } from '../../src/runtime/taskmanager/network/local-channel.js'
import type { WatermarkStatus } from '../../src/runtime/taskmanager/network/stream-element.js'
import type { Output } from '../../src/runtime/taskmanager/operators/output.js'
import type { OperatorContext, TaskInfo } from '../../src/runtime/taskmanager/operators/stream-operator.js'

/** What an operator emitted, one entry an element: `[value, timestamp]`, or the event's name with its content. */
export type Emitted =
  | readonly ['record', unknown, number]
  | readonly ['side', string, unknown, number]
  | readonly ['watermark', number]
  | readonly ['status', WatermarkStatus]

/** Keeps what was emitted; with room for `slots` elements only, it is unavailable until somebody takes them. */
export class RecordingOutput implements Output {
  readonly stageRun = undefined
  readonly emitted: Emitted[] = []
  #slots: number
  #used = 0

  constructor(slots: number = Number.POSITIVE_INFINITY) {
    this.#slots = slots
  }

  get isAvailable(): boolean {
    return this.#used < this.#slots
  }

  /** The receiver has read everything. */
  drain(): void {
    this.#used = 0
  }

  values(): unknown[] {
    return this.emitted.filter(([kind]) => kind === 'record').map(([, value]) => value)
  }

  collect(value: unknown, timestamp: number): void {
    this.#add(['record', value, timestamp])
  }

  collectSideOutput(tag: string, value: unknown, timestamp: number): void {
    this.#add(['side', tag, value, timestamp])
  }

  emitWatermark(timestamp: number): boolean {
    this.#add(['watermark', timestamp])
    return true
  }

  emitWatermarkStatus(status: WatermarkStatus): void {
    this.#add(['status', status])
  }

  #add(element: Emitted): void {
    this.emitted.push(element)
    this.#used += 1
  }
}

/** A task's side of an operator, driven by a test. */
export class TestOperatorContext implements OperatorContext {
  readonly taskInfo: TaskInfo
  readonly output: RecordingOutput
  readonly waitingCopier: Copier = new RowCopier()
  readonly configuration: Configuration = new Configuration()
  readonly clock: ManualClock = new ManualClock(1000)
  readonly random: SeededRandom = new SeededRandom(1)
  readonly logger: Logger
  readonly metrics: MetricGroup = new MetricGroup(['test'])
  readonly fileSystems: FileSystems = new FileSystems()
  readonly standardOutput: MemoryTextOutput = new MemoryTextOutput()
  readonly standardError: MemoryTextOutput = new MemoryTextOutput()
  readonly registeredTypes: RegisteredTypes
  readonly #mail: (() => void)[] = []
  readonly #suspensions = new Set<Promise<void>>()

  constructor(
    options: {
      readonly slots?: number
      readonly taskInfo?: Partial<TaskInfo>
      readonly logger?: Logger
      readonly registeredTypes?: RegisteredTypes
    } = {},
  ) {
    this.output = new RecordingOutput(options.slots)
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

  enqueueMail(action: () => void): void {
    this.#mail.push(action)
  }

  runMail(): void {
    for (const action of this.#mail.splice(0)) action()
  }

  isOutputAvailable(): boolean {
    return this.output.isAvailable
  }

  async whenOutputAvailable(): Promise<void> {
    while (!this.output.isAvailable) await new Promise((resolve) => setImmediate(resolve))
  }
}
