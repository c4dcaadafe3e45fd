// Duty: turns a complaint about a record that cannot travel into the error that names the operator which emitted it.
// Thread: the producing task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { ValueNotSerializableError } from '../../../core/types/value-not-serializable-error.js'

/** Any other error comes back as it is. */
export function recordNotSerializable(error: unknown, operator: string): unknown {
  if (!(error instanceof ValueNotSerializableError)) return error
  const { path, kind } = error
  return new FlinkError('RECORD_NOT_SERIALIZABLE', { operator, path, kind }, { cause: error })
}
