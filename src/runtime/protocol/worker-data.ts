// Duty: what a task worker thread is born with.
// Invariants: plain data and shared memory.
// Thread: made by the composition root, read once by worker-entry.ts.

export interface TaskWorkerData {
  readonly workerIndex: number
  /** Doorbell of this worker: others ring it, only this worker sleeps on it. */
  readonly bell: SharedArrayBuffer
}
