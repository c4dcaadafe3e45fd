// Duty: the entries of a map that are in memory: found by the user's key, those that the store does not have yet, their size.
// Invariants: a key without a slot is in the store as it is, or absent where all of the map is in memory. What is not in the store
// as it is in memory is `changed`. `isStored` is false only where the store is known to have no entry. A slot that was taken out is
// never put in again.
// Thread: the task worker that owns the backend.
import { UserMap, type UserKeys } from '../user-map.js'
import { ABSENT } from './map-entries.js'
import { sizeOfValue } from './value-size.js'

/** What a slot takes beside key and value: itself, and its place among the others. */
const SLOT_BYTES = 120
/** Removed slots leave something among the changed ones, up to so many of each slot. */
const LEFT_OVERS = 2
const FEW_LEFT_OVERS = 16

export class MapSlot {
  /** Known to nobody who could change it. */
  readonly key: unknown
  /** ABSENT where the key is known to have none. */
  value: unknown = ABSENT
  /** With its key, without its value. */
  readonly ownBytes: number
  valueBytes = 0
  isChanged = false
  isStored: boolean
  /** Asked for since it was looked at the last time. */
  isRecent = true
  /** False for ever once it was taken out. */
  isThere = true

  constructor(key: unknown, isStored: boolean) {
    this.key = key
    this.isStored = isStored
    this.ownBytes = SLOT_BYTES + sizeOfValue(key)
  }
}

export class MapSlots {
  readonly #keys: UserKeys
  readonly #slots: UserMap
  #changed: MapSlot[] = []
  #living = 0
  #sizeBytes = 0
  /** Goes round over all of them, as the hand of a clock. */
  #hand: Iterator<[unknown, unknown]> | undefined

  constructor(keys: UserKeys) {
    this.#keys = keys
    this.#slots = new UserMap(keys)
  }

  /** With a value. */
  get living(): number {
    return this.#living
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get hasChanged(): boolean {
    return this.#changed.length > 0
  }

  /** About, of those that the store does not have yet. */
  get changedBytes(): number {
    const { size } = this.#slots
    return size === 0 ? 0 : (this.#sizeBytes / size) * Math.min(size, this.#changed.length)
  }

  find(key: unknown): MapSlot | undefined {
    const slot = this.#slots.get(key) as MapSlot | undefined
    if (slot !== undefined) slot.isRecent = true
    return slot
  }

  /** There must be none of the key. */
  add(key: unknown, value: unknown, isStored: boolean): MapSlot {
    const own = this.ownKey(key)
    const slot = new MapSlot(own, isStored)
    this.#slots.set(own, slot)
    this.#sizeBytes += slot.ownBytes
    this.#setValue(slot, value)
    return slot
  }

  ownKey(key: unknown): unknown {
    return typeof key === 'object' && key !== null ? this.#keys.copy(key) : key
  }

  /** The store is to have it as it is. */
  change(slot: MapSlot, value: unknown): void {
    this.#setValue(slot, value)
    if (slot.isChanged) return
    slot.isChanged = true
    if (this.#changed.length > LEFT_OVERS * this.#slots.size + FEW_LEFT_OVERS) this.#changed = [...this.changed()]
    this.#changed.push(slot)
  }

  takeOut(slot: MapSlot): void {
    this.#setValue(slot, ABSENT)
    slot.isThere = false
    slot.isChanged = false
    this.#slots.delete(slot.key)
    this.#sizeBytes -= slot.ownBytes
  }

  *all(): Generator<MapSlot> {
    for (const [, slot] of this.#slots.entries()) yield slot as MapSlot
  }

  *changed(): Generator<MapSlot> {
    for (const slot of this.#changed) if (slot.isChanged) yield slot
  }

  /** The store has all of them as they are. */
  markWritten(): void {
    for (const slot of this.changed()) {
      slot.isChanged = false
      slot.isStored = slot.value !== ABSENT
    }
    this.#changed = []
  }

  /** Takes out those that were not asked for lately and are in the store, down to three quarters of what they may take. */
  trim(mostBytes: number): void {
    if (this.#sizeBytes - this.changedBytes <= mostBytes) return
    const enough = this.changedBytes + 0.75 * mostBytes
    for (let looks = 2 * this.#slots.size; looks > 0 && this.#sizeBytes > enough; looks -= 1) {
      const slot = this.#nextOfHand()
      if (slot === undefined) return
      if (slot.isRecent) slot.isRecent = false
      else if (!slot.isChanged) this.takeOut(slot)
    }
  }

  #nextOfHand(): MapSlot | undefined {
    this.#hand ??= this.#slots.entries()
    let next = this.#hand.next()
    if (next.done === true) {
      this.#hand = this.#slots.entries()
      next = this.#hand.next()
    }
    return next.done === true ? undefined : (next.value[1] as MapSlot)
  }

  #setValue(slot: MapSlot, value: unknown): void {
    if (slot.value === ABSENT) this.#living += 1
    if (value === ABSENT) this.#living -= 1
    slot.value = value
    const valueBytes = value === ABSENT ? 0 : sizeOfValue(value)
    this.#sizeBytes += valueBytes - slot.valueBytes
    slot.valueBytes = valueBytes
  }
}
