// Duty: questions about state and answers of values, as bytes.
// Invariants: what is read equals what was written. `...Bytes` is never less than what is written. Texts of bytes are written as these.
// Thread: any.
import { writeCharCodes } from '../../core/memory/char-codes.js'
import type { DataInputView } from '../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../core/memory/data-output-view.js'
import type { QueryState } from './state-queries.js'

/** Values of one query. */
export interface QueriedValues {
  readonly executionId: string
  readonly queryId: number
  readonly values: readonly (string | undefined)[]
}

/** Of a whole number up to 2^53 - 1. */
const NUMBER_BYTES = 8
/** Of a character in UTF-8, where a text may have any. */
const CHAR_BYTES = 3
/** Longer ones are left to V8. */
const SHORT_CHARS = 128

/** Infinite where a text has characters that are no bytes: these are rare, and the worker reads all texts in one piece. */
export function queryBytes({ executionId, name, keys }: QueryState): number {
  if (!isByteText(executionId) || !isByteText(name)) return Infinity
  let bytes = 5 * NUMBER_BYTES + executionId.length + name.length
  for (const key of keys) bytes += NUMBER_BYTES + key.length
  return bytes
}

export function writeQuery({ executionId, queryId, name, keys, limitBytes }: QueryState, output: DataOutputView): void {
  output.writeVarInt(queryId)
  output.writeVarInt(limitBytes)
  output.writeVarInt(executionId.length)
  output.writeVarInt(name.length)
  output.writeVarInt(keys.length)
  for (const key of keys) output.writeVarInt(key.length)
  writeByteText(executionId, output)
  writeByteText(name, output)
  for (const key of keys) writeByteText(key, output)
}

/** One call out of compiled code for all texts, and parts of what it gives. */
export function readQuery(input: DataInputView): QueryState {
  const queryId = input.readVarInt()
  const limitBytes = input.readVarInt()
  const idEnd = input.readVarInt()
  const nameEnd = idEnd + input.readVarInt()
  const lengths = Array.from({ length: input.readVarInt() }, () => input.readVarInt())
  const text = readByteText(input, input.remaining)
  let end = nameEnd
  const keys = lengths.map((length) => text.slice(end, (end += length)))
  const [executionId, name] = [text.slice(0, idEnd), text.slice(idEnd, nameEnd)]
  return { type: 'query-state', executionId, queryId, name, keys, limitBytes }
}

export function queriedValuesBytes({ executionId, values }: QueriedValues): number {
  let bytes = 3 * NUMBER_BYTES + CHAR_BYTES * executionId.length
  for (const value of values) bytes += NUMBER_BYTES + (value?.length ?? 0)
  return bytes
}

/** The length of a value is one more than it is, so that 0 says that there is none. */
export function writeQueriedValues({ executionId, queryId, values }: QueriedValues, output: DataOutputView): void {
  output.writeUtf8(executionId)
  output.writeVarInt(queryId)
  output.writeVarInt(values.length)
  for (const value of values) {
    output.writeVarInt(value === undefined ? 0 : value.length + 1)
    if (value !== undefined) writeByteText(value, output)
  }
}

export function readQueriedValues(input: DataInputView): QueriedValues {
  const executionId = input.readUtf8()
  const queryId = input.readVarInt()
  const values: (string | undefined)[] = []
  for (let count = input.readVarInt(); count > 0; count -= 1) {
    const length = input.readVarInt()
    values.push(length === 0 ? undefined : readByteText(input, length - 1))
  }
  return { executionId, queryId, values }
}

function isByteText(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0xff) return false
  return true
}

/** A char a byte. */
function writeByteText(text: string, output: DataOutputView): void {
  const { length } = text
  output.reserve(length)
  if (length <= SHORT_CHARS) writeCharCodes(text, output.bytes, output.position)
  else output.bytes.write(text, output.position, length, 'latin1')
  output.position += length
}

function readByteText(input: DataInputView, length: number): string {
  const start = input.skip(length)
  return input.bytes.toString('latin1', start, start + length)
}
