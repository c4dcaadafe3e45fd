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

/** Every savepoint is in the one standard format; a word that names no format is an error all the same. */
export function checkSavepointType(parsed: ParsedOptions): void {
  const type = valueOf(parsed, 'type')
  if (type === undefined || ['CANONICAL', 'NATIVE'].includes(type.toUpperCase())) return
  const text = `Could not parse value for the savepoint format type: ${type}. Expected one of: [[CANONICAL, NATIVE]]`
  throw new FlinkError('ACTION_FAILED', { text })
}
