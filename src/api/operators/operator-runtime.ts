import type { TypeSerializer } from '../../core/types/type-serializer.js'
import type { Watermark } from '../eventtime/watermark.js'
import type { RuntimeContext } from '../functions/runtime-context.js'
import type { OperatorStateStore } from '../state/operator-state-store.js'
import type { InternalTimerService, Triggerable } from './internal-timer-service.js'
import type { Output } from './output.js'
import type { ProcessingTimeService } from './processing-time-service.js'
import type { WatermarkStatus } from './watermark-status.js'

/** What the engine hands to an own operator, by `setup`, before everything else. */
export interface OperatorRuntime {
  readonly operatorName: string
  readonly operatorId: string
  readonly output: Output<unknown>
  readonly runtimeContext: RuntimeContext
  readonly operatorStateStore: OperatorStateStore
  readonly processingTimeService: ProcessingTimeService
  getInternalTimerService<K, N>(
    name: string,
    namespaceSerializer: TypeSerializer<N>,
    triggerable: Triggerable<K, N>,
  ): InternalTimerService<N>
  getCurrentKey(): unknown
  getCurrentKeyGroup(): number
  setCurrentKey(key: unknown): void
  /** Fires the timers of event time up to there. */
  advanceTime(mark: Watermark): void
  /** Time of one of two inputs; calls `processWatermark` where it makes time go on. */
  combineWatermark(mark: Watermark, input: 0 | 1): void
  combineWatermarkStatus(status: WatermarkStatus, input: 0 | 1): void
}
