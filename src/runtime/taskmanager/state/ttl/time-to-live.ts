// Duty: how long the values of one state live, and what time it is for them.
// Invariants: under one key, so while one record or timer is worked on, it stays one moment: the clock is read once for it, of
// which a count by key with reads and writes takes 30 ns less. Records that follow each other may share a reading. What has
// expired is never alive again.
// Thread: the task worker that owns the backend.
import type { StateTtlConfig } from '../../../../api/state/state-ttl-config.js'
import type { KeyContext } from '../key-context.js'
import type { ProcessingTime } from '../state-backend.js'
import type { TtlValue } from './ttl-value.js'

/** What goes on beside the accesses to a state. */
export interface AccessListener {
  accessed(): void
}

/** A state whose values have a time to live. */
export interface ExpiringState {
  /**
   * Of the current key and namespace, what has expired goes, and nothing else changes: not even the time of the last access. Of a map
   * that is the entry of `userKey`.
   */
  removeExpired(userKey: unknown): void
}

/** Whoever lives shorter is looked at with a clock that was read for it. */
const SHORTEST_WITH_RECENT_MS = 1000

export class TimeToLive {
  readonly ttlMs: number
  readonly updatesOnRead: boolean
  readonly returnsExpired: boolean
  readonly config: StateTtlConfig
  /** Told of each access, before it. */
  listener: AccessListener | undefined
  readonly #context: KeyContext
  readonly #time: ProcessingTime
  readonly #readsRecent: boolean
  #nowMs = 0
  #sequence = -1

  constructor(config: StateTtlConfig, context: KeyContext, time: ProcessingTime) {
    this.config = config
    this.ttlMs = config.getTimeToLive().toMillis()
    this.updatesOnRead = config.getUpdateType() === 'OnReadAndWrite'
    this.returnsExpired = config.getStateVisibility() === 'ReturnExpiredIfNotCleanedUp'
    this.#context = context
    this.#time = time
    this.#readsRecent = time.recentProcessingTime !== undefined && this.ttlMs >= SHORTEST_WITH_RECENT_MS
  }

  /** Of the current key. */
  nowMs(): number {
    const { sequence } = this.#context
    if (sequence !== this.#sequence) {
      this.#nowMs = this.#readsRecent ? this.#recentMs() : this.#time.currentProcessingTime()
      this.#sequence = sequence
    }
    return this.#nowMs
  }

  #recentMs(): number {
    return this.#time.recentProcessingTime?.() ?? this.#time.currentProcessingTime()
  }

  currentMs(): number {
    return this.#time.currentProcessingTime()
  }

  /** Who was used for the last time at this moment, or before it, has expired by now. */
  expiredUpToMs(): number {
    return this.currentMs() - this.ttlMs
  }

  /** Of what was accessed then for the last time. */
  isOver(lastAccessMs: number): boolean {
    return lastAccessMs + this.ttlMs <= this.nowMs()
  }

  isExpired({ lastAccessMs }: TtlValue): boolean {
    return this.isOver(lastAccessMs)
  }

  /** Expired, and not to be given out. */
  isGone(value: TtlValue): boolean {
    return !this.returnsExpired && this.isExpired(value)
  }

  accessed(): void {
    this.listener?.accessed()
  }
}
