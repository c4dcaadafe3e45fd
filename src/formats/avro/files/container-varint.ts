import { ReasonError } from '../../../core/errors/reason-error.js'

/** More are no length and no count of anything. */
const MOST_BYTES = 8

/** A whole number as Avro writes it, from a position on, which moves; undefined where the bytes end within it. */
export function readVarint(bytes: Buffer, at: { position: number }): number | undefined {
  let zigzag = 0
  for (let read = 0; read < MOST_BYTES; read += 1) {
    const byte = bytes[at.position + read]
    if (byte === undefined) return undefined
    zigzag += (byte & 0x7f) * 2 ** (7 * read)
    if ((byte & 0x80) !== 0) continue
    at.position += read + 1
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
  }
  throw new ReasonError('a count in it is larger than any file')
}

/** Of a number from 0 on. */
export function writtenVarint(value: number): Buffer {
  const bytes: number[] = []
  let zigzag = value * 2
  for (; zigzag > 0x7f; zigzag = Math.floor(zigzag / 0x80)) bytes.push((zigzag % 0x80) + 0x80)
  bytes.push(zigzag)
  return Buffer.from(bytes)
}
