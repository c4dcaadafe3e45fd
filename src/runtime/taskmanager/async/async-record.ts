// Duty: a record that waits for its results, and where it stands in the queue and in the list of all that wait.
// Invariants: the links are those of StreamElementQueue and of WaitingRecords, which alone change them.
// Figures: the links are fields, not entries of maps and sets: of a million records a second, each entry would cost what the rest does.
// Thread: the task worker that owns the operator.
import type { FlinkError } from '../../../core/errors/flink-error.js'
import type { TimerHandle } from '../../../core/time/clock.js'
import type { WatermarkStatus } from '../network/stream-element.js'

/** How often the function was asked again. */
export interface Retries {
  /** How many attempts there have been or are under way. */
  attempts: number
  /** Until the next one. */
  timer: TimerHandle | undefined
  /** No attempt follows: the timeout is over. */
  isOver: boolean
}

/** What follows the records of a segment. */
export interface SegmentEnd {
  status: WatermarkStatus | undefined
  watermark: number | undefined
}

/** Records between two words about time, in a StreamElementQueue. */
export class QueueSegment {
  /** Records that are not out. */
  size = 0
  firstReady: AsyncRecord | undefined
  lastReady: AsyncRecord | undefined
  /** Undefined while it may still grow. */
  end: SegmentEnd | undefined
  next: QueueSegment | undefined
}

/** Thirteen fields: seven of the record, and its links, which have to be cheap. */
export class AsyncRecord {
  /** Unchanged; the function has a copy of its own. */
  readonly value: unknown
  readonly timestamp: number
  readonly keyHash: number
  /** By the monotonic clock; infinite for ever, and after the timeout. */
  deadlineMs: number = Number.POSITIVE_INFINITY
  /** Undefined until there are any. */
  results: readonly unknown[] | undefined
  /** Why it has no results, where the job goes on without it. */
  failure: FlinkError | undefined
  /** Undefined up to the first retry or timeout. */
  retries: Retries | undefined
  /** Neighbours in the order of arrival. */
  previous: AsyncRecord | undefined
  next: AsyncRecord | undefined
  segment: QueueSegment | undefined
  /** The one that may go out once this one may. */
  successor: AsyncRecord | undefined
  mustWait = false
  /** The next one of the segment that may go out. */
  nextReady: AsyncRecord | undefined

  constructor(value: unknown, timestamp: number, keyHash: number) {
    this.value = value
    this.timestamp = timestamp
    this.keyHash = keyHash
  }
}
