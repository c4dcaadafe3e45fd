// The worker of `check`: runs main up to its first execute(), opens the operators of that job without a task, and says what a
// restore would come to. User code runs here and never on the main thread.
import { parentPort, workerData } from 'node:worker_threads'
import { Configuration } from '../core/config/configuration.js'
import { StateBackendOptions } from '../core/config/state-backend-options.js'
import { serializeError } from '../core/errors/error-codec.js'
import { prepareOwnEnd } from '../core/process/ending-threads.js'
import { messageWithPlace } from '../core/errors/failure-text.js'
import { defaultFileSystems } from '../filesystems/default-file-systems.js'
import { SystemRandom } from '../core/random/system-random.js'
import { SystemClock } from '../core/time/system-clock.js'
import { generateProgramGraph } from '../graph/job-graph-generator.js'
import type { ProgramGraph } from '../graph/program-graph.js'
import { runProgram } from '../graph/run-program.js'
import { StateLearner } from '../runtime/taskmanager/task/state-learner.js'
import type { CheckWork } from './check-program.js'
import type { ProgramReply } from './reply-of-program.js'
import { checkRestore } from './restore-check.js'
import type { RestoreCheck } from './restore-check-result.js'

// From here on, so for the user's modules and not for the engine's: reading the maps of those would slow the start down.
process.setSourceMapsEnabled(true)

prepareOwnEnd()

if (parentPort !== null) {
  const port = parentPort
  const work = workerData as CheckWork
  const send = (reply: ProgramReply<RestoreCheck>): void => {
    port.postMessage(reply)
  }
  const fail = (error: unknown): void => {
    send({ error: serializeError(error) })
  }
  const executor = {
    submit: (pipeline: Parameters<typeof generateProgramGraph>[0]): Promise<never> => {
      const program = generateProgramGraph(pipeline)
      if (work.opensFunctions) send({ opens: true })
      check(program, work).then((result) => {
        send({ result })
      }, fail)
      return new Promise(() => undefined)
    },
  }
  runProgram(work.program, executor).catch(fail)
}

function check(program: ProgramGraph, { snapshot, opensFunctions }: CheckWork): Promise<RestoreCheck> {
  const configuration = Configuration.fromEntries(program.jobGraph.configuration)
  const learner = new StateLearner({
    program,
    snapshot,
    opensFunctions,
    configuration,
    clock: new SystemClock(),
    random: new SystemRandom(),
    fileSystems: defaultFileSystems(configuration),
  })
  // Of a function that did not wait for what it began: it belongs to the operator that is open.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      learner.failed(messageWithPlace(error))
    })
  }
  const backend = configuration.get(StateBackendOptions.STATE_BACKEND) === 'rocksdb' ? 'rocksdb' : 'hashmap'
  return checkRestore({ program, snapshot, backend, learn: (binding, planned) => learner.learn(binding, planned) })
}
