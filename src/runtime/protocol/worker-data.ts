// Duty: what a task worker thread is born with.
// Invariants: plain data and shared memory.
// Thread: made by the composition root, read once by worker-entry.ts.
import type { ThreadStreamMemory } from '../../core/io/thread-streams.js'
import type { StateQueryMemory } from './state-query-memory.js'

export interface TaskWorkerData {
  readonly workerIndex: number
  /** Doorbell of this worker: others ring it, only this worker sleeps on it. */
  readonly bell: SharedArrayBuffer
  readonly stateQueries: StateQueryMemory
  /** Whose turn it is to print, and to read, among the threads of the process. */
  readonly streams: ThreadStreamMemory
}
