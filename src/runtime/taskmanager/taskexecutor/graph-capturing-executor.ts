// Duty: runs the program again in a worker up to its k-th execute(), keeping that job's graph instead of submitting it.
// Invariants: earlier execute() calls and what the program asks about them settle as they did in the program worker, errors
// included, so that main takes the same branches; the k-th never resolves, so the program stops there; later ones neither.
// Thread: the task worker.
import type { Pipeline, PipelineExecutor, SubmittedJob } from '../../../api/environment/pipeline-executor.js'
import { generateProgramGraph } from '../../../graph/job-graph-generator.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'
import type { EarlierAnswers } from '../../protocol/program-answers.js'
import { resultsOf, submittedJob, textOf } from '../../protocol/submitted-job.js'
import { AnswerReplay } from './answer-replay.js'

export class GraphCapturingExecutor implements PipelineExecutor {
  readonly captured: Promise<ProgramGraph>
  readonly #graphIndex: number
  readonly #replay: AnswerReplay
  #count = 0
  #resolve: (graph: ProgramGraph) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined

  constructor(graphIndex: number, earlierAnswers: EarlierAnswers) {
    this.#graphIndex = graphIndex
    this.#replay = new AnswerReplay(earlierAnswers)
    this.captured = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.captured.catch(() => undefined)
  }

  /** Resolves when the program, whose main has returned, does not go on by itself to another execute(). */
  programIdle(): Promise<void> {
    return this.#replay.idle()
  }

  submit(pipeline: Pipeline): Promise<SubmittedJob> {
    const index = this.#count
    this.#count += 1
    this.#replay.executed()
    if (index < this.#graphIndex) return this.#replayedJob(index)
    if (index === this.#graphIndex) {
      try {
        this.#resolve(generateProgramGraph(pipeline))
      } catch (error) {
        this.#reject(error)
      }
    }
    return new Promise(() => undefined)
  }

  async #replayedJob(index: number): Promise<SubmittedJob> {
    const jobId = textOf(await this.#replay.ask(index, 'submit'))
    return submittedJob(jobId, (request) => this.#replay.ask(index, request.kind), {
      nextResults: async () => resultsOf(await this.#replay.ask(index, 'next-results')),
      discardResults: () => undefined,
    })
  }
}
