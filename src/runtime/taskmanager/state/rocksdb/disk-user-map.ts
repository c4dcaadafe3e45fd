// Duty: the value of a MapState of one key and namespace, of which the store has an entry for each of the user's keys. In memory are
// all of a small map, and of a large one those that were touched lately.
// Invariants: what is in memory is as new as the store, or newer. A put or remove reads nothing. That a key is absent from a map
// which is not all in memory is remembered as a slot without a value.
// A walk yields each entry that was there when it began and still is when its turn comes, once and as it is then; what is put
// meanwhile may be seen. After the map has left the cache it is not used any more.
// Thread: the task worker that owns the backend.
import { UserMap } from '../user-map.js'
import type { KvBatch } from './kv-store.js'
import { ABSENT, type MapEntries, type MapEntry } from './map-entries.js'
import type { MapLimits } from './map-limits.js'
import { MapSlots, type MapSlot } from './map-slots.js'

/** What a map without entries takes. */
const EMPTY_BYTES = 250

/** What belongs to all maps of a state. */
export interface MapSurroundings {
  readonly entries: MapEntries
  readonly limits: MapLimits
}

/** Where a map is in the store that is not all in memory. */
interface Part {
  readonly prefix: Uint8Array
  /** Entries that were read one by one. */
  misses: number
  /** Too large to be read whole. */
  isLarge: boolean
  /** A walk that began before has older values. */
  writes: number
}

export class DiskUserMap {
  readonly #surroundings: MapSurroundings
  readonly #slots: MapSlots
  /** Undefined while all of the map is in memory. */
  #part: Part | undefined

  private constructor(surroundings: MapSurroundings, part: Part | undefined) {
    this.#surroundings = surroundings
    this.#slots = new MapSlots(surroundings.entries.userKeys)
    this.#part = part
  }

  /** One that has these entries alone. */
  static of(stored: readonly MapEntry[], surroundings: MapSurroundings): DiskUserMap {
    const map = new DiskUserMap(surroundings, undefined)
    for (const { key, value } of stored) map.#slots.add(key, value, true)
    return map
  }

  /** One that has entries in the store. */
  static at(prefix: Uint8Array, surroundings: MapSurroundings): DiskUserMap {
    return new DiskUserMap(surroundings, partAt(prefix))
  }

  get sizeBytes(): number {
    return EMPTY_BYTES + this.#slots.sizeBytes
  }

  get hasChanged(): boolean {
    return this.#slots.hasChanged
  }

  /** So much is to be written that it should not wait. */
  get isDue(): boolean {
    return this.#slots.changedBytes > this.#surroundings.limits.changedBytes
  }

  /** It has no entries, and no look into the store is needed to tell. */
  get isKnownEmpty(): boolean {
    return this.#part === undefined && this.#slots.living === 0
  }

  /** Only a look into the store could tell that it has entries. */
  get mayBeEmpty(): boolean {
    return this.#part !== undefined && this.#slots.living === 0
  }

  /** Undefined where it has no such key. */
  get(key: unknown): unknown {
    const slot = this.#slotOf(key)
    return slot === undefined || slot.value === ABSENT ? undefined : slot.value
  }

  has(key: unknown): boolean {
    const slot = this.#slotOf(key)
    return slot !== undefined && slot.value !== ABSENT
  }

  put(key: unknown, value: unknown): void {
    const slots = this.#slots
    slots.change(slots.find(key) ?? slots.add(key, ABSENT, this.#part !== undefined), value)
  }

  remove(key: unknown): void {
    const slots = this.#slots
    const slot = slots.find(key) ?? (this.#part === undefined ? undefined : slots.add(key, ABSENT, true))
    if (slot === undefined) return
    if (slot.isStored) slots.change(slot, ABSENT)
    else slots.takeOut(slot)
  }

  /** It is not written any more after that; a walk ends. */
  end(): void {
    for (const slot of this.#slots.all()) this.#slots.takeOut(slot)
    this.#part = undefined
  }

  isEmpty(): boolean {
    if (this.#slots.living > 0) return false
    return this.#part === undefined || this.#walkOver(this.#part).next().done === true
  }

  *walk(): Generator<[unknown, unknown]> {
    const part = this.#part
    if (part === undefined || this.#readWhole(part)) yield* this.#walkOf([...this.#slots.all()])
    else yield* this.#walkOver(part)
  }

  /** As `walk`, for a look: what the store has is not kept in memory. */
  *look(): Generator<[unknown, unknown]> {
    if (this.#part === undefined) yield* this.#walkOf([...this.#slots.all()])
    else yield* this.#walkOver(this.#part)
  }

  /** Nothing is in the batch where it throws. */
  write(prefix: Uint8Array, batch: KvBatch): void {
    const { entries, limits } = this.#surroundings
    const slots = this.#slots
    const changed = [...slots.changed()]
    if (changed.length === 0) return
    entries.write(prefix, changed, batch)
    slots.markWritten()
    if (this.#part === undefined && slots.sizeBytes > limits.heldBytes) {
      this.#part = { ...partAt(prefix), isLarge: true }
    }
    if (this.#part === undefined) this.#forgetAbsent(changed)
    else {
      this.#part.writes += 1
      slots.trim(limits.heldBytes)
    }
  }

  #slotOf(key: unknown): MapSlot | undefined {
    return this.#slots.find(key) ?? (this.#part === undefined ? undefined : this.#read(key, this.#part))
  }

  #read(key: unknown, part: Part): MapSlot | undefined {
    const { entries, limits } = this.#surroundings
    const slots = this.#slots
    part.misses += 1
    if (part.misses === limits.missesBeforeWhole && this.#readWhole(part)) return slots.find(key)
    const value = entries.read(part.prefix, key)
    // Before it is there: it may be larger than all that is held.
    slots.trim(limits.heldBytes)
    return slots.add(key, value, value !== ABSENT)
  }

  /** False where it is too large. */
  #readWhole(part: Part): boolean {
    if (part.isLarge) return false
    const { entries, limits } = this.#surroundings
    const all = entries.readAll(part.prefix, limits.whole)
    if (all === undefined) {
      part.isLarge = true
      return false
    }
    const slots = this.#slots
    for (const { key, value } of all) if (slots.find(key) === undefined) slots.add(key, value, true)
    this.#part = undefined
    this.#forgetAbsent([...slots.all()])
    return true
  }

  /** Where all is in memory, a key that is absent needs no slot. */
  #forgetAbsent(slots: readonly MapSlot[]): void {
    for (const slot of slots) if (slot.isThere && slot.value === ABSENT && !slot.isChanged) this.#slots.takeOut(slot)
  }

  *#walkOf(slots: readonly MapSlot[]): Generator<[unknown, unknown]> {
    for (const slot of slots) {
      const value = slot.isThere ? slot.value : this.#valueOf(slot.key)
      if (value !== ABSENT) yield [this.#slots.ownKey(slot.key), value]
    }
  }

  /** First what the store does not have yet, then the store. */
  *#walkOver(part: Part): Generator<[unknown, unknown]> {
    const { entries } = this.#surroundings
    const seen = new UserMap(entries.userKeys)
    for (const entry of this.#walkOf([...this.#slots.changed()])) {
      seen.set(entry[0], true)
      yield entry
    }
    const { writes } = part
    for (const { key, value } of entries.readEach(part.prefix)) {
      if (seen.has(key)) continue
      const slot = this.#slots.find(key)
      const isAsRead = slot === undefined && this.#part === part && part.writes === writes
      const now = isAsRead ? value : this.#valueOf(key)
      if (now !== ABSENT) yield [key, now]
    }
  }

  /** Of a key that is not made a slot. */
  #valueOf(key: unknown): unknown {
    const slot = this.#slots.find(key)
    if (slot !== undefined) return slot.value
    return this.#part === undefined ? ABSENT : this.#surroundings.entries.read(this.#part.prefix, key)
  }
}

function partAt(prefix: Uint8Array): Part {
  return { prefix: prefix.slice(), misses: 0, isLarge: false, writes: 0 }
}
