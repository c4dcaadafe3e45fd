// Duty: the error of a worker that is no more, with what ran in it: memory or process.exit is the doing of one of these.
// Invariants: code and cause stay, so that what follows from the error stays too.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Execution } from '../executiongraph/execution.js'

const MOST_NAMED = 5

/** `tasks`: those that ran in it. */
export function withTasksOfWorker(error: Error, tasks: readonly Execution[]): Error {
  if (!FlinkError.is(error) || tasks.length === 0) return error
  const options = { cause: error.cause }
  const worker = `${String(error.details['worker'])} (${namesOf(tasks)})`
  if (error.code === 'WORKER_OUT_OF_MEMORY') return new FlinkError('WORKER_OUT_OF_MEMORY', { worker }, options)
  if (error.code !== 'WORKER_DIED') return error
  const { reason = '' } = error.details
  return new FlinkError('WORKER_DIED', { worker, reason }, options)
}

function namesOf(tasks: readonly Execution[]): string {
  const named = tasks.slice(0, MOST_NAMED).map(({ taskNameWithSubtask }) => taskNameWithSubtask)
  const others = tasks.length - MOST_NAMED
  return others > 0 ? `${named.join(', ')} and ${String(others)} more` : named.join(', ')
}
