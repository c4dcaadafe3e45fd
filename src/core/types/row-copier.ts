import type { Copier } from './copier.js'
import { generateRowCopy, type RowCopy } from './row-codec-generator.js'
import { NO_REGISTERED_TYPES, type RegisteredTypes } from './registered-types.js'
import { kindOf, unify, type RowShape } from './row-shape.js'
import { StructuredCopier } from './structured-copier.js'

/** So many shapes are tried for a value. */
const MAX_SHAPES = 8
/** After so many values that had no kind no further one is looked at. */
const MAX_WITHOUT_KIND = 64

interface Shape {
  readonly kind: RowShape
  readonly copy: RowCopy
}

/**
 * Copies values as the row serializers carry them, by generated code for the shapes that pass: what is copied equals what
 * would have arrived at the other end of a channel, and what a channel refuses is refused with the same
 * ValueNotSerializableError. Each value is tested against its shapes; one that has none is copied by the structured way.
 * Frozen objects are no exception: through a channel they arrive unfrozen. Figures (Node 20, ns a copy): an object of
 * four fields 20, half of it for the test of its names; a pair 95, most of it for the names that an array may have.
 */
export class RowCopier implements Copier {
  readonly #registered: RegisteredTypes
  readonly #structured: StructuredCopier
  readonly #shapes: Shape[] = []
  #withoutKind = 0
  /** The newest shape's: a field of its own, so that the code at hand is one load away. */
  #newest: RowCopy = noCopy

  /** `kind`: what the values are declared to be. */
  constructor(registered: RegisteredTypes = NO_REGISTERED_TYPES, kind?: RowShape) {
    this.#registered = registered
    this.#structured = new StructuredCopier(registered)
    if (kind !== undefined) this.#add(kind)
  }

  copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return this.#copyPrimitive(value)
    const copy = this.#newest(value)
    return copy === false ? this.#copyOther(value) : copy
  }

  /** Refuses functions and symbols. */
  #copyPrimitive(value: unknown): unknown {
    return typeof value === 'function' || typeof value === 'symbol' ? this.#structured.copy(value) : value
  }

  #copyOther(value: object): unknown {
    for (const shape of this.#shapes) {
      const copy = shape.copy(value)
      if (copy !== false) return copy
    }
    const learned = this.#withoutKind < MAX_WITHOUT_KIND && this.#learn(value)
    return learned === false ? this.#structured.copy(value) : learned
  }

  /** A copy by the code for a new or a wider shape, false where there is none for the value. */
  #learn(value: object): object | false {
    const observed = kindOf(value, this.#registered)
    if (observed === undefined) return this.#giveUp()
    const wider = this.#shapes.map(({ kind }) => unify(kind, observed))
    const replaced = wider.findIndex((kind) => kind !== undefined)
    if (replaced < 0 && this.#shapes.length >= MAX_SHAPES) return this.#giveUp()
    const kind = wider[replaced] ?? observed
    const code = generateRowCopy(kind, this.#registered)
    const copy = code(value)
    // Shared references, say.
    if (copy === false) return this.#giveUp()
    if (replaced >= 0) this.#shapes.splice(replaced, 1)
    this.#add(kind, code)
    return copy
  }

  #giveUp(): false {
    this.#withoutKind += 1
    return false
  }

  #add(kind: RowShape, copy: RowCopy = generateRowCopy(kind, this.#registered)): void {
    this.#shapes.unshift({ kind, copy })
    this.#newest = copy
  }
}

function noCopy(): false {
  return false
}
