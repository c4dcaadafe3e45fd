/** Lines of `state import` as plain data: what is set and what is deleted. Which state it is of, and whether it fits, is not looked at. */
import { FlinkError } from '../core/errors/flink-error.js'

export interface ChangeLine {
  readonly operator: string
  readonly state: string
  /** Where it is given it has to be that of the state. */
  readonly kind: string | undefined
  readonly isDeleted: boolean
  /** In the JSON form; each absent where the line has none. */
  readonly key?: unknown
  readonly namespace?: unknown
  readonly value?: unknown
  /** Of an element of a list of operator state. */
  readonly subtask?: number
  readonly index?: number
}

const FIELDS = [
  'operator',
  'state',
  'kind',
  'key',
  'namespace',
  'value',
  'subtask',
  'index',
  'delete',
  'diff',
  'before',
]
const DIFFERENCES: readonly unknown[] = ['added', 'changed', 'removed']

/** JSON_FORM_INVALID says what is wrong with it. */
export function parseChangeLine(text: string): ChangeLine {
  const fields = objectIn(text)
  const unknownField = Object.keys(fields).find((name) => !FIELDS.includes(name))
  if (unknownField !== undefined) throw wrong(`it has a field "${unknownField}", of which nothing is known`)
  const { operator, state, kind, diff, subtask, index } = fields
  if (typeof operator !== 'string') throw wrong('"operator" is to be the uid or id of an operator')
  if (typeof state !== 'string') throw wrong('"state" is to be the name of a state')
  if (kind !== undefined && typeof kind !== 'string') throw wrong('"kind" is to be a text')
  if (diff !== undefined && !DIFFERENCES.includes(diff)) throw wrong('"diff" is to be "added", "changed" or "removed"')
  if (fields['delete'] !== undefined && typeof fields['delete'] !== 'boolean')
    throw wrong('"delete" is to be true or false')
  const isDeleted = fields['delete'] === true || diff === 'removed'
  if (isDeleted && 'value' in fields) throw wrong('a line that deletes has no "value"')
  return {
    operator,
    state,
    kind,
    isDeleted,
    ...('key' in fields ? { key: fields['key'] } : {}),
    ...('namespace' in fields ? { namespace: fields['namespace'] } : {}),
    ...('value' in fields ? { value: fields['value'] } : {}),
    ...(subtask === undefined ? {} : { subtask: placeIn(subtask, 'subtask') }),
    ...(index === undefined ? {} : { index: placeIn(index, 'index') }),
  }
}

/** The lines with their numbers, without those that are empty. Bytes that are no UTF-8 are an error. */
export async function* linesIn(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly [line: number, text: string]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 0
  let rest: Uint8Array[] = []
  let restBytes = 0
  const decoded = (parts: readonly Uint8Array[]): string => {
    line += 1
    try {
      return decoder.decode(Buffer.concat(parts)).trim()
    } catch (error) {
      const details = { line, file: 'the input', reason: 'it is no UTF-8' }
      throw new FlinkError('STATE_LINE_INVALID', details, { cause: error })
    }
  }
  for await (const piece of pieces) {
    let from = 0
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, from)) {
      const text = decoded([...rest, piece.subarray(from, at)])
      rest = []
      restBytes = 0
      from = at + 1
      if (text !== '') yield [line, text]
    }
    if (from >= piece.length) continue
    rest.push(piece.slice(from))
    restBytes += piece.length - from
    if (restBytes > MOST_LINE_BYTES) {
      const reason = `it is longer than ${String(MOST_LINE_BYTES)} bytes`
      throw new FlinkError('STATE_LINE_INVALID', { line: line + 1, file: 'the input', reason })
    }
  }
  const text = decoded(rest)
  if (text !== '') yield [line, text]
}

const NEWLINE = 10
/** All of a line is in memory, several times. What has no end, as of a device, is no file of lines. */
const MOST_LINE_BYTES = 64 * 1024 ** 2

function objectIn(text: string): Readonly<Record<string, unknown>> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new FlinkError('JSON_FORM_INVALID', { reason: 'it is no JSON' }, { cause: error })
  }
  refuseRounded(text)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong('a line is an object')
  return json as Readonly<Record<string, unknown>>
}

const STRINGS = /"(?:[^"\\]|\\.)*"/g
const MANY_DIGITS = /\d{16}/
const WHOLE_NUMBERS = /-?\d{16,}(?![\d.eE])/g

/** Whole numbers that JSON.parse would make others of: another key would be changed. */
function refuseRounded(text: string): void {
  if (!MANY_DIGITS.test(text)) return
  for (const [digits] of text.replace(STRINGS, '""').matchAll(WHOLE_NUMBERS)) {
    if (BigInt(digits) === BigInt(Number(digits))) continue
    throw wrong(`the number ${digits} would become ${String(Number(digits))}; a bigint is {"$bigint":"${digits}"}`)
  }
}

function placeIn(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw wrong(`"${field}" is to be a whole number from 0`)
}

function wrong(reason: string): FlinkError {
  return new FlinkError('JSON_FORM_INVALID', { reason })
}
