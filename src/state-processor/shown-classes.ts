/**
 * Classes by their names alone: whoever looks into a snapshot has not the program that wrote it. An instance that is read has a
 * prototype of its own that says the name, and is written again as what it was.
 */
import { RegisteredTypes, type RegisteredClass } from '../core/types/registered-types.js'

/** How an instance lay in the snapshot: as its own fields, as an error, or in the plain form that its program gave it. */
export type InstanceForm = 'fields' | 'error' | 'plain'

/** What was read in the place of an instance whose program gave its class a plain form. */
export interface PlainInstance {
  readonly plain: unknown
}

interface KnownClass {
  readonly read: RegisteredClass
  readonly written: Readonly<Record<InstanceForm, RegisteredClass>>
}

export class ShownClasses extends RegisteredTypes {
  readonly #known = new Map<string, KnownClass>()
  readonly #byPrototypes = new Map<unknown, RegisteredClass>()

  override named(name: unknown): RegisteredClass | undefined {
    return typeof name === 'string' ? this.#classNamed(name).read : undefined
  }

  override ofPrototype(prototype: unknown): RegisteredClass | undefined {
    return this.#byPrototypes.get(prototype)
  }

  /** All names are known. */
  override withDefaults(): RegisteredTypes {
    return this
  }

  /** What instances of the class that lie so have as their prototype. */
  prototypeOf(name: string, form: InstanceForm): object {
    return this.#classNamed(name).written[form].prototype
  }

  #classNamed(name: string): KnownClass {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const plain = { toPlain: (value: object) => (value as PlainInstance).plain, fromPlain: () => ({}) }
    const written = {
      fields: { name, prototype: Object.create(Object.prototype) as object, form: undefined, isError: false },
      error: { name, prototype: Object.create(Error.prototype) as object, form: undefined, isError: true },
      plain: { name, prototype: Object.create(Object.prototype) as object, form: plain, isError: false },
    }
    const fromPlain = (value: unknown): object => {
      const instance = Object.create(written.plain.prototype) as object
      return Object.defineProperty(instance, 'plain', { value, enumerable: true })
    }
    const read = { ...written.fields, form: { toPlain: plain.toPlain, fromPlain } }
    for (const each of Object.values(written)) this.#byPrototypes.set(each.prototype, each)
    const added = { read, written }
    this.#known.set(name, added)
    return added
  }
}
