import { RegisteredTypes, type RegisteredClass } from '../core/types/registered-types.js'

/** Classes of a job that whoever asks about its state does not have: their instances are read as plain objects. */
export class PlainClasses extends RegisteredTypes {
  override named(name: unknown): RegisteredClass | undefined {
    if (typeof name !== 'string') return undefined
    const form = {
      toPlain: (value: object): unknown => value,
      fromPlain: (value: unknown): object => Object(value) as object,
    }
    return { name, prototype: Object.prototype, form, isError: false }
  }

  override withDefaults(): RegisteredTypes {
    return this
  }
}
