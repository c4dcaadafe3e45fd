import type { MessagePort } from 'node:worker_threads'
import type { Pipeline, PipelineExecutor, SubmittedJob } from '../api/environment/pipeline-executor.js'
import { resultChannelName } from '../api/functions/sink/result-messages.js'
import { deserializeError, serializeError } from '../core/errors/error-codec.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { openThreadChannel } from '../core/io/thread-channel.js'
import { SystemClock } from '../core/time/system-clock.js'
import type { Clock } from '../core/time/clock.js'
import { atMostOnceSources } from '../graph/at-most-once-sources.js'
import { isCollected } from '../graph/collected-graph.js'
import { generateProgramGraph } from '../graph/job-graph-generator.js'
import { IdleWatch } from '../graph/packaged-program-idleness.js'
import type { ProgramGraph } from '../graph/program-graph.js'
import { statefulOperatorsWithoutUid } from '../graph/stateful-operators.js'
import type {
  JobRequest,
  ProgramAnswerValue,
  ProgramOutcome,
  ProgramQuestion,
} from '../runtime/protocol/program-answers.js'
import type { JobSubmission, ProcessToProgram, ProgramToProcess } from '../runtime/protocol/program-messages.js'
import { submittedJob, textOf } from '../runtime/protocol/submitted-job.js'
import { CollectedResults } from './collected-results.js'
import { ProgramAnswerLog } from './program-answer-log.js'
import { ProgramResults } from './program-results.js'

type Message =
  | ({ readonly type: 'submit-job' } & JobSubmission)
  | { readonly type: 'job-request'; readonly jobId: string; readonly request: JobRequest }

/** The program worker's executor: sends plans to the job process, waits for its word, and keeps all that it hears. */
export class RemotePipelineExecutor implements PipelineExecutor {
  readonly #port: MessagePort
  readonly #waiting = new Map<number, (outcome: ProgramOutcome) => void>()
  readonly #log = new ProgramAnswerLog()
  readonly #results: ProgramResults
  #nextRequestId = 0
  #executes = 0
  readonly #onStuck: () => void
  #watch: IdleWatch | undefined
  #hasReturned = false

  /** `onStuck` is called when main can get no further, though it has not returned: see `programReturned`. */
  constructor(port: MessagePort, onStuck: () => void, clock: Clock = new SystemClock({ keepsProcessAlive: false })) {
    this.#port = port
    this.#onStuck = onStuck
    this.#results = new ProgramResults(clock, (jobId) => {
      const message: ProgramToProcess = { type: 'results-not-taken', jobId }
      port.postMessage(message)
    })
    port.on('message', (message: ProcessToProgram) => {
      if (message.type !== 'answer') return
      this.#answered(message.requestId, message.outcome)
      this.#watchUnlessWaiting()
    })
  }

  /** Every request is answered once: a second answer, or one to nothing, is a mistake of the engine and ends the program. */
  #answered(requestId: number, outcome: ProgramOutcome): void {
    const waiting = this.#waiting.get(requestId)
    if (waiting === undefined) {
      throw new FlinkError('INTERNAL_ERROR', {
        reason: `an answer to request ${String(requestId)}, which waits for none`,
      })
    }
    this.#waiting.delete(requestId)
    waiting(outcome)
  }

  /** From here on the thread waits for jobs that may yet come, and for its end. */
  programReturned(): void {
    this.#hasReturned = true
    this.#results.programReturned()
    this.#watch?.stop()
  }

  /** Before its first execute() a program is watched by what runs it; later it may wait for an answer from here. */
  #watchUnlessWaiting(): void {
    if (this.#hasReturned || this.#waiting.size > 0) return
    this.#watch?.stop()
    this.#watch = new IdleWatch()
    void this.#watch.idle.then(this.#onStuck)
  }

  async submit(pipeline: Pipeline): Promise<SubmittedJob> {
    const graphIndex = this.#executes
    this.#executes += 1
    const earlierAnswers = this.#log.soFar()
    const graph = this.#generate(pipeline, graphIndex)
    const { jobGraph } = graph
    const operatorsWithoutUid = statefulOperatorsWithoutUid(graph)
    const sourcesAtMostOnce = atMostOnceSources(graph)
    const submission = { jobGraph, operatorsWithoutUid, sourcesAtMostOnce, graphIndex, earlierAnswers }
    const jobId = textOf(await this.#ask(graphIndex, 'submit', { type: 'submit-job', ...submission }))
    const results = new CollectedResults((onMessage) => openThreadChannel(resultChannelName(jobId), onMessage))
    if (isCollected(graph)) this.#results.add(jobId, results)
    const ask = async (request: JobRequest): Promise<ProgramAnswerValue> => {
      const answer = this.#ask(graphIndex, request.kind, { type: 'job-request', jobId, request })
      if (request.kind === 'await-result') {
        void answer
          .then(
            () => results.jobFinished(),
            () => results.close(),
          )
          .then(() => this.#results.jobEnded(jobId))
      }
      return answer
    }
    return submittedJob(jobId, ask, {
      nextResults: async () => {
        const batch = await results.next()
        this.#record(graphIndex, 'next-results', { value: batch ?? new Uint8Array() })
        return batch
      },
      discardResults: () => {
        results.discard()
      },
    })
  }

  /** A plan that is refused here is an answer too: the program may go on without that job. */
  #generate(pipeline: Pipeline, graphIndex: number): ProgramGraph {
    try {
      return generateProgramGraph(pipeline)
    } catch (error) {
      this.#record(graphIndex, 'submit', { error: serializeError(error) })
      this.#watchUnlessWaiting()
      throw error
    }
  }

  #ask(graphIndex: number, question: ProgramQuestion, message: Message): Promise<ProgramAnswerValue> {
    this.#watch?.stop()
    const requestId = this.#nextRequestId
    this.#nextRequestId += 1
    const full: ProgramToProcess = { ...message, requestId }
    return new Promise((resolve, reject) => {
      this.#waiting.set(requestId, (outcome) => {
        this.#record(graphIndex, question, outcome)
        if ('error' in outcome) reject(deserializeError(outcome.error))
        else resolve(outcome.value)
      })
      this.#port.postMessage(full)
    })
  }

  #record(graphIndex: number, question: ProgramQuestion, outcome: ProgramOutcome): void {
    this.#log.record({ graphIndex, question, executesBefore: this.#executes }, outcome)
  }
}
