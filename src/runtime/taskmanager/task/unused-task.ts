// Duty: what an operator has of its task, where there is none: it may be opened and closed, and nothing comes of what it does.
// Invariants: timers never fire, mail is never run, nothing is sent or emitted.
// Thread: a worker that runs the program and no task.
import type { Configuration } from '../../../core/config/configuration.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import { MemoryTextOutput } from '../../../core/io/memory-text-output.js'
import { SILENT_LOGGER } from '../../../core/logging/silent-logger.js'
import { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { Random } from '../../../core/random/random.js'
import type { Clock } from '../../../core/time/clock.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { RowCopier } from '../../../core/types/row-copier.js'
import { PendingTime } from '../eventtime/pending-time.js'
import { LocalChannel } from '../network/local-channel.js'
import { AccumulatorRegistry } from '../operators/accumulator-registry.js'
import type { Output } from '../operators/output.js'
import type { OperatorContext, TaskInfo } from '../operators/stream-operator.js'
import type { AskedStateListener } from '../state/asked-state.js'
import type { StateBackend } from '../state/state-backend.js'
import { TaskEmissions } from './task-emissions.js'

export interface UnusedTask {
  readonly taskInfo: TaskInfo
  readonly registeredTypes: RegisteredTypes
  readonly configuration: Configuration
  readonly clock: Clock
  readonly random: Random
  readonly fileSystems: FileSystems
  /** One that keeps nothing on a disk. */
  readonly stateBackend: StateBackend
  readonly onStateAsked: AskedStateListener
}

const ignore = (): void => undefined

const NOWHERE: Output = {
  stageRun: undefined,
  collect: ignore,
  collectSideOutput: ignore,
  emitWatermark: () => true,
  emitWatermarkStatus: () => true,
}

export function contextOfUnusedTask({ clock, registeredTypes, ...task }: UnusedTask): OperatorContext {
  const copier = new RowCopier(registeredTypes)
  return {
    ...task,
    clock,
    registeredTypes,
    output: NOWHERE,
    waitingCopier: copier,
    createWaitingChannel: () => new LocalChannel({ onData: ignore, onRoom: ignore, copier }),
    logger: SILENT_LOGGER,
    metrics: new MetricGroup([task.taskInfo.taskName]),
    standardOutput: new MemoryTextOutput(),
    standardError: new MemoryTextOutput(),
    accumulators: new AccumulatorRegistry(),
    suspendInputUntil: ignore,
    processingTime: { currentProcessingTime: () => clock.now(), registerTimer: () => ({ cancel: ignore }) },
    time: new PendingTime(ignore),
    emissions: new TaskEmissions(ignore),
    operatorEvents: { sendEventToCoordinator: ignore },
    enqueueMail: ignore,
    isOutputAvailable: () => true,
    whenOutputAvailable: () => Promise.resolve(),
  }
}
