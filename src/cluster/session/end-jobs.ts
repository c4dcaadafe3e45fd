import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { Logger } from '../../core/logging/logger.js'
import { startOfProcess } from '../../core/process/process-start.js'
import type { Clock } from '../../core/time/clock.js'
import { askJob } from './ask-job.js'
import type { SessionJob } from './session-job.js'

export type JobsOnShutdown = 'CHECKPOINT' | 'SAVEPOINT' | 'CANCEL' | 'LEAVE'

const POLL_MS = 100
const TRIGGER_TIMEOUT_MS = 30_000

interface EndJobsServices {
  /** Where savepoints go of jobs that are configured with no directory of their own. */
  readonly savepoints: string | undefined
  readonly clock: Clock
  readonly logger: Logger
  /** More patience is not asked for: jobs go on with what they were told. */
  readonly isHurried: () => boolean
}

/** Ends the jobs of a session that is about to end, and waits for their processes. Never rejects. */
export async function endJobs(
  jobs: readonly SessionJob[],
  how: JobsOnShutdown,
  services: EndJobsServices,
): Promise<void> {
  if (how === 'LEAVE') return
  await Promise.all(jobs.filter(({ phase }) => phase === 'living').map((job) => endJob(job, how, services)))
}

async function endJob(job: SessionJob, how: JobsOnShutdown, services: EndJobsServices): Promise<void> {
  const { jobId, entry } = job
  if (entry === undefined) return
  const { logger, clock, isHurried } = services
  const isAlive = async (): Promise<boolean> =>
    entry.processStart !== undefined && (await startOfProcess(entry.pid)) === entry.processStart
  if (!(await isAlive())) return
  try {
    await told(how, entry, services.savepoints)
  } catch (error) {
    logger.warn('a job was suspended instead', { jobId, reason: messageOf(error) })
    process.kill(entry.pid, 'SIGTERM')
  }
  while ((await isAlive()) && !isHurried()) {
    await new Promise<void>((resolve) => {
      clock.setTimer(POLL_MS, resolve)
    })
  }
}

type LivingEntry = NonNullable<SessionJob['entry']>

async function told(how: JobsOnShutdown, entry: LivingEntry, savepoints: string | undefined): Promise<void> {
  const { jobId, pid } = entry
  if (how === 'CHECKPOINT') {
    process.kill(pid, 'SIGTERM')
    return
  }
  if (how === 'CANCEL') return asked(entry, { method: 'PATCH', url: `/jobs/${jobId}?mode=cancel`, body: {} })
  const stop = { method: 'POST', url: `/jobs/${jobId}/stop`, body: {} } as const
  try {
    await asked(entry, stop)
  } catch (error) {
    if (savepoints === undefined) throw error
    await asked(entry, { ...stop, body: { targetDirectory: savepoints } })
  }
}

async function asked(entry: LivingEntry, request: Parameters<typeof askJob>[1]): Promise<void> {
  const { status, body } = await askJob(entry, request, TRIGGER_TIMEOUT_MS)
  if (status !== 202) throw new FlinkError('CONTROL_REQUEST_FAILED', { reason: String(body) })
}
