// Duty: how a file of Avro begins: four bytes, metadata, and the marker that stands after each of its blocks.
import { ReasonError } from '../../../core/errors/reason-error.js'
import { readVarint, writtenVarint } from './container-varint.js'

const MAGIC = Buffer.from([0x4f, 0x62, 0x6a, 1])
export const MARKER_BYTES = 16

export const CODECS = ['null', 'deflate'] as const
export type AvroCodec = (typeof CODECS)[number]

export interface ContainerHeader {
  readonly schema: string
  readonly codec: string
  readonly marker: Buffer
  /** Where the first block begins. */
  readonly lengthBytes: number
}

export function writtenHeader(schema: string, codec: AvroCodec, marker: Buffer): Buffer {
  const metadata = { 'avro.schema': schema, 'avro.codec': codec }
  const entries = Object.entries(metadata).flatMap(([name, value]) => [withLength(name), withLength(value)])
  return Buffer.concat([MAGIC, writtenVarint(entries.length / 2), ...entries, writtenVarint(0), marker])
}

/** Undefined where the bytes end before the header does. ReasonError where they are no file of Avro. */
export function readHeader(bytes: Buffer): ContainerHeader | undefined {
  if (bytes.length < MAGIC.length) return undefined
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new ReasonError('it does not begin as a file of Avro does')
  const metadata = new Map<string, string>()
  const at = { position: MAGIC.length }
  for (;;) {
    let count = readVarint(bytes, at)
    if (count === undefined) return undefined
    if (count === 0) break
    // A negative count is followed by the length of its entries.
    if (count < 0) {
      if (readVarint(bytes, at) === undefined) return undefined
      count = -count
    }
    for (; count > 0; count -= 1) {
      const [name, value] = [readText(bytes, at), readText(bytes, at)]
      if (name === undefined || value === undefined) return undefined
      metadata.set(name, value)
    }
  }
  const lengthBytes = at.position + MARKER_BYTES
  if (bytes.length < lengthBytes) return undefined
  const schema = metadata.get('avro.schema')
  if (schema === undefined) throw new ReasonError('its header has no schema')
  const marker = Buffer.from(bytes.subarray(at.position, lengthBytes))
  return { schema, codec: metadata.get('avro.codec') ?? 'null', marker, lengthBytes }
}

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([writtenVarint(bytes.length), bytes])
}

function readText(bytes: Buffer, at: { position: number }): string | undefined {
  const length = readVarint(bytes, at)
  if (length === undefined || at.position + length > bytes.length) return undefined
  at.position += length
  return bytes.toString('utf8', at.position - length, at.position)
}
