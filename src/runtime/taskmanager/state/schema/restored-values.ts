// Duty: reads values as they were stored and gives them as they are declared now: converted, or taken through the steps of a
// migration, and validated.
// Invariants: a value that did not get through is never given: ValueMigrationError says why. Writing and copying are those of
// the declared type.
// Thread: the task worker that owns the backend.
import type { StandardSchemaV1 } from '../../../../api/types/standard-schema.js'
import { describeValue } from '../../../../core/errors/describe-value.js'
import type { DataInputView } from '../../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import { isThenable } from '../thenable.js'
import type { Conversion } from './type-change.js'
import { describeThrown, invalidity } from './value-validator.js'
import { ValueMigrationError } from './value-migration-error.js'

export interface MigrationStep {
  /** From which version to the next. */
  readonly version: number
  readonly step: Conversion
}

export interface RestoredValueSettings {
  readonly stored: TypeSerializer<unknown>
  readonly declared: TypeSerializer<unknown>
  /** Where there are no steps. */
  readonly convert: Conversion | undefined
  readonly steps: readonly MigrationStep[]
  /** What is wrong with what the last step gave, in words. */
  readonly misfit: (value: unknown) => string | undefined
  readonly validate: StandardSchemaV1 | undefined
}

export class RestoredValueSerializer implements TypeSerializer<unknown> {
  readonly #settings: RestoredValueSettings

  constructor(settings: RestoredValueSettings) {
    this.#settings = settings
  }

  serialize(value: unknown, output: DataOutputView): void {
    this.#settings.declared.serialize(value, output)
  }

  deserialize(input: DataInputView): unknown {
    const { stored, convert, steps, validate } = this.#settings
    const before = stored.deserialize(input)
    const value = steps.length > 0 ? this.#migrated(before) : convert === undefined ? before : convert(before)
    const wrong = validate === undefined ? undefined : invalidity(value, validate)
    if (wrong !== undefined) throw new ValueMigrationError(wrong)
    return value
  }

  copy(value: unknown): unknown {
    return this.#settings.declared.copy(value)
  }

  #migrated(before: unknown): unknown {
    let value = before
    for (const each of this.#settings.steps) value = migratedBy(each, value)
    const wrong = this.#settings.misfit(value)
    // A step may give one object for many values, or put one into many, as a default: each is to be a value of its own.
    if (wrong === undefined) return this.#settings.declared.copy(value)
    const last = this.#settings.steps.at(-1)?.version ?? 0
    throw new ValueMigrationError(`${nameOf(last)} gave a value that is not what is declared: ${wrong}`)
  }
}

function migratedBy({ version, step }: MigrationStep, value: unknown): unknown {
  let result: unknown
  const failed = (what: string, options?: ErrorOptions): ValueMigrationError =>
    new ValueMigrationError(`${nameOf(version)} ${what}, for ${describeValue(value)}`, options)
  try {
    result = step(value)
  } catch (error) {
    throw failed(`threw ${describeThrown(error)}`, { cause: error })
  }
  if (isThenable(result)) {
    result.then(undefined, () => undefined)
    throw failed('gave a promise, and state is migrated at once')
  }
  if (result !== undefined && result !== null) return result
  throw failed(`gave ${String(result)}, and has to give a value`)
}

function nameOf(version: number): string {
  return `the step from version ${String(version)} to ${String(version + 1)}`
}
