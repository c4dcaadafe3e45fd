import { FlinkError } from '../core/errors/flink-error.js'
import type { ParsedOptions } from './option-parser.js'

/** The value of an option that was given once or more; the last one counts. Undefined for flags without value. */
export function valueOf(parsed: ParsedOptions, name: string): string | undefined {
  const last = parsed.values.get(name)?.at(-1)
  return last === true ? undefined : last
}

export function has(parsed: ParsedOptions, name: string): boolean {
  return parsed.values.has(name)
}

const JOB_ID = /^[0-9a-fA-F]{32}$/

/** The job id in lower case; JOB_ID_INVALID says what one looks like. */
export function parseJobIdOperand(text: string): string {
  if (!JOB_ID.test(text)) throw new FlinkError('JOB_ID_INVALID', { text })
  return text.toLowerCase()
}

export function argumentError(message: string): FlinkError {
  return new FlinkError('CLI_ARGUMENT_INVALID', { message })
}
