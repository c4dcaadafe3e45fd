import type { KeyKind } from '../../core/keygroups/canonical-key.js'
import type { Copier } from '../../core/types/copier.js'
import { NO_REGISTERED_TYPES, type RegisteredClass, type RegisteredTypes } from '../../core/types/registered-types.js'
import { RowCodecs } from '../../core/types/row-codecs.js'
import { RowCopier } from '../../core/types/row-copier.js'
import type { RowShape } from '../../core/types/row-shape.js'
import { rowSerializer } from '../../core/types/row-serializer.js'
import { rowStreamSerializer } from '../../core/types/row-stream-serializer.js'
import { structuredSerializer } from '../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../core/types/type-serializer.js'
import type { TypeInformation } from './type-information.js'

/** How values of a type become bytes. */
export interface TypeForm {
  /** The row that generated code is made for; undefined where the declaration leaves parts open (GENERIC). */
  readonly kind: RowShape | undefined
  /** The classes of instances inside, which the declaration lets travel. */
  readonly classes: readonly RegisteredClass[]
}

const GENERIC_FORM: TypeForm = { kind: undefined, classes: [] }

/** What all of `Types` are: a description, a key kind and a form. */
export class DeclaredType<T> implements TypeInformation<T> {
  readonly description: string
  readonly form: TypeForm
  readonly #keyKind: KeyKind

  constructor(description: string, keyKind: KeyKind, form: TypeForm = GENERIC_FORM) {
    this.description = description
    this.form = form
    this.#keyKind = keyKind
  }

  keyKind(): KeyKind {
    return this.#keyKind
  }

  createSerializer(registered: RegisteredTypes = NO_REGISTERED_TYPES): TypeSerializer<T> {
    const known = registered.withDefaults(this.form.classes)
    const { kind } = this.form
    const serializer =
      kind === undefined
        ? structuredSerializer(known)
        : rowSerializer({ kind, registered: known, writesRows: this.#hasOwnFieldsOnly(known) })
    return serializer as TypeSerializer<T>
  }

  /** For the ends of streams: each end reads, or writes, all values in order. */
  streamSerializers(registered: RegisteredTypes): () => TypeSerializer<unknown> {
    const known = registered.withDefaults(this.form.classes)
    const codecs = new RowCodecs(known)
    const kind = this.#hasOwnFieldsOnly(known) ? this.form.kind : undefined
    return () => rowStreamSerializer({ codecs, kind })
  }

  copier(registered: RegisteredTypes): Copier {
    const known = registered.withDefaults(this.form.classes)
    return new RowCopier(known, this.#hasOwnFieldsOnly(known) ? this.form.kind : undefined)
  }

  /** A class that is registered with a form of its own wants it, also where a type declares its fields. */
  #hasOwnFieldsOnly(known: RegisteredTypes): boolean {
    return this.form.classes.every(({ prototype }) => known.ofPrototype(prototype)?.form === undefined)
  }
}

/** The form of a component; that of a user's own TypeInformation is GENERIC. */
export function formOf(type: TypeInformation<unknown>): TypeForm {
  return type instanceof DeclaredType ? type.form : GENERIC_FORM
}

/** The form of what is made of components; `kindOf` is asked where all of them have a kind. */
export function composedForm(
  components: readonly TypeInformation<unknown>[],
  kindOf: (kinds: readonly RowShape[]) => RowShape | undefined,
): TypeForm {
  const forms = components.map(formOf)
  const kinds = forms.flatMap(({ kind }) => (kind === undefined ? [] : [kind]))
  return {
    kind: kinds.length === forms.length ? kindOf(kinds) : undefined,
    classes: forms.flatMap(({ classes }) => classes),
  }
}
