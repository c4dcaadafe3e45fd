import { isError } from './thrown-value.js'
import { ERROR_TABLE, type ErrorFault, type ErrorRecovery, type ErrorRow } from './error-table.js'

/**
 * The code of an error; the README of this folder has all of them.
 *
 * @example
 * ```ts
 * import { FlinkError, type ErrorCode } from 'flink-ts'
 *
 * const codeOf = (error: unknown): ErrorCode | null => (FlinkError.is(error) ? error.code : null)
 * ```
 */
export type ErrorCode = keyof typeof ERROR_TABLE

type Placeholders<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${number}` ? never : Name) | Placeholders<Rest>
  : never

/** The values that fill the template of an error, by name. */
export type ErrorDetails<C extends ErrorCode> = {
  readonly [K in Placeholders<(typeof ERROR_TABLE)[C]['message']>]: string | number
}

/**
 * The one error of flink-ts: a code of the error table with typed details.
 *
 * @example
 * ```ts
 * import { FlinkError, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * try {
 *   await env.execute()
 * } catch (error) {
 *   if (FlinkError.is(error, 'JOB_CANCELED')) process.exitCode = 0
 *   else throw error
 * }
 * ```
 */
export class FlinkError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name: string = 'FlinkError'
  readonly code: C
  readonly details: Readonly<Record<string, string | number>>

  constructor(code: C, details: ErrorDetails<C>, options?: { readonly cause?: unknown }) {
    super(fill(ERROR_TABLE[code].message, details), options)
    this.code = code
    this.details = details
  }

  get fault(): ErrorFault {
    return this.#row.fault
  }

  get recovery(): ErrorRecovery {
    return this.#row.recovery
  }

  get httpStatus(): number {
    return this.#row.httpStatus
  }

  get exitCode(): number {
    return this.#row.exitCode
  }

  /** True for any FlinkError, or one with this code. */
  static is(error: unknown, code?: ErrorCode): error is FlinkError {
    return isError(error) && error instanceof FlinkError && (code === undefined || error.code === code)
  }

  get #row(): ErrorRow {
    return ERROR_TABLE[this.code]
  }
}

function fill(template: string, details: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(/\{([a-zA-Z]+)\}/g, (hole, name: string) => {
    return Object.hasOwn(details, name) ? String(details[name]) : hole
  })
}
