import { localServices } from '../../state-processor/local-services.js'
import type { StateProcessorServices } from '../../state-processor/snapshot-source.js'
import type { StateProcessor } from '../../state-processor/state-processor.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import type { JobContext } from '../arguments/cli-context.js'
import { onNewest } from './on-newest.js'
import { restClusterClientOf } from './rest-cluster-client-of.js'

const JOB_ID = /^[0-9a-fA-F]{32}$/

/** What a caller may know, and be told, of long work. */
export type Surroundings = Pick<StateProcessorServices, 'interruption' | 'onProgress'>

/** Loaded when it is asked for, with what it needs of the engine. */
export async function stateProcessorOf(context: JobContext, surroundings: Surroundings = {}): Promise<StateProcessor> {
  const { StateProcessor: Processor } = await import('../../state-processor/state-processor.js')
  return new Processor({ ...localServices(context.configuration), ...surroundings })
}

/** With what was named as a snapshot: a path as it is, of a job its newest completed checkpoint. */
export function onSnapshot<T>(
  operand: string,
  context: JobContext,
  work: (snapshot: string) => Promise<T>,
): Promise<T> {
  if (!isJobId(operand)) return work(absoluteTarget(operand, 'path of the snapshot', context.workingDirectory))
  return onNewest(() => restClusterClientOf(context).newestCheckpoint(operand.toLowerCase()), work)
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

export function isJobId(operand: string): boolean {
  return JOB_ID.test(operand)
}
