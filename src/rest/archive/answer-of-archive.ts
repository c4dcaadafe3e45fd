import { FlinkError } from '../../core/errors/flink-error.js'
import { contextWithoutOperations } from '../context-without-operations.js'
import type { RestRequest, RestResponse, RoutePlace } from '../route.js'
import { ROUTES } from '../routes.js'
import { ArchivedJobGateway } from './archived-job-gateway.js'
import type { JobArchive } from './job-archive.js'

export type ArchiveRequest = Pick<RestRequest, 'method' | 'url'> & Partial<Pick<RestRequest, 'body' | 'origin'>>

/**
 * What a job that has ended answers: the handlers are those of a job that lives. FlinkErrors as they throw them, JOB_NOT_RUNNING
 * for what only a living job can do.
 */
export async function answerOfArchive(archive: JobArchive, request: ArchiveRequest): Promise<RestResponse> {
  const { jobId, details } = archive
  const { pathname, searchParams } = new URL(request.url, 'http://archive')
  const found = findRoute(request.method, pathname)
  if (found === undefined) return { status: 404, body: { errors: [`Not found: ${request.url}`] } }
  const isAsking = request.method === 'GET' || request.method === 'PATCH' || request.method === 'PUT'
  if (!isAsking) throw new FlinkError('JOB_NOT_RUNNING', { jobId, state: details.state })
  const asked = {
    method: request.method,
    url: request.url,
    params: found.params,
    query: Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name).join(',')])),
    body: request.body ?? {},
    origin: request.origin ?? '',
  }
  // None of these handlers reads a body for itself.
  // It knows of no operations: those of a session are kept by the session.
  const context = contextWithoutOperations(new ArchivedJobGateway(archive), details['end-time'])
  return found.route.handle(asked as unknown as RestRequest, context)
}

/** Of the routes that a path may mean the one with the fewest parameters: `subtasks/metrics` is no index of a subtask. */
function findRoute(
  method: string,
  pathname: string,
): { readonly route: (typeof ROUTES)[number]; readonly params: Readonly<Record<string, string>> } | undefined {
  const candidates = ROUTES.flatMap((route) => {
    const params = route.method === method && isOfJob(route) ? paramsOf(route.path, pathname) : undefined
    return params === undefined ? [] : [{ route, params }]
  })
  const countOf = ({ params }: (typeof candidates)[number]): number => Object.keys(params).length
  return candidates.sort((left, right) => countOf(left) - countOf(right))[0]
}

function isOfJob({ path, isLocal }: RoutePlace): boolean {
  return /^\/jobs\/:jobid(?:\/|$)/.test(path) && isLocal !== true
}

function paramsOf(pattern: string, pathname: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), pathname.split('/')]
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    const text = given[index] ?? ''
    if (segment.startsWith(':')) params[segment.slice(1)] = decoded(text)
    else if (segment !== text) return undefined
  }
  return params
}

/** What is no such text means itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
