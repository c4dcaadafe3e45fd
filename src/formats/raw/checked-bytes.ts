import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'

/** RECORD_NOT_WRITABLE for what is no Uint8Array. */
export function checkedBytes(schema: string, record: unknown): Uint8Array {
  if (record instanceof Uint8Array) return record
  const details = { schema, record: describeValue(record), reason: 'it is no Uint8Array' }
  throw new FlinkError('RECORD_NOT_WRITABLE', details)
}
