// Duty: goes round over the entries of a state in the store, between records, and removes what has expired: in place of Flink's filter in
// compactions, which call no JavaScript.
// Invariants: a slice reads so many entries, and slices come at a distance, whatever the load: some 6,400 entries a second, which is 1 to
// 2 % of a thread. What is to go is removed as a function would remove it, under its key and namespace: so memory, snapshots that wait
// and notes of changes are right, and what was used in memory since stays. Where a round is over the next one begins when the first of
// the entries that it has seen will have expired. What no snapshot, and no lack of room, has brought to the store is not seen here.
// Thread: the task worker that owns the backend.
import { decodeKey, hashKey } from '../../../../core/keygroups/canonical-key.js'
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { skipValue } from '../../../../core/types/skip-value.js'
import type { TimerHandle } from '../../../../core/time/clock.js'
import type { KeyContext } from '../key-context.js'
import { ListSerializer } from '../list-serializer.js'
import type { ProcessingTime } from '../state-backend.js'
import type { ExpiringState, TimeToLive } from '../ttl/time-to-live.js'
import { UserMapSerializer } from '../user-map-serializer.js'
import type { CachedStateTable } from './cached-state-table.js'
import { decodeEntryKey } from './entry-key.js'
import type { KvCursor, KvEntry } from './kv-store.js'

/** 0.2 to 0.4 ms. */
const ENTRIES_A_SLICE = 128
const BETWEEN_SLICES_MS = 20
/** A round that is over at once leaves the processor alone for a while. */
const LEAST_REST_MS = 1000

export interface DiskCleanupParameters {
  readonly table: CachedStateTable
  readonly ttl: TimeToLive
  readonly state: ExpiringState
  readonly context: KeyContext
  readonly time: ProcessingTime
}

export class DiskCleanup {
  readonly #parameters: DiskCleanupParameters
  #keyGroup: number
  #cursor: KvCursor | undefined
  /** The last accesses of the entries that this round has seen and left. */
  #oldestMs: number
  #timer: TimerHandle | undefined
  #isClosed = false

  constructor(parameters: DiskCleanupParameters) {
    this.#parameters = parameters
    this.#keyGroup = parameters.table.inStore.keyGroups.start
    this.#oldestMs = parameters.time.currentProcessingTime()
    this.#schedule(BETWEEN_SLICES_MS)
  }

  /** May be called twice. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#closeCursor()
  }

  #schedule(delayMs: number): void {
    const { time } = this.#parameters
    this.#timer = time.registerTimer(time.currentProcessingTime() + delayMs, () => {
      if (!this.#isClosed) this.#schedule(this.#slice())
      return true
    })
  }

  /** In how many ms the next one is to come. */
  #slice(): number {
    const { table, time, ttl } = this.#parameters
    const { start, end } = table.inStore.keyGroups
    let left = ENTRIES_A_SLICE
    while (left > 0 && this.#keyGroup <= end) {
      this.#cursor ??= table.entriesIn(this.#keyGroup)
      const found = this.#cursor.next(left)
      left -= Math.max(1, found.length)
      for (const entry of found) this.#look(entry)
      if (found.length > 0) continue
      this.#closeCursor()
      this.#keyGroup += 1
    }
    if (this.#keyGroup <= end) return BETWEEN_SLICES_MS
    this.#keyGroup = start
    const nowMs = time.currentProcessingTime()
    const restMs = Math.max(LEAST_REST_MS, this.#oldestMs + ttl.ttlMs - nowMs)
    this.#oldestMs = nowMs
    return restMs
  }

  #closeCursor(): void {
    this.#cursor?.close()
    this.#cursor = undefined
  }

  #look({ key, value }: KvEntry): void {
    const { table, ttl } = this.#parameters
    const { serializer } = table.types
    const input = new DataInputView(value)
    const expiredUpToMs = ttl.expiredUpToMs()
    if (serializer instanceof UserMapSerializer) {
      const userKey = serializer.keySerializer.deserialize(input)
      if (this.#isOver(input.readFloat64(), expiredUpToMs)) this.#removeExpired(key, userKey)
      return
    }
    let isOver = false
    const count = serializer instanceof ListSerializer ? input.readVarInt() : 1
    for (let index = 0; index < count; index += 1) {
      const start = input.position
      isOver = this.#isOver(input.readFloat64(), expiredUpToMs) || isOver
      if (!(serializer instanceof ListSerializer)) break
      input.position = start
      skipValue(serializer.element, input)
    }
    if (isOver) this.#removeExpired(key, undefined)
  }

  #isOver(lastAccessMs: number, expiredUpToMs: number): boolean {
    if (lastAccessMs <= expiredUpToMs) return true
    this.#oldestMs = Math.min(this.#oldestMs, lastAccessMs)
    return false
  }

  #removeExpired(entryKey: Uint8Array, userKey: unknown): void {
    const { table, state, context } = this.#parameters
    const { keyKind, namespaces } = table.inStore
    const decoded = decodeEntryKey(entryKey)
    const key = decodeKey(keyKind, new DataInputView(decoded.key))
    const { key: keyBefore, keyHash: hashBefore, hasKey } = context
    const namespaceBefore = table.currentNamespace
    try {
      context.setKey(key, hashKey(key, keyKind))
      table.setCurrentNamespace(namespaces.serializer.deserialize(new DataInputView(decoded.namespace)))
      state.removeExpired(userKey)
    } finally {
      table.setCurrentNamespace(namespaceBefore)
      if (hasKey) context.setKey(keyBefore, hashBefore)
      else context.clearKey()
    }
  }
}
