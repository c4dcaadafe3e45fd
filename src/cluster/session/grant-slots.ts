import type { JobDirectoryEntry } from '../../client/job-directory-entry.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { Logger } from '../../core/logging/logger.js'
import { askJob } from './ask-job.js'
import type { SessionJob } from './session-job.js'
import type { SlotPool } from './slot-pool.js'

const TIMEOUT_MS = 2_000

/** What the entry of a job says of its slots, also to a session that comes anew. */
export function noteSlots({ jobId, slots: needed, waitsForSlots }: JobDirectoryEntry, slots: SlotPool): void {
  if (needed === undefined) return
  if (waitsForSlots === true) slots.request(jobId, needed)
  else slots.hold(jobId, needed)
}

/**
 * Jobs that wait hear of the slots that are theirs now. One that has not heard of it, because it was busy say, hears of it again
 * with the next look; nobody else waits for it meanwhile.
 */
export async function grantSlots(jobs: readonly SessionJob[], slots: SlotPool, logger: Logger): Promise<void> {
  slots.grant()
  await Promise.all(
    jobs.map(async (job) => {
      const { entry, jobId, phase } = job
      if (phase !== 'living' || entry?.waitsForSlots !== true || !slots.holds(jobId)) return
      try {
        await askJob(entry, { method: 'POST', url: `/jobs/${jobId}/slots`, body: {} }, TIMEOUT_MS)
        job.entry = { ...entry, waitsForSlots: false }
      } catch (error) {
        logger.warn('a job has not taken its slots yet', { jobId, reason: messageOf(error) })
      }
    }),
  )
}
