import { ClientOptions } from '../../core/config/client-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import type { FileSystems } from '../../core/fs/file-systems.js'
import type { Logger } from '../../core/logging/logger.js'
import { thisProcess } from '../../core/process/process-owner.js'
import type { Random } from '../../core/random/random.js'
import type { Clock } from '../../core/time/clock.js'
import { JobEntry } from '../../runtime/jobmanager/highavailability/job-entry.js'
import { JobHighAvailability } from '../../runtime/jobmanager/highavailability/job-high-availability.js'
import { awaitOwnerGone } from '../../runtime/jobmanager/highavailability/owner-watch.js'

interface CancelServices {
  /** With the storage of jobs. */
  readonly configuration: Configuration
  readonly fileSystems: FileSystems
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly sleep: (ms: number) => Promise<void>
}

/**
 * Ends a job for good that has no process and gets none: nobody starts it again. Its checkpoints stay where they are: which of them
 * were to go its process would know. RECOVERY_JOB_LIVES, RECOVERY_JOB_UNKNOWN, RECOVERY_JOB_ENDED.
 */
export async function cancelStoredJob(jobId: string, services: CancelServices): Promise<void> {
  const { configuration, fileSystems, clock, random, logger, sleep } = services
  const entry = new JobEntry(jobId, configuration, fileSystems)
  const from = await entry.holder()
  const owner = await thisProcess()
  await awaitOwnerGone(entry, from, configuration.get(ClientOptions.CLIENT_TIMEOUT), {
    ...{ asker: owner, sleep, monotonicMs: () => clock.monotonicMs() },
    tell: (text) => {
      logger.info(text, { jobId })
    },
  })
  const about = { configuration, fileSystems, clock, random, logger, jobId, owner, onLost: () => undefined }
  const job = await JobHighAvailability.take(about, jobId, from)
  try {
    await job.ended('CANCELED')
    await job.cleanUp()
  } finally {
    job.close()
  }
}
