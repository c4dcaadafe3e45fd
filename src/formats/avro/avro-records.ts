// Duty: a message of Avro as a record, and a record as a message: what the schemas of this folder share.
import type { Type } from 'avsc'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { AvroEncoding } from './avro-encoding.js'
import { hasBytes, withBuffers } from './avro-type.js'

type Resolver = ReturnType<Type['createResolver']>

/** As many bytes of a message as an error shows. */
const SHOWN_BYTES = 32

export function bufferOf(message: Uint8Array): Buffer {
  return Buffer.from(message.buffer, message.byteOffset, message.byteLength)
}

/** RECORD_NOT_DESERIALIZABLE for what is no value of the type. */
export function readRecord(
  message: Uint8Array,
  { type, resolver, schema }: { type: Type; resolver: Resolver | undefined; schema: string },
): unknown {
  try {
    return type.fromBuffer(bufferOf(message), resolver)
  } catch (error) {
    throw unreadable(message, error, schema)
  }
}

export function unreadable(message: Uint8Array, error: unknown, schema: string): FlinkError {
  const bytes = bufferOf(message)
  const shown = bytes.subarray(0, SHOWN_BYTES).toString('hex')
  const record = `${String(bytes.length)} bytes, ${shown}${bytes.length > SHOWN_BYTES ? '...' : ''}`
  const advice =
    "Look whether it was written by this schema; onError('skip') or onError('dead-letter') lets the job go on without it."
  const details = { schema, reason: messageOf(error), record, advice }
  return new FlinkError('RECORD_NOT_DESERIALIZABLE', details, { cause: error })
}

/** Writes records of one type. */
export class RecordWriter {
  readonly #type: Type
  readonly #hasBytes: boolean
  readonly #schema: string

  /** `schema`: the name of the class that writes, for messages. */
  constructor(type: Type, schema: string) {
    this.#type = type
    this.#hasBytes = hasBytes(type)
    this.#schema = schema
  }

  /** RECORD_NOT_WRITABLE for what is no value of the type. */
  write(record: unknown, encoding: AvroEncoding = AvroEncoding.BINARY): Uint8Array {
    const type = this.#type
    try {
      const value = this.#hasBytes ? withBuffers(record) : record
      return encoding === AvroEncoding.JSON ? Buffer.from(type.toString(value)) : type.toBuffer(value)
    } catch (error) {
      const details = { schema: this.#schema, record: describeValue(record), reason: messageOf(error) }
      throw new FlinkError('RECORD_NOT_WRITABLE', details, { cause: error })
    }
  }
}
