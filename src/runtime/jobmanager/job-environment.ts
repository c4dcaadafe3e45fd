// Duty: one job and what its process runs it on; made once, when the job is submitted, and handed on as it is.
// Invariants: constant over the life of the job; whatever belongs to one attempt or one snapshot is passed beside it.
// Thread: main thread.
import type { Configuration } from '../../core/config/configuration.js'
import type { FileSystems } from '../../core/fs/file-systems.js'
import type { Logger } from '../../core/logging/logger.js'
import type { Random } from '../../core/random/random.js'
import type { Clock } from '../../core/time/clock.js'
import type { JobGraph } from '../../graph/job-graph.js'

export interface JobEnvironment {
  readonly jobId: string
  readonly jobGraph: JobGraph
  /** The job's own, parsed from its graph. */
  readonly configuration: Configuration
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly fileSystems: FileSystems
}
