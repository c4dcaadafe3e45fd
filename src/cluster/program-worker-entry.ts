// The program worker: imports the job module, runs its main, sends the plans up and waits for results. User code of
// `main` runs here and never on the main thread.
import { parentPort, workerData } from 'node:worker_threads'
import { serializeError } from '../core/errors/error-codec.js'
import { runProgram } from '../graph/run-program.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import type { ProgramToProcess } from '../runtime/protocol/program-messages.js'
import { RemotePipelineExecutor } from './remote-pipeline-executor.js'

if (parentPort !== null) {
  const port = parentPort
  const send = (message: ProgramToProcess): void => {
    port.postMessage(message)
  }
  const fail = (error: unknown): void => {
    send({ type: 'program-failed', error: serializeError(error) })
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  const program = workerData as ProgramDescriptor
  runProgram(program, new RemotePipelineExecutor(port)).then(() => {
    send({ type: 'program-finished' })
  }, fail)
}
