import type { Worker } from 'node:worker_threads'
import { deserializeError, serializeError } from '../core/errors/error-codec.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { JobResultData } from '../api/environment/pipeline-executor.js'
import type { JobGraph } from '../graph/job-graph.js'
import type { JobRequest, ProcessToProgram, ProgramToProcess } from '../runtime/protocol/program-messages.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import type { JobOutput } from './job-output.js'

/** What the job process does for the program. */
export interface ProgramListener {
  submit(jobGraph: JobGraph, operatorsWithoutUid: readonly string[]): Promise<string>
  request(jobId: string, request: JobRequest): Promise<string | JobResultData>
}

type ProgramRequest = Exclude<ProgramToProcess, { type: 'program-finished' | 'program-failed' }>

/** The thread in which the program's main runs, seen from the job process. It waits for its program. */
export class ProgramWorker {
  readonly #worker: Worker
  #reject: (error: Error) => void = () => undefined
  #failure: FlinkError | undefined

  constructor(thread: Worker, output: JobOutput) {
    this.#worker = thread
    output.forward(thread)
    thread.ref()
    this.#worker.on('error', (error) => {
      this.#failure = new FlinkError('PROGRAM_MAIN_FAILED', { reason: error.message }, { cause: error })
      this.#reject(this.#failure)
    })
  }

  /** Resolves when the program has returned, rejects with its error. Called once. */
  run(program: ProgramDescriptor, listener: ProgramListener): Promise<void> {
    const finished = new Promise<void>((resolve, reject) => {
      this.#reject = reject
      this.#worker.on('message', (message: ProgramToProcess) => {
        if (message.type === 'program-finished') resolve()
        else if (message.type === 'program-failed') reject(deserializeError(message.error))
        else void this.#answer(message, listener)
      })
      if (this.#failure !== undefined) reject(this.#failure)
      this.#worker.on('exit', (code) => {
        const reason = `the program ended its process with exit code ${String(code)} before it returned`
        reject(new FlinkError('PROGRAM_MAIN_FAILED', { reason }))
      })
    })
    this.#worker.postMessage(program)
    return finished
  }

  /** `reason` is what `finished` rejects with when the program has not returned yet. */
  async terminate(reason?: FlinkError): Promise<void> {
    if (reason !== undefined) this.#reject(reason)
    await this.#worker.terminate()
  }

  async #answer(message: ProgramRequest, listener: ProgramListener): Promise<void> {
    const outcome = await outcomeOf(message, listener)
    const reply: ProcessToProgram = { requestId: message.requestId, outcome }
    this.#worker.postMessage(reply)
  }
}

async function outcomeOf(message: ProgramRequest, listener: ProgramListener): Promise<ProcessToProgram['outcome']> {
  try {
    const value =
      message.type === 'submit-job'
        ? await listener.submit(message.jobGraph, message.operatorsWithoutUid)
        : await listener.request(message.jobId, message.request)
    return { value }
  } catch (error) {
    return { error: serializeError(error) }
  }
}
