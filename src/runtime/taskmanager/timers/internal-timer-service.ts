// Duty: time and timers of an operator, by key and namespace: what windows, process functions and joins are written against.
// Invariants: a timer is set for the current key of the backend and fires with it as the current key; of equal key, namespace
// and timestamp there is one. Of one key those of event time fire in the order of time; among keys no order is promised.
// Thread: the task worker that owns the operator.
import type { NamespaceType } from '../state/namespace-type.js'

export interface InternalTimer<N> {
  readonly key: unknown
  readonly namespace: N
  readonly timestamp: number
}

export interface InternalTimerService<N> {
  currentProcessingTime(): number
  /** NO_TIMESTAMP before the first. While timers fire it is the watermark that they fire for. */
  currentWatermark(): number
  registerEventTimeTimer(namespace: N, timestamp: number): void
  deleteEventTimeTimer(namespace: N, timestamp: number): void
  registerProcessingTimeTimer(namespace: N, timestamp: number): void
  deleteProcessingTimeTimer(namespace: N, timestamp: number): void
}

/** What is called when a timer is due; its key is the current one. */
export interface Triggerable<N> {
  onEventTime(timer: InternalTimer<N>): void
  onProcessingTime(timer: InternalTimer<N>): void
}

/** All timers of a keyed operator. */
export interface InternalTimeServiceManager {
  /** The service of a name is the same at each call; its timers are in snapshots under the name. Not before the restore. */
  getInternalTimerService<N>(
    name: string,
    namespaces: NamespaceType<N>,
    triggerable: Triggerable<N>,
  ): InternalTimerService<N>
  /** Fires what is due. False: not done, as the output is full; call again with the same timestamp once it has room. */
  advanceWatermark(timestamp: number): boolean
}
