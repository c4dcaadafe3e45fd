// The program worker: imports the job module, runs its main, sends the plans up and waits for results. User code of
// `main` runs here and never on the main thread.
import { parentPort } from 'node:worker_threads'
import { serializeError } from '../core/errors/error-codec.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { StandardStream } from '../core/io/standard-stream.js'
import { installThreadStreams, type ThreadStreamMemory, type ThreadStreams } from '../core/io/thread-streams.js'
import { prepareOwnEnd } from '../core/process/ending-threads.js'
import { describeProgramError, modulePath } from '../graph/packaged-program-module.js'
import { runProgram } from '../graph/run-program.js'
import type { ProcessToProgram, ProgramStart, ProgramToProcess } from '../runtime/protocol/program-messages.js'
import { RemotePipelineExecutor } from './remote-pipeline-executor.js'

// From here on, so for the user's modules and not for the engine's: reading the maps of those would slow the start down.
process.setSourceMapsEnabled(true)

prepareOwnEnd()

if (parentPort !== null) {
  const port = parentPort
  const send = (message: ProgramToProcess): void => {
    port.postMessage(message)
  }
  const fail = (error: unknown): void => {
    send({ type: 'program-failed', error: serializeError(error) })
  }
  // The thread was started before it was known what it will run.
  port.once('message', ({ program, streams }: ProgramStart) => {
    installThreadStreams(
      streamsOfMain(streams, fail, (error) => {
        send({ type: 'output-lost', error: serializeError(error) })
      }),
    )
    // A promise that main did not wait for; Node 20 also tells so of a module that could not be imported.
    const describe = (error: unknown): void => {
      fail(FlinkError.is(error) ? error : describeProgramError(error, program.moduleUrl))
    }
    process.on('uncaughtException', describe)
    process.on('unhandledRejection', describe)
    const tellIdle = (): void => {
      send({ type: 'program-idle', exitCode: ownExitCode() })
    }
    const executor = new RemotePipelineExecutor(port, () => {
      const error = new FlinkError('PROGRAM_NEVER_RETURNS', { path: modulePath(program.moduleUrl) })
      send({ type: 'program-stuck', error: serializeError(error) })
    })
    runProgram(program, executor)
      .finally(() => {
        executor.programReturned()
      })
      .then(() => {
        send({ type: 'program-finished', exitCode: ownExitCode() })
      }, fail)
    port.on('message', (message: ProcessToProgram) => {
      // After everything that the program does at once when it hears how its last job ended: another job, an error.
      if (message.type === 'jobs-ended') setImmediate(tellIdle)
    })
  })
}

/** What the program wants the run to end with: `process.exitCode` of its thread. */
function ownExitCode(): number {
  return Number(process.exitCode ?? 0)
}

const MAIN_READS =
  'main runs again in every worker, where nothing would be left of it. Read it in a source, or give main arguments'

/** A reader that has gone ends the program, as it ends a job that prints; a full disk costs main its lines. */
function streamsOfMain(
  { outputLocks, outputDescriptor }: ThreadStreamMemory,
  fail: (error: unknown) => void,
  lose: (error: unknown) => void,
): ThreadStreams {
  const isMuted = (): boolean => false
  const onFailure = (error: unknown): void => {
    if (FlinkError.is(error, 'STDOUT_CLOSED')) fail(error)
    else lose(error)
  }
  const ignore = (): void => undefined
  const output = new StandardStream(outputDescriptor, outputLocks.standardOutput)
  const error = new StandardStream(2, outputLocks.standardError)
  return {
    standardOutput: { output, isMuted, onFailure, onSinkFailure: ignore },
    standardError: { output: error, isMuted, onFailure: ignore, onSinkFailure: ignore },
    claimStandardInput: () => {
      throw new FlinkError('STANDARD_INPUT_REFUSED', { reason: MAIN_READS })
    },
  }
}
