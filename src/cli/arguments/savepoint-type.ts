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

const TYPES: readonly string[] = ['CANONICAL', 'NATIVE']

/** Every savepoint is in the one standard format; a word that names no format is an error all the same. */
export function checkSavepointType(parsed: ParsedOptions): void {
  const type = valueOf(parsed, 'type')
  if (type === undefined || TYPES.includes(type.toUpperCase())) return
  const details = { type: 'org.apache.flink.core.execution.SavepointFormatType', values: TYPES.join(', '), given: type }
  throw new FlinkError('CLI_VALUE_UNKNOWN', details)
}
