import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliOption } from './cli-option.js'
import { valueOf, type ParsedOptions } from './parsed-values.js'

export const SAVEPOINT_TYPE_OPTION: CliOption = {
  short: 'type',
  long: 'type',
  value: 'required',
  valueName: 'canonical|native',
  description: 'Format of the savepoint; both names give the one format of flink-ts.',
}

const DEFAULT_TYPE = 'CANONICAL'
const TYPES: readonly string[] = [DEFAULT_TYPE, 'NATIVE']

/** The name that is asked for. Every savepoint is in the one standard format; a word that names none is an error all the same. */
export function checkSavepointType(parsed: ParsedOptions): string {
  const given = valueOf(parsed, 'type') ?? DEFAULT_TYPE
  const type = TYPES.find((candidate) => candidate === given.toUpperCase())
  if (type !== undefined) return type
  const details = { type: 'org.apache.flink.core.execution.SavepointFormatType', values: TYPES.join(', '), given }
  throw new FlinkError('CLI_VALUE_UNKNOWN', details)
}
