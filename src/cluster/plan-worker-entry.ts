// The worker of `info`: runs main up to its first execute() and sends the plan instead of running it.
import { parentPort, workerData } from 'node:worker_threads'
import { serializeError } from '../core/errors/error-codec.js'
import { prepareOwnEnd } from '../core/process/ending-threads.js'
import { renderExecutionPlan } from '../graph/execution-plan.js'
import { runProgram, type ProgramToRun } from '../graph/run-program.js'
import type { ProgramReply } from './reply-of-program.js'

// From here on, so for the user's modules and not for the engine's: reading the maps of those would slow the start down.
process.setSourceMapsEnabled(true)

prepareOwnEnd()

if (parentPort !== null) {
  const port = parentPort
  const send = (reply: ProgramReply<string>): void => {
    port.postMessage(reply)
  }
  const fail = (error: unknown): void => {
    send({ error: serializeError(error) })
  }
  const executor = {
    submit: (pipeline: Parameters<typeof renderExecutionPlan>[0]): Promise<never> => {
      send({ result: renderExecutionPlan(pipeline) })
      return new Promise(() => undefined)
    },
  }
  runProgram(workerData as ProgramToRun, executor).catch(fail)
}
