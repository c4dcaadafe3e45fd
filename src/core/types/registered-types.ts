import { FlinkError } from '../errors/flink-error.js'
import { carriedAsItIs } from './object-graph.js'

/**
 * How instances of a class become plain data, which every thread and disk takes, and instances again. What `toPlain`
 * returns may hold anything that a record may, instances of registered classes included, but not the instance itself.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type PlainForm } from 'flink-ts'
 *
 * class Money {
 *   readonly #cents: bigint
 *   constructor(cents: bigint) {
 *     this.#cents = cents
 *   }
 *   get cents(): bigint {
 *     return this.#cents
 *   }
 * }
 * const moneyForm: PlainForm<Money> = {
 *   toPlain: (money) => money.cents,
 *   fromPlain: (plain) => new Money(plain as bigint),
 * }
 * StreamExecutionEnvironment.getExecutionEnvironment().getConfig().registerType(Money, moneyForm)
 * ```
 */
export interface PlainForm<T> {
  toPlain(value: T): unknown
  fromPlain(plain: unknown): T
}

/**
 * The names that a class had before: instances that were stored under one of them are instances of this class. State of
 * a declared type is stored under the new name from its restore on; where no type is declared, a value that is not written again
 * keeps the name that it has.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, Types, type ClassAlias } from 'flink-ts'
 *
 * class Visit {
 *   user = ''
 * }
 * const before: ClassAlias = { alias: ['PageView', 'View'] }
 * const visit = Types.POJO(Visit, { user: Types.STRING }, before)
 * // Where no type is declared:
 * StreamExecutionEnvironment.getExecutionEnvironment().getConfig().registerType(Visit, before)
 * ```
 */
export interface ClassAlias {
  readonly alias?: string | readonly string[]
}

/**
 * A class as `registerType` and `Types.POJO` take it: its constructor, which is never called.
 *
 * @example
 * ```ts
 * import { Types, type ClassOf, type TypeInformation } from 'flink-ts'
 *
 * function pojosOf<T extends object>(type: ClassOf<T>): TypeInformation<T[]> {
 *   return Types.LIST(Types.POJO(type))
 * }
 * ```
 */
export interface ClassOf<T> {
  readonly prototype: T
  readonly name: string
}

/** A class whose instances travel. */
export interface RegisteredClass {
  readonly name: string
  readonly prototype: object
  /** Undefined: own fields and the prototype. */
  readonly form: PlainForm<object> | undefined
  /** True for errors, whose message, stack and cause are no fields. */
  readonly isError: boolean
  /** Names that it had before. */
  readonly aliases?: readonly string[]
}

/**
 * The classes whose instances travel through exchanges and state, by name and by prototype. Immutable: what a serializer
 * was made with never changes.
 *
 * @example
 * ```ts
 * import { Types, type RegisteredTypes, type TypeInformation, type TypeSerializer } from 'flink-ts'
 *
 * // As a TypeInformation of one's own passes them on to the types that it is made of.
 * function listSerializer(registered?: RegisteredTypes): TypeSerializer<string[]> {
 *   const lines: TypeInformation<string[]> = Types.LIST(Types.STRING)
 *   return lines.createSerializer(registered)
 * }
 * ```
 */
export class RegisteredTypes {
  readonly #byName: ReadonlyMap<string, RegisteredClass>
  readonly #byPrototype: ReadonlyMap<unknown, RegisteredClass>
  readonly #byAlias: ReadonlyMap<string, RegisteredClass>

  constructor(classes: Iterable<RegisteredClass> = []) {
    const byName = new Map<string, RegisteredClass>()
    for (const one of classes) {
      const other = byName.get(one.name)
      if (other !== undefined && other.prototype !== one.prototype) throw nameTaken(one.name)
      byName.set(one.name, one)
    }
    this.#byName = byName
    this.#byPrototype = new Map([...byName.values()].map((one) => [one.prototype, one]))
    this.#byAlias = byAlias(byName)
  }

  /** These and one more, which takes the place of an earlier registration of the same class. */
  with(added: RegisteredClass): RegisteredTypes {
    return new RegisteredTypes([...this.#byName.values(), added])
  }

  /** These and those of the others that are not registered yet. */
  withDefaults(others: readonly RegisteredClass[]): RegisteredTypes {
    const added = others.flatMap((one) => {
      const known = this.#byPrototype.get(one.prototype)
      if (known === undefined) return [one]
      const aliases = (one.aliases ?? []).filter((alias) => known.aliases?.includes(alias) !== true)
      return aliases.length === 0 ? [] : [{ ...known, aliases: [...(known.aliases ?? []), ...aliases] }]
    })
    return added.length === 0 ? this : new RegisteredTypes([...this.#byName.values(), ...added])
  }

  /** Also of one that it had before. */
  named(name: unknown): RegisteredClass | undefined {
    return typeof name === 'string' ? (this.#byName.get(name) ?? this.#byAlias.get(name)) : undefined
  }

  ofPrototype(prototype: unknown): RegisteredClass | undefined {
    return this.#byPrototype.get(prototype)
  }
}

/** What a serializer knows that was told of no class. */
export const NO_REGISTERED_TYPES: RegisteredTypes = new RegisteredTypes()

/** The class with its form, checked; TYPE_REGISTRATION_INVALID says why its instances could not come back. */
export function registeredClass<T extends object>(
  type: ClassOf<T>,
  options?: (PlainForm<T> & ClassAlias) | ClassAlias,
): RegisteredClass {
  // What a program in JavaScript may hand over.
  const given: unknown = type
  const prototype: unknown = typeof given === 'function' ? given.prototype : undefined
  if (typeof prototype !== 'object' || prototype === null) throw invalid(String(given), 'it is no class')
  const { name } = type
  if (name === '') throw invalid('without a name', 'snapshots find a class again by its name: give it one')
  if (carriedAsItIs(prototype)) throw invalid(name, 'its instances travel as they are; only their subclasses need it')
  const aliases = aliasesOf(name, options)
  const form = formOf(name, options)
  const native = nativeAncestor(prototype)
  const isError = prototype instanceof Error
  if (form === undefined && native !== undefined && !isError) {
    const reason = `it extends ${native}, whose contents are no fields: give registerType a serializer { toPlain, fromPlain }`
    throw invalid(name, reason)
  }
  return { name, prototype, form: form, isError, aliases }
}

/** Undefined where there is none: nothing was given, or names alone. */
function formOf(name: string, given: unknown): PlainForm<never> | undefined {
  if (given === undefined) return undefined
  const methods = typeof given === 'object' && given !== null ? (given as Readonly<Record<string, unknown>>) : {}
  const { toPlain, fromPlain, alias } = methods
  if (typeof toPlain === 'function' && typeof fromPlain === 'function') return given as PlainForm<never>
  if (alias !== undefined && toPlain === undefined && fromPlain === undefined) return undefined
  throw invalid(name, 'a serializer is an object with the methods toPlain(value) and fromPlain(plain)')
}

function aliasesOf(name: string, given: unknown): readonly string[] {
  if (typeof given !== 'object' || given === null || !('alias' in given) || given.alias === undefined) return []
  const aliases: readonly unknown[] = Array.isArray(given.alias) ? given.alias : [given.alias]
  const texts = aliases.filter((alias) => typeof alias === 'string' && alias !== '')
  if (texts.length < aliases.length)
    throw invalid(name, 'an alias is a name that the class had before, or a list of such')
  return (texts as readonly string[]).filter((alias) => alias !== name)
}

function byAlias(byName: ReadonlyMap<string, RegisteredClass>): ReadonlyMap<string, RegisteredClass> {
  const found = new Map<string, RegisteredClass>()
  for (const one of byName.values()) {
    for (const alias of one.aliases ?? []) {
      const other = byName.get(alias) ?? found.get(alias)
      if (other !== undefined && other !== one) {
        throw invalid(one.name, `its alias '${alias}' is the name or an alias of ${other.name}, too`)
      }
      found.set(alias, one)
    }
  }
  return found
}

/** The name of a class of the language that instances are made of. */
function nativeAncestor(prototype: object): string | undefined {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (at === Object.prototype) return undefined
    const { constructor } = at
    const isNative = /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(constructor))
    if (isNative) return constructor.name
  }
  return undefined
}

function nameTaken(name: string): FlinkError {
  return invalid(name, 'another class of this name is registered or declared: rename one of the two')
}

function invalid(type: string, reason: string): FlinkError {
  return new FlinkError('TYPE_REGISTRATION_INVALID', { type, reason })
}
