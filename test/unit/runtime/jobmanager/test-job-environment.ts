import { Configuration } from '../../../../src/core/config/configuration.js'
import { FileSystems } from '../../../../src/core/fs/file-systems.js'
import { SILENT_LOGGER } from '../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'
import type { JobEnvironment } from '../../../../src/runtime/jobmanager/job-environment.js'
import { sampleGraph } from './sample-graphs.js'

/** A job of one vertex whose surroundings belong to the test. */
export function testJobEnvironment(parts: Partial<JobEnvironment> = {}): JobEnvironment {
  return {
    jobId: 'a'.repeat(32),
    jobGraph: sampleGraph([{ id: 'v' }]),
    configuration: new Configuration(),
    clock: new ManualClock(),
    random: new SeededRandom(1),
    logger: SILENT_LOGGER,
    fileSystems: new FileSystems(),
    ...parts,
  }
}
