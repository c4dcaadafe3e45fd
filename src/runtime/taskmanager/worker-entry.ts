// Duty: a task worker thread: puts the real clock, disk, streams and doorbell together and runs a TaskExecutor on them.
// Invariants: nothing but this file knows that it is a thread. Errors that nobody caught fail the worker's tasks.
// Thread: the task worker.
import { parentPort, workerData } from 'node:worker_threads'
import { defaultFileSystems } from '../../filesystems/default-file-systems.js'
import { LocalTemporaryFiles } from '../../core/fs/local-temporary-files.js'
import { claimStandardInput } from '../../core/io/standard-input.js'
import { StandardStream } from '../../core/io/standard-stream.js'
import { installThreadStreams } from '../../core/io/thread-streams.js'
import { prepareOwnEnd } from '../../core/process/ending-threads.js'
import { SystemRandom } from '../../core/random/system-random.js'
import { SystemClock } from '../../core/time/system-clock.js'
import { runProgram } from '../../graph/run-program.js'
import type { MasterToWorker } from '../protocol/master-to-worker.js'
import type { WorkerToMaster } from '../protocol/worker-to-master.js'
import type { TaskWorkerData } from '../protocol/worker-data.js'
import { MainContext } from './taskexecutor/main-context.js'
import { RingQuestions } from './taskexecutor/ring-questions.js'
import { TaskExecutor } from './taskexecutor/task-executor.js'
import { WorkerLogger } from './taskexecutor/worker-logger.js'
import { ThreadLoopScheduler } from './taskexecutor/thread-loop-scheduler.js'

// From here on, so for the user's modules and not for the engine's: reading the maps of those would slow the start down.
process.setSourceMapsEnabled(true)

prepareOwnEnd()

if (parentPort !== null) {
  const port = parentPort
  const { bell, stateQueries, streams } = workerData as TaskWorkerData
  const { outputLocks, outputDescriptor } = streams
  const main = new MainContext()
  const standardOutput = new StandardStream(outputDescriptor, outputLocks.standardOutput)
  const standardError = new StandardStream(2, outputLocks.standardError)
  const questions = new RingQuestions(stateQueries, (question) => {
    executor.handle(question)
  })
  const send = (message: WorkerToMaster): void => {
    const left = message.type === 'state-queried' ? questions.answer(message) : message
    if (left !== undefined) port.postMessage(left)
  }
  const clock = new SystemClock()
  const logger = new WorkerLogger({ clock, send })
  const executor = new TaskExecutor({
    clock,
    random: new SystemRandom(),
    logger,
    fileSystems: defaultFileSystems(undefined, { temporaryFiles: new LocalTemporaryFiles() }),
    standardOutput,
    standardError,
    scheduler: new ThreadLoopScheduler(bell, questions),
    runProgram,
    loadAsMain: (load) => main.load(load),
    send,
    exit: () => {
      logger.flush()
      process.exit(0)
    },
  })
  const fail = (error: unknown): void => {
    executor.failAll(error)
  }
  const isMuted = (): boolean => main.isMain()
  installThreadStreams({
    // What main prints is printed once, by the program worker.
    standardOutput: { output: standardOutput, isMuted, onFailure: fail, onSinkFailure: fail },
    // A line of diagnosis that cannot be written is not worth a job; a record that was to be printed there is.
    standardError: { output: standardError, isMuted, onFailure: () => undefined, onSinkFailure: fail },
    claimStandardInput: () => {
      claimStandardInput(streams.standardInput)
    },
  })
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  port.on('message', (message: MasterToWorker) => {
    executor.handle(message)
  })
  port.postMessage({ type: 'worker-ready' })
}
