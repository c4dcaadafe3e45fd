import { adviceOnDeath } from '../../client/job-overview.js'
import type { JobOverview } from '../../client/rest-cluster-client.js'
import { printable } from '../terminal/printable-text.js'

const WIDTH = 62

const TERMINAL = new Set(['FINISHED', 'CANCELED', 'FAILED'])
const SCHEDULED = new Set(['CREATED', 'INITIALIZING'])

/** Which sections `list` prints. */
export interface JobTableSections {
  readonly running: boolean
  readonly scheduled: boolean
  readonly terminated: boolean
}

/** Colours a state; tests and pipes get it plain. */
export type StatePainter = (state: string) => string

const plain: StatePainter = (state) => state

/** The lines of `list`, in Flink's layout: 62 wide, oldest job first. */
export function jobTable(
  jobs: readonly JobOverview[],
  sections: JobTableSections,
  paint: StatePainter = plain,
): string[] {
  const lines: string[] = []
  if (sections.running) {
    lines.push(...section('Running/Restarting Jobs', jobs.filter(isRunning), 'No running jobs.', paint))
  }
  if (sections.scheduled) {
    lines.push(...section('Scheduled Jobs', jobs.filter(isScheduled), 'No scheduled jobs.', paint))
  }
  if (sections.terminated) {
    lines.push(...section('Terminated Jobs', jobs.filter(isTerminated), undefined, paint))
  }
  return lines
}

/** The jobs of these sections, in the order of their lines. */
export function shownJobs(jobs: readonly JobOverview[], sections: JobTableSections): JobOverview[] {
  return [
    ...(sections.running ? sorted(jobs.filter(isRunning)) : []),
    ...(sections.scheduled ? sorted(jobs.filter(isScheduled)) : []),
    ...(sections.terminated ? sorted(jobs.filter(isTerminated)) : []),
  ]
}

function isRunning(job: JobOverview): boolean {
  return !isTerminated(job) && !isScheduled(job)
}

function isScheduled({ state }: JobOverview): boolean {
  return SCHEDULED.has(state)
}

function isTerminated({ state }: JobOverview): boolean {
  return TERMINAL.has(state)
}

function sorted(jobs: readonly JobOverview[]): JobOverview[] {
  return jobs.toSorted((a, b) => a['start-time'] - b['start-time'] || a.state.localeCompare(b.state))
}

function section(
  title: string,
  jobs: readonly JobOverview[],
  whenEmpty: string | undefined,
  paint: StatePainter,
): string[] {
  if (jobs.length === 0) return whenEmpty === undefined ? [] : [whenEmpty]
  return [
    rule(title),
    ...sorted(jobs).flatMap((job) => [row(job, paint), ...restartsOf(job), ...deathOf(job)]),
    '-'.repeat(WIDTH),
  ]
}

function rule(title: string): string {
  const dashes = WIDTH - title.length - 2
  const left = Math.floor(dashes / 2)
  return `${'-'.repeat(left)} ${title} ${'-'.repeat(dashes - left)}`
}

function row(job: JobOverview, paint: StatePainter): string {
  return `${startOf(job['start-time'])} : ${printable(job.jid)} : ${printable(job.name)} (${paint(printable(job.state))})`
}

/** Below the row, which is as Flink prints it. */
function restartsOf({ restarts, state }: JobOverview): string[] {
  if (restarts === undefined) return []
  const { count, since } = restarts
  const often = count === 1 ? '1 restart' : `${String(count)} restarts`
  return [`  After ${often} ${printable(state)} since ${startOf(since)}`]
}

function deathOf({ died, jid }: JobOverview): string[] {
  return died === undefined ? [] : [`  Its process has died; ${printable(adviceOnDeath(died, jid))}`]
}

/** dd.MM.yyyy HH:mm:ss in the local time zone. */
function startOf(epochMs: number): string {
  const time = new Date(epochMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${two(time.getDate())}.${two(time.getMonth() + 1)}.${String(time.getFullYear())}`
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
}
