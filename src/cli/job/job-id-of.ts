import { FlinkError } from '../../core/errors/flink-error.js'
import { nearestName } from '../../core/errors/nearest-name.js'
import type { JobOverview } from '../../client/rest-cluster-client.js'
import type { JobContext } from '../arguments/cli-context.js'
import { printable } from '../terminal/printable-text.js'
import { restClusterClientOf, runDirectoryOf } from './rest-cluster-client-of.js'

const JOB_ID = /^[0-9a-f]{32}$/i
/** Fewer digits say too little: a job that is to be cancelled must not be met by chance. */
const PREFIX = /^[0-9a-f]{4,31}$/i
/** With fewer digits every other word would be near to some id. */
const LEAST_NEAR_DIGITS = 6
/** As many as can be looked through; there may be a hundred in the archive. */
const MOST_CANDIDATES = 10

interface KnownJob {
  readonly jobId: string
  readonly name: string
}

/** What else is to be known of an operand that may be the name of a job. */
export interface OperandWords {
  /** Mean something else in this place, whatever jobs are called. */
  readonly reserved?: readonly string[]
  /** What was most likely meant where it is no job, as the end of a message. */
  readonly advice?: string
}

/**
 * The id of the job that an operand names: an id of 32 digits as it is, without a look whether there is such a job; else the
 * one job whose id begins so, or whose name it is. Jobs that live are meant before those that have ended. Throws
 * JOB_ID_INVALID, in Flink's words, where it names none, and JOB_NAME_AMBIGUOUS where it names several.
 */
export async function jobIdOf(operand: string, context: JobContext, words: OperandWords = {}): Promise<string> {
  const found = await namedJobId(operand, context, words)
  if (found !== undefined) return found
  const advice = words.advice ?? ''
  throw notAJob(operand, advice === '' ? adviceOn(operand, await livingJobs(context)) : advice)
}

/** The same; undefined where it names no job. */
export async function namedJobId(
  operand: string,
  context: JobContext,
  { reserved = [] }: OperandWords = {},
): Promise<string | undefined> {
  if (isJobId(operand)) return operand.toLowerCase()
  if (operand === '' || reserved.includes(operand)) return undefined
  const meant = meantBy(operand, await livingJobs(context))
  if (meant.length === 0) meant.push(...meantBy(operand, await endedJobs(context)))
  const [job, another] = meant
  if (another !== undefined) throw await ambiguous(operand, meant, context)
  return job?.jobId
}

export function isJobId(operand: string): boolean {
  return JOB_ID.test(operand)
}

function notAJob(text: string, advice: string): FlinkError {
  return new FlinkError('JOB_ID_INVALID', { text, advice })
}

function meantBy(operand: string, jobs: readonly KnownJob[]): KnownJob[] {
  const prefix = PREFIX.test(operand) ? operand.toLowerCase() : undefined
  return jobs.filter(({ jobId, name }) => name === operand || (prefix !== undefined && jobId.startsWith(prefix)))
}

async function livingJobs(context: JobContext): Promise<KnownJob[]> {
  if (context.session === undefined) return runDirectoryOf(context).livingJobs()
  return (await restClusterClientOf(context).listJobs(false)).map(knownJob)
}

async function endedJobs(context: JobContext): Promise<KnownJob[]> {
  const { session } = context
  const jobs = await (session === undefined
    ? runDirectoryOf(context).archivedJobs()
    : restClusterClientOf(context).listJobs(true))
  return jobs.map(knownJob)
}

function knownJob({ jid, name }: JobOverview): KnownJob {
  return { jobId: jid, name }
}

async function ambiguous(text: string, meant: readonly KnownJob[], context: JobContext): Promise<FlinkError> {
  const states = new Map((await restClusterClientOf(context).listJobs(true)).map((job) => [job.jid, job.state]))
  const rows = meant.map(
    ({ jobId, name }) => `\n  ${jobId}  ${printable(name)} (${printable(states.get(jobId) ?? 'gone')})`,
  )
  const more = rows.length - MOST_CANDIDATES
  const candidates = [...rows.slice(0, MOST_CANDIDATES), ...(more > 0 ? [`\n  and ${String(more)} more`] : [])].join('')
  return new FlinkError('JOB_NAME_AMBIGUOUS', { text, count: meant.length, candidates })
}

/** A job that lives and whose name or id is nearly what was given. */
function adviceOn(operand: string, jobs: readonly KnownJob[]): string {
  const name = nearestName(
    operand,
    jobs.map((job) => job.name),
  )
  const near = jobs.find((job) => job.name === name) ?? jobOfNearId(operand.toLowerCase(), jobs)
  return near === undefined ? '' : `\n(Did you mean ${printable(near.name)}, job ${near.jobId}?)`
}

/** Of a whole id, or of its beginning. */
function jobOfNearId(operand: string, jobs: readonly KnownJob[]): KnownJob | undefined {
  if (operand.length < LEAST_NEAR_DIGITS || !/^[0-9a-z]+$/.test(operand)) return undefined
  const begins = new Map(jobs.flatMap((job) => [job.jobId, job.jobId.slice(0, operand.length)].map((id) => [id, job])))
  const nearest = nearestName(operand, begins.keys())
  return nearest === undefined ? undefined : begins.get(nearest)
}
