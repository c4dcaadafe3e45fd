import { SharedWork } from '../core/time/shared-work.js'
import type { JobAccumulatorsInfo } from '../rest/messages/job-messages.js'
import type { UserAccumulator } from '../rest/messages/vertex-messages.js'
import type { VertexReport } from '../rest/vertices/vertex-report.js'
import type { JobMaster } from '../runtime/jobmanager/jobmaster/job-master.js'
import { userAccumulatorOf } from './accumulator-text.js'
import { jobAccumulatorsInfoOf } from './job-messages-of.js'

type Accumulating = Pick<JobMaster, 'jobId' | 'accumulated' | 'refreshAccumulators'>

/**
 * What REST tells of accumulators, made once for all who ask meanwhile: the text of a list of 400,000 keeps the main thread for half a
 * second, and forty who looked at it for 46.
 */
export class AccumulatorAnswers {
  readonly #jobs = new SharedWork<string, JobAccumulatorsInfo>()
  readonly #merged = new SharedWork<string, readonly UserAccumulator[]>()
  readonly #reports = new SharedWork<string, VertexReport>()

  ofJob(master: Accumulating): Promise<JobAccumulatorsInfo> {
    return this.#jobs.of(master.jobId, async () =>
      jobAccumulatorsInfoOf(Object.fromEntries(await master.accumulated())),
    )
  }

  ofVertex(master: Accumulating, vertexId: string): Promise<readonly UserAccumulator[]> {
    return this.#merged.of(`${master.jobId} ${vertexId}`, async () => {
      const results = await master.accumulated(vertexId)
      return results.map(([name, result]) => userAccumulatorOf(name, result))
    })
  }

  /** The report that `report` gives when the tasks have said what they have. */
  ofSubtasks(master: Accumulating, vertexId: string, report: () => VertexReport): Promise<VertexReport> {
    return this.#reports.of(`${master.jobId} ${vertexId}`, async () => {
      await master.refreshAccumulators(vertexId)
      return report()
    })
  }
}
