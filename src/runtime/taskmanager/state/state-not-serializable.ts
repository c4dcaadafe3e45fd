// Duty: turns a serializer's complaint about a value into the error that names the state and its operator.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { ClassNotRegisteredError } from '../../../core/types/class-not-registered-error.js'
import { ValueNotSerializableError } from '../../../core/types/value-not-serializable-error.js'

/** Any other error comes back as it is. */
export function stateNotSerializable(error: unknown, state: string, operator: string): unknown {
  if (error instanceof ClassNotRegisteredError) {
    const details = { state, operator, className: error.className }
    return new FlinkError('STATE_CLASS_NOT_REGISTERED', details, { cause: error })
  }
  if (!(error instanceof ValueNotSerializableError)) return error
  const path = error.path === '' ? 'the value' : error.path
  return new FlinkError('STATE_NOT_SERIALIZABLE', { state, operator, path, kind: error.kind }, { cause: error })
}
