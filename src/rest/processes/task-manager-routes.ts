import { FlinkError } from '../../core/errors/flink-error.js'
import { AGGREGATIONS, aggregateMetric, type Aggregation } from '../aggregate-metrics.js'
import { selectMetrics } from '../job-metrics.js'
import { listOf, unresolvable } from '../request-parameters.js'
import type { RestRequest, RestResponse } from '../route.js'
import { LOG_PATHS, logResponse } from './log-response.js'
import type { ObservedTaskManager } from './observed-process.js'
import type { ProcessesContext, ProcessRoute } from './processes-context.js'

/** The task managers of a cluster: one for each running job, its process. */
export const TASK_MANAGER_ROUTES: readonly ProcessRoute[] = [
  {
    method: 'GET',
    path: '/taskmanagers',
    async handle(_request, { taskManagers }) {
      return { status: 200, body: { taskmanagers: await taskManagers.list() } }
    },
  },
  { method: 'GET', path: '/taskmanagers/metrics', handle: aggregatedMetrics },
  route('', async (found) => ({ status: 200, body: await found.details() })),
  route('/metrics', async (found, request) => {
    return { status: 200, body: selectMetrics(await found.metrics(), listOf(request, 'get')) }
  }),
  route('/thread-dump', async (found) => ({ status: 200, body: await found.threadDump() })),
  route('/logs', async (found) => ({ status: 200, body: { logs: await found.logs() } })),
  ...LOG_PATHS.map(({ path, whichOf }) =>
    route(path, (found, request) => {
      const list = `/taskmanagers/${idOf(request)}/logs`
      return logResponse(found, whichOf(request), { name: 'TaskExecutor', list })
    }),
  ),
]

function route(
  path: string,
  answer: (found: ObservedTaskManager, request: RestRequest) => Promise<RestResponse>,
): ProcessRoute {
  return {
    method: 'GET',
    path: `/taskmanagers/:taskmanagerid${path}`,
    async handle(request, { taskManagers }) {
      const taskManagerId = idOf(request)
      const found = await taskManagers.find(taskManagerId)
      if (found === undefined) throw new FlinkError('TASK_MANAGER_NOT_FOUND', { taskManagerId })
      return answer(found, request)
    },
  }
}

function idOf({ params }: RestRequest): string {
  return params['taskmanagerid'] ?? ''
}

/** Smallest, greatest, sum, average and skew over the task managers. */
async function aggregatedMetrics(request: RestRequest, { taskManagers }: ProcessesContext): Promise<RestResponse> {
  const aggregations = aggregationsOf(request)
  const wanted = listOf(request, 'taskmanagers')
  const ids = wanted.length > 0 ? wanted : (await taskManagers.list()).map(({ id }) => id)
  const found = (await Promise.all(ids.map((id) => taskManagers.find(id)))).filter((each) => each !== undefined)
  const all = await Promise.all(found.map((each) => each.metrics()))
  const names = listOf(request, 'get')
  if (names.length === 0) {
    const known = new Set(all.flatMap((metrics) => Object.keys(metrics)))
    return { status: 200, body: [...known].map((id) => ({ id })) }
  }
  const aggregated = names.map((name) => {
    const values = all.flatMap((metrics) => (Object.hasOwn(metrics, name) ? [metrics[name] ?? ''] : []))
    return aggregateMetric(name, values, aggregations)
  })
  return { status: 200, body: aggregated.filter((metric) => metric !== undefined) }
}

function aggregationsOf(request: RestRequest): readonly Aggregation[] {
  const wanted = listOf(request, 'agg')
  if (wanted.length === 0) return AGGREGATIONS
  return wanted.map((text) => {
    const aggregation = AGGREGATIONS.find((name) => name === text.toLowerCase())
    if (aggregation === undefined) throw unresolvable('query', 'agg', text)
    return aggregation
  })
}
