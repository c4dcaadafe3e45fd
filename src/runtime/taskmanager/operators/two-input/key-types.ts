// Duty: notices that the keys of two streams are of different types: none of one is ever equal to one of the other.
// Invariants: the first key of each stream speaks for all. Keys that are declared to be of any type may differ.
// Thread: the task worker that owns the operator.
import type { KeySpec } from '../../../../api/dag/key-spec.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { ANY_KEY_SHAPE, partShape } from '../../../../core/keygroups/key-shapes.js'

export class KeyTypes {
  readonly #operator: string
  readonly #isKnown: [boolean, boolean] = [false, false]
  readonly #types: [string | undefined, string | undefined] = [undefined, undefined]

  constructor(operator: string) {
    this.#operator = operator
  }

  /** Throws KEY_TYPES_DIFFER at the first key of the second stream. */
  note(number: 0 | 1, key: unknown, spec: KeySpec): void {
    if (!this.#isKnown[number]) this.#noteFirst(number, key, spec)
  }

  #noteFirst(number: 0 | 1, key: unknown, { declaredShape }: KeySpec): void {
    // Null is no key.
    this.#types[number] = declaredShape === ANY_KEY_SHAPE || key === null ? undefined : partShape(key)
    this.#isKnown[number] = true
    const [first, second] = this.#types
    if (first === undefined || second === undefined || first === second) return
    throw new FlinkError('KEY_TYPES_DIFFER', { operator: this.#operator, first, second })
  }
}
