// Duty: says why a restored value could not become one of the declared schema; who knows its place makes the FlinkError.
// Thread: the task worker that owns the backend.
import { describeValue } from '../../../../core/errors/describe-value.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'

export class ValueMigrationError extends Error {
  override readonly name: string = 'ValueMigrationError'
}

/** Where the value is; `key` where the state is keyed. */
export interface MigratedPlace {
  readonly state: string
  readonly operator: string
  readonly key?: unknown
}

/** STATE_MIGRATION_FAILED with the place; any other error comes back as it is. */
export function migrationFailed(error: unknown, { state, operator, ...place }: MigratedPlace): unknown {
  if (!(error instanceof ValueMigrationError)) return error
  const where = 'key' in place ? `the value under the key ${describeValue(place.key)}` : 'an element'
  const details = { state, operator, where, reason: error.message }
  return new FlinkError('STATE_MIGRATION_FAILED', details, { cause: error.cause ?? error })
}
