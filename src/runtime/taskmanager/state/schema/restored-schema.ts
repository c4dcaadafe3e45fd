// Duty: what has to be done with values of a state that was restored so that they are what its descriptor declares: nothing,
// a conversion, a migration; or why it cannot be done, and what to write.
// Invariants: decided when the state is asked for, of the descriptions alone and before a value is read. State stored without a
// version counts as version 1, or as 0 where there is a step from 0. Bytes that the declared type reads stay as they are.
// Thread: the task worker that owns the backend.
import type { StateDescriptor } from '../../../../api/state/state-descriptor.js'
import type { StateSchema } from '../../../../api/state/state-schema.js'
import { DeclaredType, formOf } from '../../../../api/types/declared-type.js'
import { typeDescribedAs } from '../../../../api/types/described-type.js'
import { isEnclosing } from '../../../../api/types/enclosing-type.js'
import type { TypeInformation } from '../../../../api/types/type-information.js'
import { Types } from '../../../../api/types/types-table.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { RegisteredTypes } from '../../../../core/types/registered-types.js'
import { describeUnquoted, parseEnclosing, parseTypeDescription } from '../../../../core/types/type-description.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import { RestoredValueSerializer, type MigrationStep } from './restored-values.js'
import { renamedClass, shapeDifference } from './shape-difference.js'
import { typeChange } from './type-change.js'
import { misfit } from './value-check.js'

type AnyType = TypeInformation<unknown>

/** A state as it was stored. */
export interface StoredSchema {
  /** Of a value, element or accumulator; of a map its values. */
  readonly description: string
  readonly version: number
}

export interface SchemaPlace {
  readonly operator: string
  readonly registered: RegisteredTypes
}

/** Reads a stored value as a declared one; undefined where the serializer of the declared type does. */
export function restoredValues(
  stored: StoredSchema,
  descriptor: StateDescriptor<unknown>,
  place: SchemaPlace,
): TypeSerializer<unknown> | undefined {
  return new RestoredSchema(stored, descriptor, place).reader()
}

/** True where the two are one type, perhaps in two texts: names are quoted that once were not. */
export function isSameType(stored: string, declared: string): boolean {
  return stored === declared || stored === describeUnquoted(parseTypeDescription(declared))
}

class RestoredSchema {
  readonly #stored: StoredSchema
  readonly #descriptor: StateDescriptor<unknown>
  readonly #place: SchemaPlace
  readonly #versions: { readonly from: number; readonly to: number }

  constructor(stored: StoredSchema, descriptor: StateDescriptor<unknown>, place: SchemaPlace) {
    this.#stored = stored
    this.#descriptor = descriptor
    this.#place = place
    this.#versions = versionsOf(stored.version, descriptor.schema)
  }

  reader(): TypeSerializer<unknown> | undefined {
    const { from, to } = this.#versions
    if (from > to) throw this.#laterVersion()
    return this.#readerOf(this.#stored.description, this.#descriptor.type, this.#steps())
  }

  #steps(): readonly MigrationStep[] {
    const { from, to } = this.#versions
    const { steps } = this.#descriptor.schema
    const found = Array.from({ length: to - from }, (_, index): MigrationStep | undefined => {
      const step = steps.get(from + index)
      return step === undefined ? undefined : { version: from + index, step }
    })
    const present = found.filter((step) => step !== undefined)
    if (present.length < found.length) throw this.#missingSteps(found)
    return present
  }

  #readerOf(
    stored: string,
    declared: AnyType | undefined,
    steps: readonly MigrationStep[],
  ): TypeSerializer<unknown> | undefined {
    const { registered } = this.#place
    if (isEnclosing(declared)) {
      const { enclosed } = declared
      const [name, parts] = parseEnclosing(stored) ?? []
      const isOfName = name !== undefined && declared.description.startsWith(`${name}(`)
      if (!isOfName || parts?.length !== enclosed.length) throw this.#incompatible(stored, declared, '')
      const readers = parts.map((part, index) => this.#readerOf(part, enclosed[index], steps))
      if (readers.every((reader) => reader === undefined)) return undefined
      const others = readers.map((reader, index) => (reader === undefined ? enclosed[index] : readBy(reader)))
      return declared.enclosing(others).createSerializer(registered)
    }
    const type = declared ?? Types.GENERIC()
    const isSame = isSameType(stored, type.description)
    if (isSame && steps.length === 0) return undefined
    const classes = registered.withDefaults(formOf(type).classes)
    const storedType = isSame ? type : typeDescribedAs(stored, classes)
    if (storedType === undefined) throw this.#unreadable(stored, type)
    const [before, now] = [parseTypeDescription(stored), parseTypeDescription(type.description)]
    const settings = {
      stored: storedType.createSerializer(classes),
      declared: type.createSerializer(registered),
      steps,
      misfit: (value: unknown) => misfit(value, now, classes),
      validate: this.#descriptor.schema.validate,
    }
    if (steps.length > 0) return new RestoredValueSerializer({ ...settings, convert: undefined })
    // Whatever was stored without a type can be written by any; else only the user knows how the one follows from the other.
    const isOwn = !(type instanceof DeclaredType)
    const change = isOwn && stored !== GENERIC ? undefined : typeChange(before, now, classes)
    if (change === undefined) {
      throw this.#incompatible(stored, type, isOwn ? '' : shapeDifference(before, now, classes))
    }
    const isRead = !isOwn && !change.isRenamed && formOf(storedType).kind === undefined
    if (isRead && change.convert === undefined) return undefined
    return new RestoredValueSerializer({ ...settings, convert: change.convert })
  }

  #incompatible(stored: string, { description }: AnyType, difference: string): FlinkError {
    const changed = difference === '' ? '' : `The lines with ! are what has to be migrated:${difference}\n`
    const { type } = this.#descriptor
    const advice =
      isEnclosing(type) && type.isOfUser !== true
        ? 'What an operator keeps takes no steps: leave the type of its records as it was, or give the operator another uid and restore with -n.'
        : this.#stepToWrite(this.#aliasToWrite(stored, description))
    return this.#refused(`it was written as ${stored} and is declared as ${description}. ${changed}${advice}`)
  }

  /** Of a class that seems to have another name now; else nothing. */
  #aliasToWrite(stored: string, declared: string): string {
    const { registered } = this.#place
    const renamed = renamedClass(parseTypeDescription(stored), parseTypeDescription(declared), registered)
    if (renamed === undefined) return ''
    const [before, now] = renamed
    return `if ${now} is ${before} under another name, Types.POJO(${now}, { ... }, { alias: '${before}' }); `
  }

  #stepToWrite(alias: string): string {
    const { to } = this.#versions
    const step = `.withSchema(${String(to + 1)}, { migrate: { ${String(to)}: (old) => ... } })`
    return `Write what makes the one of the other: ${step}; ${alias}or declare the type that it was written with, or give the state a new name.`
  }

  #missingSteps(found: readonly (MigrationStep | undefined)[]): FlinkError {
    const { from, to } = this.#versions
    const { type } = this.#descriptor
    const [before, now] = [this.#stored.description, type?.description ?? GENERIC]
    const missing = found.flatMap((step, index) => (step === undefined ? [String(from + index)] : []))
    const difference = isSameType(before, now)
      ? ''
      : shapeDifference(parseTypeDescription(before), parseTypeDescription(now), this.#place.registered)
    return this.#refused(
      `it was written ${this.#versionText()}, version ${String(to)} is declared, and migrate has no step from ` +
        `${missing.join(' and ')}. ${difference === '' ? '' : `What has changed:${difference}\n`}` +
        `Write .withSchema(${String(to)}, { migrate: { ${missing.map((each) => `${each}: (old) => ...`).join(', ')} } }), ` +
        'each a function that makes of a value of its version one of the next.',
    )
  }

  #laterVersion(): FlinkError {
    const { to } = this.#versions
    return this.#refused(
      `it was written ${this.#versionText()}, and the program declares version ${String(to)}, an earlier one. ` +
        'Start the program that wrote it, or a later one; state is not migrated backwards.',
    )
  }

  #unreadable(stored: string, { description }: AnyType): FlinkError {
    return this.#refused(
      `it was written as ${stored} and is declared as ${description}. ` +
        `Only the type ${stored}, which is the program's own or an operator's, reads its bytes: declare it as it was, or give the state a new name.`,
    )
  }

  #versionText(): string {
    const { version } = this.#stored
    return version === 0
      ? `without a version, which counts as ${String(this.#versions.from)}`
      : `with version ${String(version)}`
  }

  #refused(reason: string): FlinkError {
    const { name: state } = this.#descriptor
    return new FlinkError('STATE_TYPE_INCOMPATIBLE', { state, operator: this.#place.operator, reason })
  }
}

const GENERIC = 'GENERIC'

function versionsOf(stored: number, { version, steps }: StateSchema): { readonly from: number; readonly to: number } {
  const unversioned = steps.has(0) ? 0 : 1
  return { from: stored === 0 ? unversioned : stored, to: version === 0 ? 1 : version }
}

/** In the place of a type that an enclosing one asks for its serializer. */
function readBy(reader: TypeSerializer<unknown>): AnyType {
  return { description: GENERIC, keyKind: () => 'auto', createSerializer: () => reader }
}
