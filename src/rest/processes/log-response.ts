import { FlinkError } from '../../core/errors/flink-error.js'
import type { RestRequest, RestResponse } from '../route.js'
import type { ObservedProcess, WhichLog } from './observed-process.js'

/** The last part of the paths of a process under which its texts are. */
export const LOG_PATHS: readonly { readonly path: string; readonly whichOf: (request: RestRequest) => WhichLog }[] = [
  { path: '/log', whichOf: () => ({ kind: 'log' }) },
  { path: '/stdout', whichOf: () => ({ kind: 'output' }) },
  { path: '/logs/:filename', whichOf: ({ params }) => ({ kind: 'named', name: params['filename'] ?? '' }) },
]

/** A log as text, sent as it is read. LOG_NOT_FOUND where there is none; `list` is the path under which those are that exist. */
export async function logResponse(
  process: ObservedProcess,
  which: WhichLog,
  { name, list }: { readonly name: string; readonly list: string },
): Promise<RestResponse> {
  const body = await process.openLog(which)
  if (body === undefined) throw new FlinkError('LOG_NOT_FOUND', { process: name, list })
  return { status: 200, body, contentType: 'text/plain; charset=utf-8' }
}
