// Duty: the key that state accesses of one operator are about.
// Invariants: `sequence` changes with every change of the key, so a state may remember the entry that it found under a
// sequence. Between records (lifecycle methods) there is no key. A place stands for a key while an entry of the key is there.
// Thread: the task worker that owns the backend.

export const NO_PLACE = -1

/** What somebody notes by the place of a key. */
export interface PlaceNotes {
  /** Another key has the place from here on. */
  forgetPlace(place: number): void
}

/** What stands at places. */
export interface PlaceFollower {
  /** The entry there is about to be removed. */
  leaving(place: number): void
}

export class KeyContext {
  key: unknown = undefined
  hasKey = false
  /** The hash that travelled with the record. */
  keyHash = 0
  sequence = 0
  /** The state whose entries give keys a number, their position in it: the first one of a backend that has such positions. */
  leader: object | undefined
  readonly notes: PlaceNotes[] = []
  /** Of places: told before the entry there leaves. */
  readonly followers: PlaceFollower[] = []
  #own: unknown
  #ownSequence = -1
  #place = NO_PLACE
  #placeSequence = -1
  readonly #expected: { table: object | undefined; position: number; sequence: number } = {
    table: undefined,
    position: NO_PLACE,
    sequence: -1,
  }

  /** Of the current key; NO_PLACE where it has none, or the leading state was not asked yet. */
  get place(): number {
    return this.#placeSequence === this.sequence ? this.#place : NO_PLACE
  }

  setKey(key: unknown, keyHash: number): void {
    this.key = key
    this.keyHash = keyHash
    this.hasKey = true
    this.sequence += 1
  }

  clearKey(): void {
    this.key = undefined
    this.hasKey = false
    this.sequence += 1
  }

  /** Whether the key was checked as a new one, by any state. */
  get hasOwn(): boolean {
    return this.#ownSequence === this.sequence
  }

  /** The current key as tables keep it, once it was checked. */
  get own(): unknown {
    return this.#own
  }

  setOwn(own: unknown): void {
    this.#own = own
    this.#ownSequence = this.sequence
  }

  /** The leading state has looked for the current key. */
  setPlace(place: number): void {
    this.#place = place
    this.#placeSequence = this.sequence
  }

  /** The next key was read at the position of a table that has one namespace. */
  expect(table: object, position: number): void {
    const expected = this.#expected
    expected.table = table
    expected.position = position
    expected.sequence = this.sequence + 1
  }

  /** Where the current key should be; NO_PLACE where nobody knows. */
  expectedIn(table: object): number {
    const expected = this.#expected
    return expected.sequence === this.sequence && expected.table === table ? expected.position : NO_PLACE
  }

  /** The entry there is about to be removed. Those who follow may be fewer afterwards. */
  leavePlace(place: number): void {
    const { followers } = this
    for (let at = followers.length - 1; at >= 0; at -= 1) followers[at]?.leaving(place)
  }

  forgetPlace(place: number): void {
    for (const notes of this.notes) notes.forgetPlace(place)
  }
}
