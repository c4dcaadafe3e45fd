import { ReasonError } from '../core/errors/reason-error.js'
import type { QueryableStateMessage } from '../rest/messages/state-messages.js'
import type { JobOverview } from '../rest/messages/job-messages.js'
import { isEpochMs } from './job-overview.js'
import { areQueryableStates } from './queryable-state-messages.js'

/** An IP address with a port. */
const WEB = /^https?:\/\/[0-9a-fA-F.:[\]]{1,50}$/

/** What a living job leaves in the run directory beside its socket: `<jobId>.json`. Times are epoch ms. */
export interface JobDirectoryEntry {
  readonly jobId: string
  readonly pid: number
  /** When the process with this id began, where the system tells; see startOfProcess. */
  readonly processStart: string | undefined
  readonly name: string
  readonly startTime: number
  /** Version of flink-ts that runs the job. */
  readonly version: string
  /** Where the job's control server listens. */
  readonly socket: string
  /** Where the job answers over TCP; absent where it does not. */
  readonly web?: string
  /** Where the log of the process is, and what it printed where nobody was attached to it. */
  readonly logDirectory?: string
  /** Where the checkpoints of the job lie, and no other's; what `run -s` takes. */
  readonly checkpoints?: string
  /** The job is one that `run --recover` goes on with. */
  readonly isRecoverable?: boolean
  /** The states of the job that may be asked about; absent where there are none. */
  readonly queryableStates?: readonly QueryableStateMessage[]
  /** Of a job of a session: slots that it needs. */
  readonly slots?: number
  /** It has not got them yet. */
  readonly waitsForSlots?: boolean
}

/** What anybody may have written as the entry of a job is checked before it is believed: ReasonError. */
export function jobDirectoryEntryOf(value: unknown, expectedJobId: string): JobDirectoryEntry {
  if (typeof value !== 'object' || value === null) throw new ReasonError('it is no JSON object')
  const fields = value as Partial<Record<keyof JobDirectoryEntry, unknown>>
  const { jobId, pid, processStart, name, startTime, version, socket, web } = fields
  const { logDirectory, checkpoints, isRecoverable, queryableStates, slots, waitsForSlots } = fields
  if (jobId !== expectedJobId) throw new ReasonError('it is not of the job that its name says')
  const isComplete =
    typeof pid === 'number' &&
    Number.isSafeInteger(pid) &&
    pid > 0 &&
    (processStart === undefined || typeof processStart === 'string') &&
    typeof name === 'string' &&
    isEpochMs(startTime) &&
    typeof version === 'string' &&
    typeof socket === 'string' &&
    (web === undefined || (typeof web === 'string' && WEB.test(web))) &&
    (logDirectory === undefined || typeof logDirectory === 'string') &&
    (checkpoints === undefined || typeof checkpoints === 'string') &&
    (isRecoverable === undefined || typeof isRecoverable === 'boolean') &&
    (queryableStates === undefined || areQueryableStates(queryableStates)) &&
    (slots === undefined || (typeof slots === 'number' && Number.isSafeInteger(slots) && slots > 0)) &&
    (waitsForSlots === undefined || typeof waitsForSlots === 'boolean')
  if (!isComplete) throw new ReasonError('a field of it is missing or has a value that no job writes')
  return {
    jobId: expectedJobId,
    pid,
    processStart,
    name,
    startTime,
    version,
    socket,
    ...(web !== undefined && { web }),
    ...(logDirectory !== undefined && { logDirectory }),
    ...(checkpoints !== undefined && { checkpoints }),
    ...(isRecoverable !== undefined && { isRecoverable }),
    ...(queryableStates !== undefined && { queryableStates }),
    ...(slots !== undefined && { slots }),
    ...(waitsForSlots !== undefined && { waitsForSlots }),
  }
}

/** What can be said of a job that says nothing itself. */
export function overviewOfEntry(
  entry: JobDirectoryEntry,
  { state, endTime }: { readonly state: string; readonly endTime: number | undefined },
): JobOverview {
  const none = { created: 0, scheduled: 0, deploying: 0, running: 0, finished: 0, canceling: 0, canceled: 0 }
  return {
    jid: entry.jobId,
    name: entry.name,
    state,
    'start-time': entry.startTime,
    'end-time': endTime ?? -1,
    duration: endTime === undefined ? -1 : endTime - entry.startTime,
    'last-modification': endTime ?? -1,
    tasks: { total: 0, ...none, failed: 0, reconciling: 0, initializing: 0 },
    'pending-operators': 0,
    ...(entry.logDirectory !== undefined && { log: { directory: entry.logDirectory, pid: entry.pid } }),
  }
}
