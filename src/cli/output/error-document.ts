import { FlinkError } from '../../core/errors/flink-error.js'
import { causeOf, cutText, describeThrown, isError, LOG_CHARS, messageOf } from '../../core/errors/thrown-value.js'

/** Causes may go round in a circle. */
const MAX_CAUSES = 10

interface ToldError {
  /** Of the error table; null of what others have thrown, as the program. */
  readonly code: string | null
  readonly message: string
}

/** What stands on standard output with --json in place of an answer. */
export interface ErrorDocument {
  readonly error: ToldError & {
    /** The first is that of the error itself, each further one of the one before it. */
    readonly causes: readonly ToldError[]
    readonly exitCode: number
  }
}

export function errorDocument(error: unknown, exitCode: number): ErrorDocument {
  const causes: ToldError[] = []
  let current = error
  while (isError(current) && causes.length < MAX_CAUSES) {
    current = causeOf(current)
    if (current !== undefined) causes.push(toldOf(current))
  }
  return { error: { ...toldOf(error), causes, exitCode } }
}

function toldOf(error: unknown): ToldError {
  if (FlinkError.is(error)) return { code: error.code, message: cutText(error.message, LOG_CHARS) }
  const isPlain = isError(error) && error.name === 'Error'
  return { code: null, message: isPlain ? messageOf(error) : describeThrown(error) }
}
