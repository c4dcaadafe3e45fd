import { ERROR_TABLE } from './error-table.js'
import { FlinkError, type ErrorCode, type ErrorDetails } from './flink-error.js'
import { syntaxLocationOf } from './syntax-location.js'
import { causeOf, cutText, isError, LOG_CHARS, textOfError } from './thrown-value.js'

/** Causes deeper than this are cut off, with a word, so that a cyclic chain ends. */
const DEPTH_LIMIT = 16
const CUT_OFF = 'further causes are left out'

/** An error as plain data, for thread and HTTP borders. No text in it is longer than LOG_CHARS, whatever was thrown. */
export interface SerializedError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly code: string | undefined
  readonly details: Readonly<Record<string, string | number>> | undefined
  readonly cause: SerializedError | undefined
}

export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!isError(error)) {
    const message = typeof error === 'string' ? error : `a value was thrown that is no Error: ${describe(error)}`
    return plainError(cutText(message, LOG_CHARS))
  }
  const isOurs = FlinkError.is(error)
  return {
    name: textOfError(error, 'name') ?? 'Error',
    message: messageOf(error),
    stack: textOfError(error, 'stack'),
    code: isOurs ? error.code : undefined,
    details: isOurs ? cutDetails(error.details) : undefined,
    cause: serializeCause(causeOf(error), depth + 1),
  }
}

/** Where a syntax error stands is lost with the thread in which it was thrown: it becomes part of what is said of it. */
function messageOf(error: Error): string {
  const message = textOfError(error, 'message') ?? ''
  const location = error instanceof SyntaxError ? syntaxLocationOf(error) : undefined
  return location === undefined ? message : `${message}\n${location}`
}

function serializeCause(cause: unknown, depth: number): SerializedError | undefined {
  if (cause === undefined) return undefined
  return depth > DEPTH_LIMIT ? plainError(CUT_OFF) : serializeError(cause, depth)
}

function plainError(message: string): SerializedError {
  return { name: 'Error', message, stack: undefined, code: undefined, details: undefined, cause: undefined }
}

function cutDetails(details: FlinkError['details']): FlinkError['details'] {
  const cut = Object.entries(details).map(([name, value]) => [
    name,
    typeof value === 'string' ? cutText(value, LOG_CHARS) : value,
  ])
  return Object.fromEntries(cut) as FlinkError['details']
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
