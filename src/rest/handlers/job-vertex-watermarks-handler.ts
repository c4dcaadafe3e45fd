import { selectMetrics, subtasksOf } from '../job-metrics.js'
import { jobIdOf, vertexIdOf } from '../request-parameters.js'
import type { Route } from '../route.js'

const WATERMARK = 'currentInputWatermark'

/** The watermark that each subtask of a vertex has received; none of a source. */
export const jobVertexWatermarksHandler: Route = {
  method: 'GET',
  path: '/jobs/:jobid/vertices/:vertexid/watermarks',
  async handle(request, { gateway }) {
    const [jobId, vertexId] = [jobIdOf(request), vertexIdOf(request)]
    await gateway.vertex(jobId, vertexId)
    const subtasks = subtasksOf(await gateway.metrics(jobId), vertexId)
    const body = subtasks.flatMap(([index, metrics]) =>
      selectMetrics(metrics, [WATERMARK]).map((metric) => ({ ...metric, id: `${String(index)}.${metric.id}` })),
    )
    return { status: 200, body }
  },
}
