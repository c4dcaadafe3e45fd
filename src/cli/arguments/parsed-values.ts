import { FlinkError } from '../../core/errors/flink-error.js'

/** What commander made of the arguments of an action. */
export interface ParsedOptions {
  /** By `optionName`. A flag is `true`, as is an optional value that was not given; of `-D` there are several. */
  readonly values: Readonly<Record<string, string | true | readonly string[]>>
  /** Operands; of an action on a program, the program file and everything after it. */
  readonly operands: readonly string[]
}

/** The value of an option; of an option that was given twice, the last one. Undefined for flags without value. */
export function valueOf(parsed: ParsedOptions, name: string): string | undefined {
  const value = parsed.values[name]
  return typeof value === 'string' ? value : undefined
}

/** The values of an option that may be repeated. */
export function valuesOf(parsed: ParsedOptions, name: string): readonly string[] {
  const values = parsed.values[name]
  return typeof values === 'object' ? values : []
}

export function has(parsed: ParsedOptions, name: string): boolean {
  return Object.hasOwn(parsed.values, name)
}

export function argumentError(message: string): FlinkError {
  return new FlinkError('CLI_ARGUMENT_INVALID', { message })
}
