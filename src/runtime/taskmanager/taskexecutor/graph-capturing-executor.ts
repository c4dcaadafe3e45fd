// Duty: runs the program again in a worker up to its k-th execute(), keeping that job's graph instead of submitting it.
// Invariants: earlier execute() calls resolve with the results they had; the k-th never resolves, so the program stops
// there; later ones are not reached.
// Thread: the task worker.
import type {
  JobResultData,
  Pipeline,
  PipelineExecutor,
  SubmittedJob,
} from '../../../api/environment/pipeline-executor.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { generateProgramGraph } from '../../../graph/job-graph-generator.js'
import type { ProgramGraph } from '../../../graph/program-graph.js'

export class GraphCapturingExecutor implements PipelineExecutor {
  readonly captured: Promise<ProgramGraph>
  readonly #graphIndex: number
  readonly #earlierResults: readonly JobResultData[]
  #count = 0
  #resolve: (graph: ProgramGraph) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined

  constructor(graphIndex: number, earlierResults: readonly JobResultData[]) {
    this.#graphIndex = graphIndex
    this.#earlierResults = earlierResults
    this.captured = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.captured.catch(() => undefined)
  }

  submit(pipeline: Pipeline): Promise<SubmittedJob> {
    const index = this.#count
    this.#count += 1
    if (index < this.#graphIndex) return Promise.resolve(this.#replayedJob(index))
    if (index === this.#graphIndex) {
      try {
        this.#resolve(generateProgramGraph(pipeline))
      } catch (error) {
        this.#reject(error)
      }
    }
    return new Promise(() => undefined)
  }

  #replayedJob(index: number): SubmittedJob {
    const result = this.#earlierResults[index]
    const refuse = (): Promise<never> => {
      const reason = 'the program controls an earlier job of its own, which cannot be repeated in a worker'
      return Promise.reject(new FlinkError('JOB_GRAPH_MISMATCH', { operator: 'execute()', reason }))
    }
    return {
      jobId: result?.jobId ?? '',
      result: () => (result === undefined ? refuse() : Promise.resolve(result)),
      status: () => Promise.resolve('FINISHED'),
      cancel: refuse,
      triggerSavepoint: refuse,
      stopWithSavepoint: refuse,
    }
  }
}
