import type { SessionRestClient } from '../../client/session-rest-client.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { printable } from '../terminal/printable-text.js'
import { findSessionLogs, type SessionLogPlace } from './session-log-places.js'
import type { LogsTaker } from './show-logs.js'

/** A text is sent whole each time it has grown. */
const LOOK_MS = 1000

export interface SessionLogsWanted {
  readonly session: SessionRestClient
  readonly jobId: string
  readonly follow: boolean
  /** Of what is there at first. */
  readonly lastLines: number
  readonly timeoutMs: number
}

/** How far a text was read. */
interface ReadText {
  sizeBytes: number
  /** In the text: what comes after the last line end that was seen. */
  length: number
  rest: string
}

/** Shows what a session has of a job, and with `follow` what comes, until the job has ended. */
export async function showSessionLogs(wanted: SessionLogsWanted, taker: LogsTaker): Promise<void> {
  const { session, jobId, follow, timeoutMs } = wanted
  const read = new Map<string, ReadText>()
  for (let isFirst = true; ; isFirst = false) {
    const { hasEnded, state, places } = await findSessionLogs(session, jobId, timeoutMs)
    if (isFirst && places.length === 0) {
      taker.tell(`The session ${printable(session.url)} has no log and no output of job ${jobId}.`)
    }
    for (const place of places) {
      const text = read.get(place.path) ?? { sizeBytes: -1, length: 0, rest: '' }
      read.set(place.path, text)
      // One that comes later is read whole.
      await readOn(place, text, wanted, { ...taker, lastLines: isFirst ? wanted.lastLines : Infinity })
    }
    if (follow && !hasEnded && taker.isOpen()) {
      await taker.sleep(LOOK_MS)
      continue
    }
    for (const place of places) {
      const { rest = '' } = read.get(place.path) ?? {}
      if (rest !== '') taker.take(place.source, place.name, [rest])
    }
    if (follow && hasEnded) taker.tell(`Job ${jobId} has ended: ${printable(state)}`)
    return
  }
}

async function readOn(
  { source, name, path, sizeBytes }: SessionLogPlace,
  text: ReadText,
  { session, timeoutMs }: SessionLogsWanted,
  { take, lastLines }: Pick<LogsTaker, 'take'> & { readonly lastLines: number },
): Promise<void> {
  if (sizeBytes === text.sizeBytes) return
  // Another file has its name now.
  if (sizeBytes < text.sizeBytes) text.length = 0
  text.sizeBytes = sizeBytes
  let whole: string
  try {
    whole = await session.text(path, timeoutMs)
  } catch (error) {
    // It was listed a moment ago, and is gone with its process.
    if (FlinkError.is(error, 'SESSION_REQUEST_FAILED')) return
    throw error
  }
  const lines = whole.slice(text.length).split('\n')
  text.rest = lines.pop() ?? ''
  text.length = whole.length - text.rest.length
  const wanted = lastLines === Infinity ? lines : lastLines === 0 ? [] : lines.slice(-lastLines)
  if (wanted.length > 0) take(source, name, wanted)
}
