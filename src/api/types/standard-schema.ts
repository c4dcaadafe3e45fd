/**
 * What Standard Schema asks of a validator, as zod, valibot, arktype and others have it: `withSchema` takes any of them.
 *
 * @example
 * ```ts
 * import type { StandardSchemaV1 } from 'flink-ts'
 *
 * const positive: StandardSchemaV1 = {
 *   '~standard': {
 *     version: 1,
 *     vendor: 'example',
 *     validate: (value) =>
 *       typeof value === 'number' && value > 0 ? { value } : { issues: [{ message: 'it has to be above 0' }] },
 *   },
 * }
 * ```
 * @see https://standardschema.dev
 */
export interface StandardSchemaV1 {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    /** A promise of a result is refused: state is read and written at once. */
    readonly validate: (value: unknown) => StandardSchemaResult | Promise<StandardSchemaResult>
  }
}

/**
 * The value where it is valid, else what is wrong with it.
 *
 * @example
 * ```ts
 * import type { StandardSchemaResult } from 'flink-ts'
 *
 * const wrong: StandardSchemaResult = { issues: [{ message: 'is no number', path: ['visits'] }] }
 * ```
 */
export type StandardSchemaResult =
  { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly StandardSchemaIssue[] }

/**
 * One thing that is wrong, and where in the value.
 *
 * @example
 * ```ts
 * import type { StandardSchemaIssue } from 'flink-ts'
 *
 * const issue: StandardSchemaIssue = { message: 'is no number', path: ['visits', 0] }
 * ```
 */
export interface StandardSchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** True for an object, or function, with a validator of Standard Schema. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard: unknown = Reflect.get(value, '~standard')
  return typeof standard === 'object' && standard !== null && typeof Reflect.get(standard, 'validate') === 'function'
}
