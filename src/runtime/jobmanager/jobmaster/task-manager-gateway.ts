// Duty: the seam between the JobMaster and a task worker, be it a real thread or one that a simulation plays.
// Invariants: messages of one worker arrive in order; after `onExit` was called nothing arrives any more and `send` is a
// no-op. Exactly one exit is reported.
// Thread: main thread.
import type { MasterToWorker } from '../../protocol/master-to-worker.js'
import type { WorkerToMaster } from '../../protocol/worker-to-master.js'

export interface TaskManagerListener {
  onMessage(message: WorkerToMaster): void
  /** `error` says why a worker that was not asked to close ended (WORKER_DIED, WORKER_OUT_OF_MEMORY). */
  onExit(error: Error | undefined): void
}

export interface TaskManagerGateway {
  /** Name for messages, `worker 3`. */
  readonly name: string
  /** The worker's doorbell: whoever writes into or frees a channel of this worker rings it. */
  readonly bell: SharedArrayBuffer
  send(message: MasterToWorker): void
  /** Ends the worker at once, whatever it does. */
  terminate(): Promise<void>
}

export interface TaskManagerStarter {
  start(index: number, listener: TaskManagerListener): TaskManagerGateway
}
