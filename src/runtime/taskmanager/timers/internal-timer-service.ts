// Duty: time and timers of an operator, by key and namespace: what windows, process functions and joins are written against.
// Invariants: a timer is set for the current key of the backend and fires with it as the current key; of equal key, namespace
// and timestamp there is one. Of one key those of event time fire in the order of time; among keys no order is promised.
// Thread: the task worker that owns the operator.

export interface InternalTimer<N> {
  readonly key: unknown
  readonly namespace: N
  readonly timestamp: number
}

export interface InternalTimerService<N> {
  currentProcessingTime(): number
  /** NO_TIMESTAMP before the first. While timers fire it is the watermark that they fire for. */
  currentWatermark(): number
  /**
   * How far time was in the snapshot that was restored, with what the state says: of the subtasks the smallest watermark.
   * NO_TIMESTAMP without a snapshot, or where it does not say. Whoever asks, in `open`, has it in its snapshots.
   */
  restoredWatermark(): number
  /** TIMER_TIMESTAMP_INVALID for what is no number, here and below. */
  registerEventTimeTimer(namespace: N, timestamp: number): void
  deleteEventTimeTimer(namespace: N, timestamp: number): void
  registerProcessingTimeTimer(namespace: N, timestamp: number): void
  deleteProcessingTimeTimer(namespace: N, timestamp: number): void
}

/** What is called when a timer is due; its key is the current one. What it throws becomes the operator's error. */
export interface Triggerable<N> {
  onEventTime(timer: InternalTimer<N>): void
  onProcessingTime(timer: InternalTimer<N>): void
}
