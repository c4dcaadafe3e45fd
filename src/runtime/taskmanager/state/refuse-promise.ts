// Duty: the check that a function inside a state (reduce, aggregate) is synchronous.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { StateTable } from './state-table.js'

export function refusePromise(result: unknown, table: StateTable, method: string): void {
  if (!(result instanceof Promise)) return
  // The error below stands for the promise; its own rejection would end the worker.
  result.catch(() => undefined)
  const { operatorName, metadata } = table
  throw new FlinkError('ASYNC_NOT_ALLOWED', { operator: operatorName, method: `${method} of state '${metadata.name}'` })
}
