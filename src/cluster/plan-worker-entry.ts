// The worker of `info`, and of plans over REST: runs main up to its first execute() and sends the plan instead of running it.
import { parentPort, workerData } from 'node:worker_threads'
import type { Pipeline } from '../api/environment/pipeline-executor.js'
import { serializeError } from '../core/errors/error-codec.js'
import { prepareOwnEnd } from '../core/process/ending-threads.js'
import { renderExecutionPlan } from '../graph/execution-plan.js'
import { generateProgramGraph } from '../graph/job-graph-generator.js'
import { renderJsonPlan, type JsonPlan } from '../graph/json-plan.js'
import { runProgram } from '../graph/run-program.js'
import type { PlanWork } from './execution-plan-of.js'
import type { ProgramReply } from './reply-of-program.js'

// From here on, so for the user's modules and not for the engine's: reading the maps of those would slow the start down.
process.setSourceMapsEnabled(true)

prepareOwnEnd()

if (parentPort !== null) {
  const port = parentPort
  const work = workerData as PlanWork
  const send = (reply: ProgramReply<string | JsonPlan>): void => {
    port.postMessage(reply)
  }
  const fail = (error: unknown): void => {
    send({ error: serializeError(error) })
  }
  const executor = {
    submit: (pipeline: Pipeline): Promise<never> => {
      send({ result: work.form === 'json' ? jsonPlanOf(pipeline) : renderExecutionPlan(pipeline) })
      return new Promise(() => undefined)
    },
  }
  runProgram(work, executor).catch(fail)
}

/** No job has that id: nothing runs. */
function jsonPlanOf(pipeline: Pipeline): JsonPlan {
  return renderJsonPlan(generateProgramGraph(pipeline).jobGraph, '0'.repeat(32))
}
