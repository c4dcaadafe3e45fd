import { localServices } from '../../state-processor/local-services.js'
import type { StateProcessor } from '../../state-processor/state-processor.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import type { CliContext } from '../arguments/cli-context.js'
import { restClusterClientOf } from './rest-cluster-client-of.js'

const JOB_ID = /^[0-9a-fA-F]{32}$/

/** Loaded when it is asked for, with what it needs of the engine. */
export async function stateProcessorOf(context: CliContext, interruption?: AbortSignal): Promise<StateProcessor> {
  const { StateProcessor: Processor } = await import('../../state-processor/state-processor.js')
  return new Processor({
    ...localServices(context.configuration),
    ...(interruption === undefined ? {} : { interruption }),
  })
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

/** What was named as a snapshot: a path as it is, of a job its newest completed checkpoint. */
export function snapshotOf(operand: string, context: CliContext): Promise<string> {
  if (isJobId(operand)) return restClusterClientOf(context).newestCheckpoint(operand.toLowerCase())
  return Promise.resolve(absoluteTarget(operand, 'path of the snapshot', context.workingDirectory))
}
