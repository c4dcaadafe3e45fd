import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { CoreOptions } from '../core/config/core-options.js'
import type { Configuration } from '../core/config/configuration.js'
import { JobOutput, type PrintsTo } from './job-output.js'
import { ProgramWorker } from './program-worker.js'
import { heapSizeMbOf, WorkerThreadStarter } from './worker-thread-starter.js'

/** A further worker pays as long as it may have a core, or fills in where another one waits for something. */
const WORKERS_PER_CORE = 2
const MIN_SHARED_WORKERS = 4

/** How many task workers a job has at most before several slots share one. */
export function maxTaskWorkers(): number {
  return Math.max(MIN_SHARED_WORKERS, WORKERS_PER_CORE * availableParallelism())
}

/** What the threads of a job have of the standard streams. */
export interface JobStreams {
  readonly standardInput: 'readable' | 'refused'
  readonly printsTo?: PrintsTo
}

/** The threads of a job process that can begin before anything is known of the job. */
export interface JobThreads {
  readonly program: ProgramWorker
  readonly starter: WorkerThreadStarter
  readonly output: JobOutput
}

/**
 * Starts as many task workers as the job is likely to want; the thread of the program is there already. They load the engine
 * while this thread loads its own part of it; this file imports little, so that they begin early.
 */
export function startJobThreads(
  programThread: Worker,
  configuration: Configuration,
  { standardInput, printsTo }: JobStreams,
): JobThreads {
  // Read before there is anything to be ended: a value may be refused.
  const heapSizeMb = heapSizeMbOf(configuration)
  const workers = Math.min(configuration.get(CoreOptions.DEFAULT_PARALLELISM), availableParallelism())
  const output = new JobOutput(standardInput, printsTo)
  const program = new ProgramWorker(programThread, output)
  const starter = new WorkerThreadStarter(heapSizeMb, output)
  starter.warmUp(workers)
  return { program, starter, output }
}

export async function terminateJobThreads({ program, starter }: JobThreads): Promise<void> {
  await Promise.all([program.terminate(), starter.close()])
}
