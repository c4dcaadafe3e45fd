import { FlinkError } from '../../core/errors/flink-error.js'
import { aggregatedMetricsOf } from '../aggregate-metrics.js'
import { listOf } from '../request-parameters.js'
import type { RestRequest, RestResponse } from '../route.js'
import type { ObservedTaskManager } from './observed-process.js'
import { PROCESS_ANSWERS } from './process-answers.js'
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
  ...PROCESS_ANSWERS.map(({ path, answer }) =>
    route(path, (found, request) => {
      return answer(found, request, { name: 'TaskExecutor', list: `/taskmanagers/${idOf(request)}/logs` })
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
      if (found !== undefined) return answer(found, request)
      // As in Flink, and as of a job that is not known: it has none.
      if (path === '/metrics') return { status: 200, body: [] }
      throw new FlinkError('TASK_MANAGER_NOT_FOUND', { taskManagerId })
    },
  }
}

function idOf({ params }: RestRequest): string {
  return params['taskmanagerid'] ?? ''
}

/** Smallest, greatest, sum, average and skew over the task managers. */
async function aggregatedMetrics(request: RestRequest, { taskManagers }: ProcessesContext): Promise<RestResponse> {
  const wanted = listOf(request, 'taskmanagers')
  const ids = wanted.length > 0 ? wanted : (await taskManagers.list()).map(({ id }) => id)
  const found = (await Promise.all(ids.map((id) => taskManagers.find(id)))).filter((each) => each !== undefined)
  // One that does not answer has none: its job may have ended meanwhile.
  const all = await Promise.all(found.map((each) => each.metrics().catch(() => ({}))))
  return { status: 200, body: aggregatedMetricsOf(all, request) }
}
