// Duty: an InternalTimerService over two priority queues of the keyed state backend.
// Invariants: a timer leaves its queue before it fires. While a queue has elements, one timer of the task's clock is
// registered, at or before the first of them. What timers register while they fire, fires in the same run where it is due.
// Thread: the task worker that owns the operator.
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { TimerHandle } from '../../../core/time/clock.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { KeyedPriorityQueue } from '../state/keyed-priority-queue.js'
import type { NamespaceType } from '../state/namespace-type.js'
import type { FiringSlice } from './firing-slice.js'
import type { InternalTimer, InternalTimerService, Triggerable } from './internal-timer-service.js'
import type { TimerEnvironment } from './timer-environment.js'

interface Wakeup {
  readonly timestamp: number
  readonly handle: TimerHandle
}

export interface KeyedTimerServiceParameters<N> {
  readonly name: string
  readonly namespaces: NamespaceType<N>
  readonly triggerable: Triggerable<N>
  readonly restoredWatermark: () => number
  readonly environment: TimerEnvironment
  readonly slice: FiringSlice
}

export class KeyedTimerService<N> implements InternalTimerService<N> {
  readonly #parameters: KeyedTimerServiceParameters<N>
  readonly #environment: TimerEnvironment
  readonly #eventTimers: KeyedPriorityQueue<N>
  readonly #processingTimers: KeyedPriorityQueue<N>
  #watermark = NO_TIMESTAMP
  /** The timer of the clock; none while timers fire. */
  #wakeup: Wakeup | undefined
  #isFiring = false

  constructor(parameters: KeyedTimerServiceParameters<N>) {
    const { name, namespaces, environment } = parameters
    this.#parameters = parameters
    this.#environment = environment
    this.#eventTimers = environment.backend.getOrCreatePriorityQueue(`_timer_state/event_${name}`, namespaces)
    this.#processingTimers = environment.backend.getOrCreatePriorityQueue(`_timer_state/processing_${name}`, namespaces)
    this.#wakeForFirst()
  }

  currentProcessingTime(): number {
    return this.#environment.task.processingTime.currentProcessingTime()
  }

  currentWatermark(): number {
    return this.#watermark
  }

  restoredWatermark(): number {
    return this.#parameters.restoredWatermark()
  }

  registerEventTimeTimer(namespace: N, timestamp: number): void {
    this.#eventTimers.add(namespace, this.#checked(timestamp))
  }

  deleteEventTimeTimer(namespace: N, timestamp: number): void {
    this.#eventTimers.remove(namespace, this.#checked(timestamp))
  }

  registerProcessingTimeTimer(namespace: N, timestamp: number): void {
    if (this.#processingTimers.add(namespace, this.#checked(timestamp))) this.#wakeForFirst()
  }

  /** A timer of the clock that nobody needs any more finds nothing to do. */
  deleteProcessingTimeTimer(namespace: N, timestamp: number): void {
    this.#processingTimers.remove(namespace, this.#checked(timestamp))
    if (this.#processingTimers.size === 0) this.close()
  }

  /** Fires what is due. False: not done; to be called again with the same timestamp. */
  advanceWatermark(timestamp: number): boolean {
    this.#watermark = timestamp
    const { triggerable } = this.#parameters
    return this.#fire(this.#eventTimers, timestamp, (timer) => {
      triggerable.onEventTime(timer)
    })
  }

  /** No timer of the clock is left. May be called twice. */
  close(): void {
    this.#wakeup?.handle.cancel()
    this.#wakeup = undefined
  }

  #fire(queue: KeyedPriorityQueue<N>, upTo: number, trigger: (timer: InternalTimer<N>) => void): boolean {
    const { slice } = this.#parameters
    const { backend } = this.#environment
    try {
      while (queue.isDue(upTo)) {
        if (!slice.mayContinue()) return false
        const timer = queue.poll()
        if (timer === undefined) break
        backend.setCurrentKey(timer.key, timer.keyHash)
        trigger(timer)
      }
      return true
    } catch (error) {
      throw this.#environment.failed(error)
    }
  }

  #onProcessingTime(timestamp: number): boolean {
    this.#wakeup = undefined
    const { slice, triggerable } = this.#parameters
    slice.begin()
    this.#isFiring = true
    // The clock may have gone on: what is over by now needs no timer of the clock each.
    const upTo = Math.max(timestamp, this.currentProcessingTime() - 1)
    const isDone = this.#fire(this.#processingTimers, upTo, (timer) => {
      triggerable.onProcessingTime(timer)
    })
    if (!isDone) return false
    this.#isFiring = false
    this.#wakeForFirst()
    return true
  }

  #wakeForFirst(): void {
    const timestamp = this.#isFiring ? undefined : this.#processingTimers.firstTimestamp()
    if (timestamp === undefined || timestamp === Number.POSITIVE_INFINITY) return
    if (this.#wakeup !== undefined && this.#wakeup.timestamp <= timestamp) return
    this.close()
    const { processingTime } = this.#environment.task
    const handle = processingTime.registerTimer(timestamp, (at) => this.#onProcessingTime(at))
    this.#wakeup = { timestamp, handle }
  }

  /** 0 and -0 are one time. */
  #checked(timestamp: unknown): number {
    if (typeof timestamp === 'number' && !Number.isNaN(timestamp)) return timestamp + 0
    const { operatorName: operator } = this.#environment
    throw new FlinkError('TIMER_TIMESTAMP_INVALID', { operator, given: describeValue(timestamp) })
  }
}
