// Duty: the life of a job by Flink's names, with the only legal moves.
// Invariants: FINISHED, CANCELED and FAILED are never left; a failure goes through RESTARTING or FAILING.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'

export type JobStatus =
  'INITIALIZING' | 'CREATED' | 'RUNNING' | 'FAILING' | 'FAILED' | 'CANCELLING' | 'CANCELED' | 'FINISHED' | 'RESTARTING'

const TRANSITIONS: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  INITIALIZING: ['CREATED', 'FAILED', 'CANCELED'],
  CREATED: ['RUNNING', 'FAILING', 'FAILED', 'CANCELLING', 'CANCELED'],
  RUNNING: ['FINISHED', 'RESTARTING', 'FAILING', 'CANCELLING'],
  RESTARTING: ['CREATED', 'RUNNING', 'FAILING', 'FAILED', 'CANCELLING', 'CANCELED'],
  FAILING: ['FAILED', 'CANCELLING'],
  CANCELLING: ['CANCELED', 'FAILED'],
  FAILED: [],
  CANCELED: [],
  FINISHED: [],
}

export function isTerminalJobStatus(status: JobStatus): boolean {
  return TRANSITIONS[status].length === 0
}

export function checkJobTransition(from: JobStatus, to: JobStatus): void {
  if (!TRANSITIONS[from].includes(to)) {
    throw new FlinkError('ASSERTION_FAILED', { what: `a job in state ${from} was moved to ${to}` })
  }
}
