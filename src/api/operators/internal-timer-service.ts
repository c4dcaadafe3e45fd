/**
 * A timer that is due.
 *
 * @example
 * ```ts
 * import type { InternalTimer, VoidNamespace } from 'flink-ts'
 *
 * const text = (timer: InternalTimer<string, VoidNamespace>): string => `${timer.getKey()} at ${String(timer.getTimestamp())}`
 * ```
 */
export interface InternalTimer<K, N> {
  /** Ms since the epoch. */
  getTimestamp(): number
  getKey(): K
  getNamespace(): N
}

/**
 * What `getInternalTimerService` is given: it is called when a timer is due, with its key as the current one.
 *
 * @example
 * ```ts
 * import type { Triggerable, VoidNamespace } from 'flink-ts'
 *
 * const due: number[] = []
 * const noting: Triggerable<string, VoidNamespace> = {
 *   onEventTime: (timer) => void due.push(timer.getTimestamp()),
 *   onProcessingTime: (timer) => void due.push(timer.getTimestamp()),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/operators/Triggerable.html
 */
export interface Triggerable<K, N> {
  onEventTime(timer: InternalTimer<K, N>): void
  onProcessingTime(timer: InternalTimer<K, N>): void
}

/**
 * Timers of an own operator on keyed streams, by key and namespace: set for the current key, part of every snapshot; of equal key,
 * namespace and timestamp there is one.
 *
 * @example
 * ```ts
 * import {
 *   AbstractStreamOperator,
 *   VoidNamespace,
 *   VoidNamespaceSerializer,
 *   type InternalTimer,
 *   type InternalTimerService,
 *   type OneInputStreamOperator,
 *   type StreamRecord,
 *   type Triggerable,
 * } from 'flink-ts'
 *
 * class QuietKeys
 *   extends AbstractStreamOperator<string>
 *   implements OneInputStreamOperator<string, string>, Triggerable<string, VoidNamespace>
 * {
 *   #timers!: InternalTimerService<VoidNamespace>
 *   override open(): void {
 *     this.#timers = this.getInternalTimerService('quiet', VoidNamespaceSerializer.INSTANCE, this)
 *   }
 *   processElement(element: StreamRecord<string>): void {
 *     this.#timers.registerEventTimeTimer(VoidNamespace.INSTANCE, (element.getTimestamp() ?? 0) + 60_000)
 *   }
 *   onEventTime(timer: InternalTimer<string, VoidNamespace>): void {
 *     console.log(timer.getKey())
 *   }
 *   onProcessingTime(): void {
 *     // There are none.
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/operators/InternalTimerService.html
 */
export interface InternalTimerService<N> {
  currentProcessingTime(): number
  /** -Infinity before the first. */
  currentWatermark(): number
  registerEventTimeTimer(namespace: N, timestampMs: number): void
  deleteEventTimeTimer(namespace: N, timestampMs: number): void
  registerProcessingTimeTimer(namespace: N, timestampMs: number): void
  deleteProcessingTimeTimer(namespace: N, timestampMs: number): void
}
