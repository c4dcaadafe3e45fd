import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { CoreOptions } from '../core/config/core-options.js'
import type { Configuration } from '../core/config/configuration.js'
import { ProgramWorker } from './program-worker.js'
import { heapSizeMbOf, WorkerThreadStarter } from './worker-thread-starter.js'

/** The threads of a job process that can begin before anything is known of the job. */
export interface JobThreads {
  readonly program: ProgramWorker
  readonly starter: WorkerThreadStarter
}

/**
 * Starts as many task workers as the job is likely to want; the thread of the program is there already. They load the engine
 * while this thread loads its own part of it; this file imports little, so that they begin early.
 */
export function startJobThreads(programThread: Worker, configuration: Configuration): JobThreads {
  const program = new ProgramWorker(programThread)
  const starter = new WorkerThreadStarter(heapSizeMbOf(configuration))
  starter.warmUp(Math.min(configuration.get(CoreOptions.DEFAULT_PARALLELISM), availableParallelism()))
  return { program, starter }
}

export async function terminateJobThreads({ program, starter }: JobThreads): Promise<void> {
  await Promise.all([program.terminate(), starter.close()])
}
