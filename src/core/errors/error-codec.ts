import { ERROR_TABLE } from './error-table.js'
import { FlinkError, type ErrorCode, type ErrorDetails } from './flink-error.js'

/** Causes deeper than this are cut off, so that a cyclic chain ends. */
const DEPTH_LIMIT = 16

/** An error as plain data, for thread and HTTP borders. */
export interface SerializedError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly code: string | undefined
  readonly details: Readonly<Record<string, string | number>> | undefined
  readonly cause: SerializedError | undefined
}

export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!(error instanceof Error)) {
    const message = typeof error === 'string' ? error : `a value was thrown that is no Error: ${describe(error)}`
    return { name: 'Error', message, stack: undefined, code: undefined, details: undefined, cause: undefined }
  }
  const isOurs = FlinkError.is(error)
  const hasCause = error.cause !== undefined && depth < DEPTH_LIMIT
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    code: isOurs ? error.code : undefined,
    details: isOurs ? error.details : undefined,
    cause: hasCause ? serializeError(error.cause, depth + 1) : undefined,
  }
}

/** The error again: a FlinkError when it was one, else an Error with the name, message and stack it had. */
export function deserializeError(serialized: SerializedError): Error {
  const cause = serialized.cause === undefined ? undefined : deserializeError(serialized.cause)
  const options = cause === undefined ? {} : { cause }
  const { code } = serialized
  const error = isErrorCode(code)
    ? new FlinkError(code, (serialized.details ?? {}) as ErrorDetails<ErrorCode>, options)
    : new Error(serialized.message, options)
  // Details may have been lost or be another version's: the text that the other side saw is the one that counts.
  if (error.message !== serialized.message) error.message = serialized.message
  if (!isErrorCode(code)) Object.defineProperty(error, 'name', { value: serialized.name, configurable: true })
  if (serialized.stack !== undefined) error.stack = serialized.stack
  return error
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ERROR_TABLE, code)
}

function describe(value: unknown): string {
  try {
    const json: unknown = JSON.stringify(value)
    return typeof json === 'string' ? json : typeof value
  } catch {
    return typeof value
  }
}
