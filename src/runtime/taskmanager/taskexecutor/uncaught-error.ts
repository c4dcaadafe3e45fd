// Duty: the one error for what user code throws where nobody called it: in a timer, a callback, a promise that nobody waits for.
// Invariants: whose it is cannot be told, so it names all that run in the worker. What is of the engine's own table already, such as the
// failure of a standard stream, stays as it is. The user's own error stays as the cause with its stack.
// Thread: the task worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { describeFailure } from '../../../core/errors/syntax-location.js'

const MOST_NAMED = 5

/** `running`: tasks and coordinators of the worker. */
export function uncaughtError(error: unknown, running: readonly string[]): FlinkError {
  if (FlinkError.is(error)) return error
  const others = running.length - MOST_NAMED
  const named = running.slice(0, MOST_NAMED).join(', ')
  const all = others > 0 ? `${named} and ${String(others)} more` : named
  const reason = describeFailure(error).replace(/\.$/, '')
  return new FlinkError('ERROR_UNCAUGHT', { running: all, reason }, { cause: error })
}
