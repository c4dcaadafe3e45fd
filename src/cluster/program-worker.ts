import type { Worker } from 'node:worker_threads'
import { deserializeError, serializeError, type SerializedError } from '../core/errors/error-codec.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { threadWillEnd, watchEndOfThread } from '../core/process/ending-threads.js'
import type { JobResultData } from '../api/environment/pipeline-executor.js'
import type { JobRequest, ProgramOutcome } from '../runtime/protocol/program-answers.js'
import type {
  JobSubmission,
  ProcessToProgram,
  ProgramStart,
  ProgramToProcess,
} from '../runtime/protocol/program-messages.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import type { JobOutput } from './job-output.js'
import { namingArchive } from './program-archive.js'
import { programThreadError } from './program-thread-error.js'

/** What the job process does for the program. */
export interface ProgramListener {
  submit(submission: JobSubmission): Promise<string>
  request(jobId: string, request: JobRequest): Promise<string | JobResultData>
  /** The job waits for the program, whose main has returned, to take its results. */
  resultsNotTaken(jobId: string): void
}

type ProgramRequest = Extract<ProgramToProcess, { type: 'submit-job' | 'job-request' }>

/** The thread in which the program's main runs, seen from the job process. It waits for its program. */
export class ProgramWorker {
  readonly #worker: Worker
  readonly #output: JobOutput
  /** Rejects with what went wrong in the program, be it after its main has returned. */
  readonly #failed: Promise<never>
  #fail: (error: Error) => void = () => undefined
  #submissions = 0
  #exitCode = 0
  #isGone = false
  #idle: () => void = () => undefined

  constructor(thread: Worker, output: JobOutput) {
    this.#worker = thread
    this.#output = output
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    // It may come before or after anybody waits for it.
    void Promise.allSettled([this.#failed])
    thread.ref()
    watchEndOfThread(thread)
    this.#worker.on('error', (error) => {
      this.#fail(programThreadError(error))
    })
  }

  /** Resolves when the program has returned, or with why it never will; rejects with its error. Called once. */
  run(program: ProgramDescriptor, listener: ProgramListener): Promise<Error | undefined> {
    const errorOf = (error: SerializedError): Error => deserializeError(namingArchive(error, program))
    const finished = new Promise<Error | undefined>((resolve) => {
      this.#worker.on('message', (message: ProgramToProcess) => {
        switch (message.type) {
          case 'program-finished':
            this.#exitCode = message.exitCode
            resolve(undefined)
            break
          case 'program-stuck':
            resolve(errorOf(message.error))
            break
          case 'program-failed':
            this.#fail(errorOf(message.error))
            break
          case 'output-lost':
            this.#onOutputLost(errorOf(message.error))
            break
          case 'program-idle':
            this.#exitCode = message.exitCode
            this.#idle()
            break
          case 'results-not-taken':
            listener.resultsNotTaken(message.jobId)
            break
          default:
            if (message.type === 'submit-job') this.#submissions += 1
            void this.#answer(message, listener)
        }
      })
      this.#worker.on('exit', (code) => {
        this.#isGone = true
        this.#idle()
        // As a program that ends its process when its jobs are done.
        if (code === 0 && this.#submissions > 0) resolve(undefined)
        this.#fail(new FlinkError('PROGRAM_EXITED', { exitCode: code }))
      })
    })
    const start: ProgramStart = { program, streams: this.#output.memory }
    this.#worker.postMessage(start)
    return Promise.race([finished, this.#failed])
  }

  /** What the program wants its run to end with when all went well, as far as it has said so. */
  get exitCode(): number {
    return this.#exitCode
  }

  /** The work or, if that comes first, what went wrong in the program. */
  unlessFailed<T>(work: Promise<T>): Promise<T> {
    return this.#isGone ? work : Promise.race([work, this.#failed])
  }

  /** Resolves when the program has heard of its jobs' ends, and gone on as far as it can at once. */
  async heardOfJobs(): Promise<void> {
    if (this.#isGone) return
    const heard = new Promise<void>((resolve) => {
      this.#idle = resolve
    })
    // After the answers that the ends of the jobs bring about in this very turn.
    setImmediate(() => {
      this.#send({ type: 'jobs-ended' })
    })
    await this.unlessFailed(heard)
  }

  /** `reason` is what `run` rejects with when the program has not returned yet. */
  async terminate(reason?: FlinkError): Promise<void> {
    if (reason !== undefined) this.#fail(reason)
    threadWillEnd(this.#worker)
    await this.#worker.terminate()
  }

  #onOutputLost(error: Error): void {
    if (FlinkError.is(error)) this.#output.lost(error)
  }

  async #answer(message: ProgramRequest, listener: ProgramListener): Promise<void> {
    const outcome = await outcomeOf(message, listener)
    this.#send({ type: 'answer', requestId: message.requestId, outcome })
  }

  #send(message: ProcessToProgram): void {
    this.#worker.postMessage(message)
  }
}

async function outcomeOf(message: ProgramRequest, listener: ProgramListener): Promise<ProgramOutcome> {
  try {
    const value =
      message.type === 'submit-job'
        ? await listener.submit(message)
        : await listener.request(message.jobId, message.request)
    return { value }
  } catch (error) {
    return { error: serializeError(error) }
  }
}
