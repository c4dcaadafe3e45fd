// Duty: the value of a MapState in memory: a map by value of the user's key, so that [1, 'a'] finds [1, 'a'].
// Invariants: string, number, boolean and bigint keys stand for themselves; any other key is found by its canonical bytes
// under a text that begins with NUL, and its original is kept beside. A string that begins with NUL itself is escaped.
// Thread: the task worker that owns the backend.
import { keyBytes, type KeyKind } from '../../../core/keygroups/canonical-key.js'

const ESCAPED_STRING = '\u0000s'
const CANONICAL_BYTES = '\u0000b'

export class UserMap {
  readonly #values = new Map<unknown, unknown>()
  /** Originals of the keys that do not stand for themselves. */
  #originals: Map<unknown, unknown> | undefined
  readonly #keyKind: KeyKind

  constructor(keyKind: KeyKind) {
    this.#keyKind = keyKind
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
      this.#originals.set(token, key)
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
        return Object.is(key, -0) && this.#keyKind === 'double' ? this.#canonical(key) : key
      default:
        return this.#canonical(key)
    }
  }

  #canonical(key: unknown): string {
    // Null is a key like others inside a map; canonical bytes know it as a part of a tuple only.
    const bytes = key === null ? keyBytes([null], 'auto') : keyBytes(key, this.#keyKind)
    return CANONICAL_BYTES + (key === null ? 'null' : '') + Buffer.from(bytes).toString('latin1')
  }
}
