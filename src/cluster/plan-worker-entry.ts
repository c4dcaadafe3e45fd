// The worker of `info`: runs main up to its first execute() and sends the plan instead of running it.
import { parentPort, workerData } from 'node:worker_threads'
import { serializeError, type SerializedError } from '../core/errors/error-codec.js'
import { renderExecutionPlan } from '../graph/execution-plan.js'
import { runProgram, type ProgramToRun } from '../graph/run-program.js'

export type PlanReply = { readonly plan: string } | { readonly error: SerializedError }

// From here on, so for the user's modules and not for the engine's: reading the maps of those would slow the start down.
process.setSourceMapsEnabled(true)

if (parentPort !== null) {
  const port = parentPort
  const send = (reply: PlanReply): void => {
    port.postMessage(reply)
  }
  const fail = (error: unknown): void => {
    send({ error: serializeError(error) })
  }
  const executor = {
    submit: (pipeline: Parameters<typeof renderExecutionPlan>[0]): Promise<never> => {
      send({ plan: renderExecutionPlan(pipeline) })
      return new Promise(() => undefined)
    },
  }
  runProgram(workerData as ProgramToRun, executor).catch(fail)
}
