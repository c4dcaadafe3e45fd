// Duty: the value of a MapState in memory: a map by value of the user's key, so that [1, 'a'] finds [1, 'a'].
// Invariants: string, number, boolean and bigint keys are their own keys in the map; any other key is found by a text
// of NUL and its canonical bytes, and a copy of it, which nobody else can change, is kept with the value. A string that
// begins with NUL itself is escaped.
// Thread: the task worker that owns the backend.
import { InvalidKeyError, keyBytes, keyInvalid, type KeyKind } from '../../../core/keygroups/canonical-key.js'

const ESCAPED_STRING = '\u0000s'
const CANONICAL_BYTES = '\u0000b'

/** What a map knows of its keys. */
export interface UserKeys {
  readonly kind: KeyKind
  /** The state in words, for the error about a value that can be no key. */
  readonly place: string
  readonly copy: (key: unknown) => unknown
}

export class UserMap {
  readonly #values = new Map<unknown, unknown>()
  /** Copies of the keys that do not stand for themselves. */
  #originals: Map<unknown, unknown> | undefined
  readonly #keys: UserKeys

  constructor(keys: UserKeys) {
    this.#keys = keys
  }

  get size(): number {
    return this.#values.size
  }

  get(key: unknown): unknown {
    return this.#values.get(this.#token(key))
  }

  has(key: unknown): boolean {
    return this.#values.has(this.#token(key))
  }

  set(key: unknown, value: unknown): void {
    const token = this.#token(key)
    if (token !== key && !this.#values.has(token)) {
      this.#originals ??= new Map()
      this.#originals.set(token, typeof key === 'object' ? this.#keys.copy(key) : key)
    }
    this.#values.set(token, value)
  }

  delete(key: unknown): boolean {
    const token = this.#token(key)
    this.#originals?.delete(token)
    return this.#values.delete(token)
  }

  *entries(): Generator<[unknown, unknown]> {
    for (const [token, value] of this.#values) {
      const key = this.#originals?.has(token) === true ? this.#originals.get(token) : token
      yield [key, value]
    }
  }

  #token(key: unknown): unknown {
    switch (typeof key) {
      case 'string':
        return key.startsWith('\u0000') ? ESCAPED_STRING + key : key
      case 'boolean':
      case 'bigint':
        return key
      case 'number':
        return Object.is(key, -0) && this.#keys.kind === 'double' ? this.#canonical(key) : key
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
