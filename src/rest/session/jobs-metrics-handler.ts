import { aggregatedMetricsOf } from '../aggregate-metrics.js'
import type { MetricInfo } from '../messages/metric-messages.js'
import { listOf, unresolvable } from '../request-parameters.js'
import type { RestRequest } from '../route.js'
import type { SessionGateway } from './session-gateway.js'
import type { SessionRoute } from './session-route.js'

type Metrics = Readonly<Record<string, number | string>>

/** Metrics of jobs, over all that run or over those that are named. */
export const jobsMetricsHandler: SessionRoute = {
  method: 'GET',
  path: '/jobs/metrics',
  async handle(request, { gateway }) {
    const names = listOf(request, 'get')
    const asked = names.length === 0 ? '' : `?get=${names.map(encodeURIComponent).join(',')}`
    const jobs = await Promise.all(jobsOf(request, gateway).map((jobId) => metricsOf(gateway, jobId, asked)))
    return { status: 200, body: aggregatedMetricsOf(jobs, request) }
  },
}

function jobsOf(request: RestRequest, gateway: SessionGateway): readonly string[] {
  const wanted = listOf(request, 'jobs')
  for (const jobId of wanted) if (!/^[0-9a-fA-F]{32}$/.test(jobId)) throw unresolvable('query', 'jobs', jobId)
  return wanted.length > 0 ? wanted.map((jobId) => jobId.toLowerCase()) : gateway.jobs().map(({ jobId }) => jobId)
}

/** None of a job that is not known, or does not answer: the others have theirs. */
async function metricsOf(gateway: SessionGateway, jobId: string, asked: string): Promise<Metrics> {
  try {
    const { status, body } = await gateway.answerOfJob(jobId, {
      method: 'GET',
      url: `/jobs/${jobId}/metrics${asked}`,
      body: {},
    })
    if (status !== 200) return {}
    const metrics = (typeof body === 'string' ? JSON.parse(body) : body) as readonly MetricInfo[]
    return Object.fromEntries(metrics.map(({ id, value }) => [id, value ?? '']))
  } catch {
    return {}
  }
}
