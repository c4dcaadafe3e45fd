// The program worker: imports the job module, runs its main, sends the plans up and waits for results. User code of
// `main` runs here and never on the main thread.
import { parentPort } from 'node:worker_threads'
import { serializeError } from '../core/errors/error-codec.js'
import { runProgram } from '../graph/run-program.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import type { ProcessToProgram, ProgramToProcess } from '../runtime/protocol/program-messages.js'
import { RemotePipelineExecutor } from './remote-pipeline-executor.js'

// From here on, so for the user's modules and not for the engine's: reading the maps of those would slow the start down.
process.setSourceMapsEnabled(true)

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
  // The thread was started before it was known what it will run.
  port.once('message', (program: ProgramDescriptor) => {
    runProgram(program, new RemotePipelineExecutor(port)).then(() => {
      send({ type: 'program-finished' })
    }, fail)
    port.on('message', (message: ProcessToProgram) => {
      // Behind everything that the program does at once when it hears how its last job ended: another job, an error.
      if (message.type === 'jobs-ended') setImmediate(send, { type: 'program-idle' })
    })
  })
}
