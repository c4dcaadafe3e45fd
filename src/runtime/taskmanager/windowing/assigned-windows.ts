// Duty: looks at what an assigner gave for a record: a user's own may have forgotten its return, or the array.
// Thread: the task worker that owns the operator.
import { TimeWindow } from '../../../api/windowing/windows/time-window.js'
import { Window } from '../../../api/windowing/windows/window.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'

export function checkAssigned(windows: unknown, operator: string, assigner: object): void {
  if (Array.isArray(windows) && areWindows(windows)) return
  const details = { operator, assigner: assigner.constructor.name, returned: described(windows) }
  throw new FlinkError('ASSIGNED_WINDOWS_INVALID', details)
}

function areWindows(windows: readonly unknown[]): boolean {
  for (const window of windows) {
    const isWindow = window instanceof TimeWindow ? window.getStart() <= window.getEnd() : window instanceof Window
    if (!isWindow) return false
  }
  return true
}

function described(windows: unknown): string {
  if (!Array.isArray(windows)) return describeValue(windows)
  const each = windows.map((window: unknown) => (window instanceof Window ? String(window) : describeValue(window)))
  return `[${each.join(', ')}]`
}
