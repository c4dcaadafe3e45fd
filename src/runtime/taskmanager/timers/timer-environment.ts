// Duty: what timers need of their operator and its task.
// Thread: the task worker that owns the operator.
import type { OperatorStateStore } from '../../../api/state/operator-state-store.js'
import type { Clock, TimerHandle } from '../../../core/time/clock.js'
import type { FlinkError } from '../../../core/errors/flink-error.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'

export interface TimerEnvironment {
  /** For errors. */
  readonly operatorName: string
  readonly backend: KeyedStateBackend
  readonly operatorState: Pick<OperatorStateStore, 'getUnionListState'>
  readonly task: TimerTask
  /** The operator's error for what a timer threw. */
  failed(error: unknown): FlinkError
}

/** Of the context of the operator. */
export interface TimerTask {
  readonly clock: Clock
  readonly processingTime: {
    currentProcessingTime(): number
    registerTimer(timestamp: number, callback: (timestamp: number) => boolean): TimerHandle
  }
  isOutputAvailable(): boolean
}
