// Duty: looks at what an assigner gave for a record: a user's own may have forgotten its return, or the array.
// Thread: the task worker that owns the operator.
import { Window } from '../../../api/windowing/windows/window.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'

export function checkAssigned(windows: unknown, operator: string, assigner: object): void {
  if (Array.isArray(windows) && areWindows(windows)) return
  const details = { operator, assigner: assigner.constructor.name, returned: describeValue(windows) }
  throw new FlinkError('ASSIGNED_WINDOWS_INVALID', details)
}

function areWindows(windows: readonly unknown[]): boolean {
  for (const window of windows) if (!(window instanceof Window)) return false
  return true
}
