import { ReasonError } from '../../../core/errors/reason-error.js'

/** Confluent's wire format: a byte 0, the id of the schema in four bytes, the value. */
const MAGIC = 0
export const HEADER_BYTES = 5

/** ReasonError for what does not begin like that. */
export function schemaIdOf(message: Buffer): number {
  if (message.length < HEADER_BYTES)
    throw new ReasonError(`it has ${String(message.length)} bytes, and the header alone has 5`)
  const [magic = -1] = message
  if (magic !== MAGIC)
    throw new ReasonError(`it begins with the byte ${String(magic)}, and not with 0 and the id of a schema`)
  return message.readUInt32BE(1)
}

export function withSchemaId(id: number, value: Uint8Array): Uint8Array {
  const message = Buffer.allocUnsafe(HEADER_BYTES + value.length)
  message[0] = MAGIC
  message.writeUInt32BE(id, 1)
  message.set(value, HEADER_BYTES)
  return message
}
