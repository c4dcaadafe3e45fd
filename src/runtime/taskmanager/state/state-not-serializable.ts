// Duty: turns a serializer's complaint about a value into the error that names the state and its operator.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { ClassNotRegisteredError } from '../../../core/types/class-not-registered-error.js'
import { ValueNotSerializableError } from '../../../core/types/value-not-serializable-error.js'

/** Whose value it is; `key` where the state is keyed. */
export interface ValuePlace {
  readonly state: string
  readonly operator: string
  readonly key?: unknown
}

/** Any other error comes back as it is. */
export function stateNotSerializable(error: unknown, state: string, operator: string): unknown {
  if (error instanceof ClassNotRegisteredError) {
    const details = { state, operator, className: error.className }
    return new FlinkError('STATE_CLASS_NOT_REGISTERED', details, { cause: error })
  }
  if (!(error instanceof ValueNotSerializableError)) return error
  return notSerializable(error, { state, operator }, error.path, error.kind)
}

/**
 * The error for a value that could not be written or copied. Whatever else is thrown meanwhile came out of the value: a
 * getter, the trap of a proxy, the `toPlain` of a registered class.
 */
export function stateNotStorable(error: unknown, place: ValuePlace): unknown {
  if (FlinkError.is(error)) return error
  if (error instanceof ValueNotSerializableError) return notSerializable(error, place, error.path, error.kind)
  const thrown = error instanceof Error ? `${error.name}: ${error.message}` : describeValue(error)
  return notSerializable(error, place, 'the value', `one whose parts cannot be read (${thrown})`)
}

function notSerializable(cause: unknown, place: ValuePlace, path: string, kind: string): FlinkError {
  const where = path === '' ? 'the value' : path
  const details = {
    state: place.state,
    operator: place.operator,
    path: 'key' in place ? `${where} (under the key ${describeValue(place.key)})` : where,
    kind,
  }
  return new FlinkError('STATE_NOT_SERIALIZABLE', details, { cause })
}
