import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { Logger } from '../../core/logging/logger.js'
import { startOfProcess } from '../../core/process/process-start.js'
import type { Clock } from '../../core/time/clock.js'
import { askJob } from './ask-job.js'
import type { SessionJob } from './session-job.js'
import { signalProcess } from './signal-process.js'

type Ending = 'CHECKPOINT' | 'SAVEPOINT' | 'CANCEL'
export type JobsOnShutdown = Ending | 'LEAVE'

const POLL_MS = 100
const TRIGGER_TIMEOUT_MS = 30_000
const OUTCOME_TIMEOUT_MS = 5_000

export interface EndJobsServices {
  /** Where savepoints go of jobs that are configured with no directory of their own. */
  readonly savepoints: string | undefined
  readonly clock: Clock
  readonly logger: Logger
  /** More patience is not asked for: jobs go on with what they were told. */
  readonly isHurried: () => boolean
  /** Of a job that has no process. Never rejects. */
  readonly cancelForGood: (job: SessionJob) => Promise<void>
}

/**
 * Ends the jobs of a session that is about to end, and waits for their processes; also those of jobs that were about to begin, or to
 * begin anew, when it was told to. Never rejects.
 */
export async function endJobs(
  jobs: () => readonly SessionJob[],
  how: JobsOnShutdown,
  services: EndJobsServices,
): Promise<void> {
  if (how === 'LEAVE') return
  const told = new Set<SessionJob>()
  for (;;) {
    const next = jobs().filter((job) => !told.has(job) && (job.phase === 'living' || job.phase === 'dead'))
    if (next.length === 0) return
    for (const job of next) told.add(job)
    await Promise.all(next.map((job) => endJob(job, how, services)))
  }
}

async function endJob(job: SessionJob, how: Ending, services: EndJobsServices): Promise<void> {
  const { clock, isHurried, logger } = services
  while (job.isStarting && !isHurried()) await pause(clock)
  const { jobId, phase } = job
  if (phase === 'living') await endLiving(job, how, services)
  else if (phase === 'dead' && how === 'CANCEL' && !isHurried()) await services.cancelForGood(job)
  else if (phase === 'dead') logger.warn('a job without a process is left for the next session', { jobId })
}

async function endLiving(job: SessionJob, how: Ending, services: EndJobsServices): Promise<void> {
  const { jobId, entry } = job
  if (entry === undefined) return
  const { logger, clock, isHurried } = services
  const isAlive = async (): Promise<boolean> =>
    entry.processStart !== undefined && (await startOfProcess(entry.pid)) === entry.processStart
  if (!(await isAlive())) return
  const suspend = (error: unknown): void => {
    logger.warn('a job was suspended instead', { jobId, reason: messageOf(error) })
    signalProcess(entry.pid, 'SIGTERM')
  }
  let savepoint: string | undefined
  try {
    savepoint = await told(how, entry, services.savepoints)
  } catch (error) {
    suspend(error)
  }
  while ((await isAlive()) && !isHurried()) {
    const failure = savepoint === undefined ? undefined : await failureOf(savepoint, entry)
    if (failure !== undefined) {
      savepoint = undefined
      suspend(failure)
    }
    await pause(clock)
  }
}

type LivingEntry = NonNullable<SessionJob['entry']>

/** Returns the id of the savepoint with which the job is to end. */
async function told(how: Ending, entry: LivingEntry, savepoints: string | undefined): Promise<string | undefined> {
  const { jobId, pid } = entry
  switch (how) {
    case 'CHECKPOINT':
      signalProcess(pid, 'SIGTERM')
      return undefined
    case 'CANCEL':
      await asked(entry, { method: 'PATCH', url: `/jobs/${jobId}?mode=cancel`, body: {} })
      return undefined
    case 'SAVEPOINT': {
      const stop = { method: 'POST', url: `/jobs/${jobId}/stop`, body: {} } as const
      const { 'request-id': id } = await asked(entry, stop).catch((error: unknown) => {
        if (savepoints === undefined) throw error
        return asked(entry, { ...stop, body: { targetDirectory: savepoints } })
      })
      return typeof id === 'string' ? id : undefined
    }
  }
}

/** A job goes on whose savepoint has failed, and would keep its session; undefined while it may end with it. */
async function failureOf(savepoint: string, entry: LivingEntry): Promise<FlinkError | undefined> {
  const url = `/jobs/${entry.jobId}/savepoints/${savepoint}`
  try {
    const { body } = await askJob(entry, { method: 'GET', url, body: {} }, OUTCOME_TIMEOUT_MS)
    const { operation } = objectOf(body)
    const { 'failure-cause': cause } = objectOf(operation)
    if (cause === undefined) return undefined
    const [reason = ''] = String(objectOf(cause)['stack-trace']).split('\n')
    return new FlinkError('CONTROL_REQUEST_FAILED', { reason })
  } catch {
    // It ends, or is too busy to tell.
    return undefined
  }
}

async function asked(entry: LivingEntry, request: Parameters<typeof askJob>[1]): Promise<Record<string, unknown>> {
  const { status, body } = await askJob(entry, request, TRIGGER_TIMEOUT_MS)
  if (status !== 202) throw new FlinkError('CONTROL_REQUEST_FAILED', { reason: String(body) })
  return objectOf(body)
}

function objectOf(value: unknown): Record<string, unknown> {
  const object: unknown = typeof value === 'string' ? JSON.parse(value) : value
  return typeof object === 'object' && object !== null ? { ...object } : {}
}

function pause(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(POLL_MS, resolve)
  })
}
