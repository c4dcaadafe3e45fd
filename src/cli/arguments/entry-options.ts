import type { EntryFilter } from '../../state-processor/entry-filter.js'
import type { CliOption } from './cli-option.js'
import { argumentError, valueOf, type ParsedOptions } from './parsed-values.js'

/** Which entries of a snapshot are meant. */
export const OPERATOR_OPTION: CliOption = {
  long: 'operator',
  value: 'required',
  valueName: 'uid',
  description: 'Only this operator: its uid, id or name; several separated by commas.',
}
export const STATE_OPTION: CliOption = {
  long: 'state',
  value: 'required',
  valueName: 'name',
  description: 'Only the state of this name; several separated by commas.',
}
export const KEY_OPTION: CliOption = {
  long: 'key',
  value: 'required',
  valueName: 'json',
  description: 'Only entries of this key, as it stands in the lines; a text may be written without quotes.',
}

export function entryFilter(parsed: ParsedOptions): EntryFilter {
  const key = valueOf(parsed, 'key')
  return {
    operators: namesIn(valueOf(parsed, 'operator')),
    states: namesIn(valueOf(parsed, 'state')),
    ...(key === undefined ? {} : { key: keyIn(key) }),
  }
}

/** JSON, or a text as it is where it is none. */
export function keyIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    if (/^[[{"]/.test(text)) throw argumentError(`The key ${text} is no JSON.`)
    return text
  }
}

/** A name that has a comma itself is written with a backslash before it. */
function namesIn(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(/(?<!\\),/).map((name) => name.replaceAll('\\,', ','))
}
