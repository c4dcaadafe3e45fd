import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { isStandardSchema, type StandardSchemaV1 } from '../types/standard-schema.js'

/**
 * A step of a migration, whose parameter may be declared as the type that the value had.
 *
 * @example
 * ```ts
 * import type { MigrateStep } from 'flink-ts'
 *
 * const fromOne: MigrateStep = (old: { pages: number }) => ({ visits: old.pages })
 * ```
 */
export type MigrateStep = { step(value: unknown): unknown }['step']

/**
 * What `withSchema` takes beside the version.
 *
 * @example
 * ```ts
 * import type { StateSchemaOptions } from 'flink-ts'
 *
 * const schema: StateSchemaOptions = {
 *   migrate: {
 *     1: (old: { user: string }) => ({ ...old, visits: 0 }),
 *     2: (old: { user: string; visits: number }) => ({ ...old, since: new Date(0) }),
 *   },
 * }
 * ```
 */
export interface StateSchemaOptions {
  /**
   * By version what makes of a value of this version one of the next: a value of a ValueState, element of a list, value of a map,
   * reduced value, accumulator. A value is that of the stored type, and the function's own: it may change it and give it back.
   */
  readonly migrate?: Readonly<Record<number, MigrateStep>>
  /**
   * Looks at each value that a restore has migrated or converted, and at each that is stored: at `update`, `add` and `put`. What it
   * makes of the value is not used. Without it nothing is checked, and nothing paid.
   */
  readonly validate?: StandardSchemaV1
}

/**
 * The schema of a descriptor, checked.
 *
 * @example
 * ```ts
 * import { Types, ValueStateDescriptor, type StateSchema } from 'flink-ts'
 *
 * const visits = new ValueStateDescriptor('visits', Types.LONG).withSchema(2, { migrate: { 1: Number } })
 * const schema: StateSchema = visits.schema // its version is 2
 * ```
 */
export interface StateSchema {
  /** 0 where none was declared. */
  readonly version: number
  readonly steps: ReadonlyMap<number, (value: unknown) => unknown>
  readonly validate: StandardSchemaV1 | undefined
}

/** Of a descriptor without `withSchema`. */
export const NO_SCHEMA: StateSchema = { version: 0, steps: new Map(), validate: undefined }

const OPTIONS: ReadonlySet<string> = new Set(['migrate', 'validate'])

/** GRAPH_INVALID where the version is no whole number from 1, a step none between the versions, or the validator none. */
export function checkedSchema(state: string, version: number, options: StateSchemaOptions): StateSchema {
  const refuse = (reason: string): never => {
    throw new FlinkError('GRAPH_INVALID', { operator: `withSchema(...) of state '${state}'`, reason })
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    refuse(`the version has to be a whole number from 1, and it was given ${describeValue(version)}`)
  }
  if (!isObject(options))
    refuse(`after the version come { migrate, validate }, and it was given ${describeValue(options)}`)
  for (const name of Object.keys(options)) if (!OPTIONS.has(name)) refuse(`there is no option '${name}'`)
  const { migrate = {}, validate } = options
  if (!isObject(migrate))
    refuse(`migrate has functions by version, { 1: (old) => ... }, and not ${describeValue(migrate)}`)
  if (validate !== undefined && !isStandardSchema(validate)) {
    refuse(`validate has to be a validator of Standard Schema, and it was given ${describeValue(validate)}`)
  }
  const steps = new Map<number, (value: unknown) => unknown>()
  for (const [name, step] of Object.entries(migrate)) {
    const from = Number(name)
    if (!Number.isSafeInteger(from) || from < 0 || from >= version) {
      refuse(`migrate has a step from '${name}', which is no version before ${String(version)}`)
    }
    if (typeof step !== 'function') refuse(`step ${name} of migrate is no function, but ${describeValue(step)}`)
    steps.set(from, step)
  }
  return { version, steps, validate }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
