import { existsSync } from 'node:fs'
import path from 'node:path'
import { localServices } from '../../state-processor/local-services.js'
import type { StateProcessorServices } from '../../state-processor/snapshot-source.js'
import type { StateProcessor } from '../../state-processor/state-processor.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import type { JobContext } from '../arguments/cli-context.js'
import { isJobId, namedJobId } from './job-id-of.js'
import { onNewest } from './on-newest.js'
import { restClusterClientOf } from './rest-cluster-client-of.js'

/** A word that cannot be meant for anything else. */
const PATH = /[/\\]|^[.~]|^[a-z][a-z0-9+.-]*:/i

/** What a caller may know, and be told, of long work. */
export type Surroundings = Pick<StateProcessorServices, 'interruption' | 'onProgress'>

/** Loaded when it is asked for, with what it needs of the engine. */
export async function stateProcessorOf(context: JobContext, surroundings: Surroundings = {}): Promise<StateProcessor> {
  const { StateProcessor: Processor } = await import('../../state-processor/state-processor.js')
  return new Processor({ ...localServices(context.configuration), ...surroundings })
}

/** With what was named as a snapshot: a path as it is, of a job its newest completed checkpoint. */
export async function onSnapshot<T>(
  operand: string,
  context: JobContext,
  work: (snapshot: string) => Promise<T>,
): Promise<T> {
  const jobId = await jobNamed(operand, context)
  if (jobId === undefined) return work(absoluteTarget(operand, 'path of the snapshot', context.workingDirectory))
  return onNewest(() => restClusterClientOf(context).newestCheckpoint(jobId), work)
}

/**
 * The job that an operand names which may be a path as well; undefined where it is one. What is there on the disk is meant before a job
 * of that name or with that beginning of its id; a whole id is always a job.
 */
export async function jobNamed(operand: string, context: JobContext): Promise<string | undefined> {
  if (!isJobId(operand) && (PATH.test(operand) || existsSync(path.resolve(context.workingDirectory, operand))))
    return undefined
  return namedJobId(operand, context)
}

/** What is half written is removed after the first SIGINT or SIGTERM; a second one ends the process at once. */
export function interruptionBySignals(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      controller.abort()
    })
  }
  return controller.signal
}
