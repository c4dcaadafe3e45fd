import type { KeyKind } from '../../core/keygroups/canonical-key.js'
import { structuredSerializer } from '../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../core/types/type-serializer.js'
import type { TypeInformation } from './type-information.js'

/** From a value to plain data, which every thread and disk takes, and back. */
export interface PlainForm<T> {
  toPlain(value: T): unknown
  fromPlain(plain: unknown): T
}

/** The type behind all of `Types`: a description, a key kind, and for classes inside it a way to plain data. */
export class DeclaredType<T> implements TypeInformation<T> {
  readonly description: string
  /** Undefined where values are plain data already. */
  readonly plainForm: PlainForm<T> | undefined
  readonly #keyKind: KeyKind

  constructor(description: string, keyKind: KeyKind, plainForm?: PlainForm<T>) {
    this.description = description
    this.plainForm = plainForm
    this.#keyKind = keyKind
  }

  keyKind(): KeyKind {
    return this.#keyKind
  }

  createSerializer(): TypeSerializer<T> {
    const structured = structuredSerializer()
    const form = this.plainForm
    if (form === undefined) return structured as TypeSerializer<T>
    return {
      serialize: (value, output) => {
        structured.serialize(form.toPlain(value), output)
      },
      deserialize: (input) => form.fromPlain(structured.deserialize(input)),
      copy: (value) => form.fromPlain(structured.copy(form.toPlain(value))),
    }
  }
}

/** The plain form of a component, or undefined where it needs none. */
export function plainFormOf(type: TypeInformation<unknown>): PlainForm<unknown> | undefined {
  return type instanceof DeclaredType ? (type.plainForm as PlainForm<unknown> | undefined) : undefined
}
