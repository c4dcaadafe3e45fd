// Duty: what is asked of a key that a state has no entry of.
// Invariants: its hash is the one that travelled with the record. The sender and the receiver each call the key selector:
// where it gives two keys for one record, the record would be counted under a key that other subtasks know, too. An entry
// that is found had its key checked when it was new, so this costs one hash a new key. What is kept is a copy that nobody
// else can change.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { copyKey, hashKey, InvalidKeyError, type KeyKind } from '../../../core/keygroups/canonical-key.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { keyShape, keyTypeIncompatible, type KeyShapes } from '../../../core/keygroups/key-shapes.js'

export class NewKeys {
  readonly #operatorName: string
  readonly #keyKind: KeyKind
  /** Of the snapshot that the job was started from; undefined where keys of any type may come. */
  #expected: KeyShapes | undefined

  constructor(operatorName: string, keyKind: KeyKind) {
    this.#operatorName = operatorName
    this.#keyKind = keyKind
  }

  expect(shapes: KeyShapes): void {
    this.#expected = shapes
  }

  /** The key as a table is to keep it. */
  accept(key: unknown, keyHash: number, state: string): unknown {
    const own = this.checked(key, keyHash)
    this.acceptShape(key, state)
    return own
  }

  /** The same of a key that may have an entry, which is not in memory. */
  checked(key: unknown, keyHash: number): unknown {
    if (this.#hashOf(key) !== keyHash) {
      throw new FlinkError('KEY_NOT_DETERMINISTIC', { operator: this.#operatorName, key: describeValue(key) })
    }
    return copyKey(key, this.#keyKind)
  }

  /** Of a key that has no entry. */
  acceptShape(key: unknown, state: string): void {
    if (this.#expected !== undefined) this.#checkShape(key, this.#expected, state)
  }

  /** Undefined for what can be no key: the sender has seen another one. */
  #hashOf(key: unknown): number | undefined {
    try {
      return hashKey(key, this.#keyKind)
    } catch (error) {
      if (error instanceof InvalidKeyError) return undefined
      throw error
    }
  }

  #checkShape(key: unknown, expected: KeyShapes, state: string): void {
    const shape = keyShape(key, this.#keyKind)
    if (expected.accepts(shape)) return
    const now = `${shape} (${describeValue(key)})`
    throw keyTypeIncompatible({ operator: this.#operatorName, state, before: expected.list(), now })
  }
}
