// Duty: the value of a MapState in memory: a map by value of the user's key, so that [1, 'a'] finds [1, 'a'].
// Invariants: string, number, boolean and bigint keys are their own keys in the map; any other key is found by a text
// of NUL and its canonical bytes, and a copy of it, which nobody else can change, is kept with the value. A string that
// begins with NUL itself is escaped. Few entries lie in one array, more in a Map; it never goes back. In both the order is
// that in which the keys came.
// Thread: the task worker that owns the backend.
import { InvalidKeyError, keyBytes, keyInvalid, type KeyKind } from '../../../core/keygroups/canonical-key.js'

const ESCAPED_STRING = '\u0000s'
const CANONICAL_BYTES = '\u0000b'
const NAN = '\u0000n'

/**
 * Twice as many entries as are looked through one after the other. Counts of 5 timestamps in each of 10,000 maps: read and put take
 * 124 ns with a Map, whose hash of a number above 2^31 is a call out of compiled code, and 90 ns this way; of 12 204 and 104 ns.
 */
const MANY = 32

/** What a map knows of its keys. */
export interface UserKeys {
  readonly kind: KeyKind
  /** The state in words, for the error about a value that can be no key. */
  readonly place: string
  readonly copy: (key: unknown) => unknown
}

export class UserMap {
  readonly #keys: UserKeys
  /** While there are few entries: token, value, token, value in the order in which they came; undefined once they are in #many. */
  #few: unknown[] | undefined
  #many: Map<unknown, unknown> | undefined
  /** Copies of the keys that do not stand for themselves. */
  #originals: Map<unknown, unknown> | undefined

  constructor(keys: UserKeys) {
    this.#keys = keys
  }

  get size(): number {
    return this.#many?.size ?? (this.#few === undefined ? 0 : this.#few.length / 2)
  }

  /** The memory that a lookup goes through; undefined where it is a Map or nothing yet. */
  get few(): readonly unknown[] | undefined {
    return this.#few
  }

  get(key: unknown): unknown {
    const token = this.#token(key)
    const few = this.#few
    if (few === undefined) return this.#many?.get(token)
    const place = placeOf(token, few)
    return place < 0 ? undefined : few[place + 1]
  }

  has(key: unknown): boolean {
    return this.#hasToken(this.#token(key))
  }

  set(key: unknown, value: unknown): void {
    const token = this.#token(key)
    if (token !== key) this.#keepOriginal(token, key)
    const few = this.#few
    if (few === undefined) {
      if (this.#many === undefined) this.#few = [token, value]
      else this.#many.set(token, value)
      return
    }
    const place = placeOf(token, few)
    if (place >= 0) few[place + 1] = value
    // Just as long as it has to be: a push makes room for sixteen more, and most maps of timestamps have one entry or two.
    else if (few.length === 2) this.#few = [few[0], few[1], token, value]
    else if (few.length < MANY) few.push(token, value)
    else this.#becomeMany(few).set(token, value)
  }

  delete(key: unknown): boolean {
    const token = this.#token(key)
    this.#originals?.delete(token)
    const few = this.#few
    if (few === undefined) return this.#many?.delete(token) === true
    const place = placeOf(token, few)
    if (place < 0) return false
    // By hand: `splice` makes an array of what it takes away.
    for (let at = place + 2; at < few.length; at += 1) few[at - 2] = few[at]
    few.pop()
    few.pop()
    return true
  }

  *entries(): Generator<[unknown, unknown]> {
    for (const token of this.#livingTokens()) yield [this.#keyOf(token), this.#valueOf(token)]
  }

  /** Without an object for each; nothing may be put or removed meanwhile. */
  forEach(visit: (key: unknown, value: unknown) => void): void {
    const few = this.#few
    if (few === undefined)
      this.#many?.forEach((value, token) => {
        visit(this.#keyOf(token), value)
      })
    else for (let at = 0; at < few.length; at += 2) visit(this.#keyOf(few[at]), few[at + 1])
  }

  /** Shares no value that `copyValue` copies, and no key that can be changed. */
  copy(copyValue: (value: unknown) => unknown): UserMap {
    const copy = new UserMap(this.#keys)
    const few = this.#few
    if (few !== undefined && this.#originals === undefined) {
      const copied = few.slice()
      for (let at = 1; at < copied.length; at += 2) copied[at] = copyValue(copied[at])
      copy.#few = copied
    } else {
      this.forEach((key, value) => {
        copy.set(key, copyValue(value))
      })
    }
    return copy
  }

  #hasToken(token: unknown): boolean {
    const few = this.#few
    return few === undefined ? this.#many?.has(token) === true : placeOf(token, few) >= 0
  }

  #valueOf(token: unknown): unknown {
    const few = this.#few
    return few === undefined ? this.#many?.get(token) : few[placeOf(token, few) + 1]
  }

  #keyOf(token: unknown): unknown {
    return this.#originals?.has(token) === true ? this.#originals.get(token) : token
  }

  /** Those that are there when their turn comes: whoever walks may remove, and what is put during the walk may be seen. */
  *#livingTokens(): Generator {
    const few = this.#few
    if (few === undefined) {
      if (this.#many !== undefined) yield* this.#many.keys()
      return
    }
    const tokens = few.filter((_, at) => at % 2 === 0)
    for (const token of tokens) if (this.#hasToken(token)) yield token
  }

  #keepOriginal(token: unknown, key: unknown): void {
    if (this.#hasToken(token)) return
    this.#originals ??= new Map()
    this.#originals.set(token, typeof key === 'object' ? this.#keys.copy(key) : key)
  }

  #becomeMany(few: readonly unknown[]): Map<unknown, unknown> {
    const many = new Map<unknown, unknown>()
    for (let at = 0; at < few.length; at += 2) many.set(few[at], few[at + 1])
    this.#few = undefined
    this.#many = many
    return many
  }

  #token(key: unknown): unknown {
    switch (typeof key) {
      case 'string':
        return key.startsWith('\u0000') ? ESCAPED_STRING + key : key
      case 'boolean':
      case 'bigint':
        return key
      case 'number':
        if (key === 0) return Object.is(key, -0) && this.#keys.kind === 'double' ? this.#canonical(key) : 0
        return Number.isNaN(key) ? NAN : key
      default:
        return this.#canonical(key)
    }
  }

  #canonical(key: unknown): string {
    // Null is a key like others inside a map; canonical bytes know it as a part of a tuple only.
    const bytes = key === null ? keyBytes([null], 'auto') : this.#bytesOf(key)
    return CANONICAL_BYTES + (key === null ? 'null' : '') + Buffer.from(bytes).toString('latin1')
  }

  #bytesOf(key: unknown): Uint8Array {
    try {
      return keyBytes(key, this.#keys.kind)
    } catch (error) {
      throw error instanceof InvalidKeyError ? keyInvalid(this.#keys.place, error) : error
    }
  }
}

/** Of a token, or below 0. The newest first: of buckets of time it is the one that is counted in. */
function placeOf(token: unknown, few: readonly unknown[]): number {
  let place = few.length - 2
  // A loop of its own for numbers: where no text is compared in it, they are compared as they lie in the array.
  if (typeof token === 'number') while (place >= 0 && few[place] !== token) place -= 2
  else while (place >= 0 && few[place] !== token) place -= 2
  return place
}
