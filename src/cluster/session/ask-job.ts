import { request as httpRequest, type IncomingMessage } from 'node:http'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { durationText } from '../../core/time/duration-text.js'
import type { RestRequest, RestResponse } from '../../rest/route.js'

/** No job has more to say; a stranger on the socket may. */
const LONGEST_ANSWER = 1 << 26

export interface AskedJob {
  readonly jobId: string
  readonly pid: number
  readonly socket: string
}

/**
 * What the process of a job answers on its control socket, as it stands. CONTROL_SOCKET_FAILED where nobody listens there (its
 * cause says why), JOB_UNRESPONSIVE where no answer comes in time.
 */
export function askJob(
  job: AskedJob,
  { method, url, body }: Pick<RestRequest, 'method' | 'url' | 'body'>,
  timeoutMs: number,
): Promise<RestResponse> {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json; charset=UTF-8', 'content-length': Buffer.byteLength(text) }
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => {
      const reason = messageOf(error)
      reject(new FlinkError('CONTROL_SOCKET_FAILED', { jobId: job.jobId, reason }, { cause: error }))
    }
    const outgoing = httpRequest({ socketPath: job.socket, method, path: `/v1${url}`, headers }, (response) => {
      readAnswer(response).then(resolve, failed)
    })
    outgoing.setTimeout(timeoutMs, () => {
      const { jobId, pid } = job
      reject(new FlinkError('JOB_UNRESPONSIVE', { jobId, pid, timeout: durationText(timeoutMs) }))
      outgoing.destroy()
    })
    outgoing.on('error', failed)
    // A connection that breaks after its answer is nobody's to hear of.
    outgoing.on('socket', (socket) => socket.on('error', () => undefined))
    outgoing.end(text)
  })
}

async function readAnswer(response: IncomingMessage): Promise<RestResponse> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > LONGEST_ANSWER) throw new FlinkError('CONTROL_REQUEST_INVALID', { reason: 'its answer does not end' })
    pieces.push(piece)
  }
  const contentType = response.headers['content-type'] ?? 'application/json; charset=utf-8'
  return { status: response.statusCode ?? 500, body: Buffer.concat(pieces).toString('utf8'), contentType }
}
