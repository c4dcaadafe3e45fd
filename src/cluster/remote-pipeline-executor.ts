import type { MessagePort } from 'node:worker_threads'
import type { JobResultData, Pipeline, PipelineExecutor, SubmittedJob } from '../api/environment/pipeline-executor.js'
import { deserializeError } from '../core/errors/error-codec.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { generateProgramGraph } from '../graph/job-graph-generator.js'
import { statefulOperatorsWithoutUid } from '../graph/stateful-operators.js'
import type { JobRequest, ProcessToProgram, ProgramToProcess } from '../runtime/protocol/program-messages.js'

type Reply = ProcessToProgram['outcome']
type Message =
  | {
      readonly type: 'submit-job'
      readonly jobGraph: ReturnType<typeof generateProgramGraph>['jobGraph']
      readonly operatorsWithoutUid: readonly string[]
    }
  | { readonly type: 'job-request'; readonly jobId: string; readonly request: JobRequest }

/** The program worker's executor: sends plans to the job process and waits for its word. */
export class RemotePipelineExecutor implements PipelineExecutor {
  readonly #port: MessagePort
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #nextRequestId = 0

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (message: ProcessToProgram) => {
      this.#waiting.get(message.requestId)?.(message.outcome)
      this.#waiting.delete(message.requestId)
    })
  }

  async submit(pipeline: Pipeline): Promise<SubmittedJob> {
    const graph = generateProgramGraph(pipeline)
    const operatorsWithoutUid = statefulOperatorsWithoutUid(graph)
    const jobId = await this.#ask({ type: 'submit-job', jobGraph: graph.jobGraph, operatorsWithoutUid })
    return this.#job(asText(jobId))
  }

  #job(jobId: string): SubmittedJob {
    const ask = (request: JobRequest): Promise<string | JobResultData> =>
      this.#ask({ type: 'job-request', jobId, request })
    return {
      jobId,
      result: async () => {
        const result = await ask({ kind: 'await-result' })
        if (typeof result === 'string') throw new FlinkError('ASSERTION_FAILED', { what: 'a job result was text' })
        return result
      },
      cancel: async () => {
        await ask({ kind: 'cancel' })
      },
      status: async () => asText(await ask({ kind: 'status' })),
      triggerSavepoint: async (targetDirectory) => asText(await ask({ kind: 'savepoint', targetDirectory })),
      stopWithSavepoint: async (drain, targetDirectory) => asText(await ask({ kind: 'stop', targetDirectory, drain })),
    }
  }

  #ask(message: Message): Promise<string | JobResultData> {
    const requestId = this.#nextRequestId
    this.#nextRequestId += 1
    const full: ProgramToProcess = { ...message, requestId }
    return new Promise((resolve, reject) => {
      this.#waiting.set(requestId, (reply) => {
        if ('error' in reply) reject(deserializeError(reply.error))
        else resolve(reply.value)
      })
      this.#port.postMessage(full)
    })
  }
}

function asText(value: string | JobResultData): string {
  if (typeof value !== 'string') throw new FlinkError('ASSERTION_FAILED', { what: 'a reply was not text' })
  return value
}
