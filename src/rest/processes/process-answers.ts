import { FlinkError } from '../../core/errors/flink-error.js'
import { selectMetrics } from '../job-metrics.js'
import { listOf } from '../request-parameters.js'
import type { RestRequest, RestResponse } from '../route.js'
import type { ObservedProcess, WhichLog } from './observed-process.js'

/** How a process is called where it has no such log, and the path under which those are that exist. */
interface LogPlace {
  readonly name: string
  readonly list: string
}

interface ProcessAnswer {
  /** The last part of the path. */
  readonly path: string
  readonly answer: (process: ObservedProcess, request: RestRequest, place: LogPlace) => Promise<RestResponse>
}

/** What can be asked of every process, whatever it does. */
export const PROCESS_ANSWERS: readonly ProcessAnswer[] = [
  {
    path: '/metrics',
    async answer(process, request) {
      return { status: 200, body: selectMetrics(await process.metrics(), listOf(request, 'get')) }
    },
  },
  {
    path: '/thread-dump',
    async answer(process) {
      return { status: 200, body: await process.threadDump() }
    },
  },
  {
    path: '/logs',
    async answer(process) {
      return { status: 200, body: { logs: await process.logs() } }
    },
  },
  text('/log', () => ({ kind: 'log' })),
  text('/stdout', () => ({ kind: 'output' })),
  text('/logs/:filename', ({ params }) => ({ kind: 'named', name: params['filename'] ?? '' })),
]

/** A log as text, sent as it is read. LOG_NOT_FOUND where there is none. */
function text(path: string, whichOf: (request: RestRequest) => WhichLog): ProcessAnswer {
  return {
    path,
    async answer(process, request, { name, list }) {
      const body = await process.openLog(whichOf(request))
      if (body === undefined) throw new FlinkError('LOG_NOT_FOUND', { process: name, list })
      return { status: 200, body, contentType: 'text/plain; charset=utf-8' }
    },
  }
}
