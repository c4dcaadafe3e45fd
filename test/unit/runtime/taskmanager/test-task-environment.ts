/** What a task of a test gets of a worker that there is not: quiet, alone, without a disk. */
import { Configuration } from '../../../../src/core/config/configuration.js'
import { FileSystems } from '../../../../src/core/fs/file-systems.js'
import { MemoryTextOutput } from '../../../../src/core/io/memory-text-output.js'
import { SILENT_LOGGER } from '../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'
import type { TaskDeploymentDescriptor } from '../../../../src/runtime/protocol/task-deployment.js'
import type { TaskEnvironment } from '../../../../src/runtime/taskmanager/task/task-environment.js'

export function testTaskEnvironment(given: Partial<TaskEnvironment> = {}): TaskEnvironment {
  return {
    configuration: new Configuration(),
    clock: new ManualClock(),
    random: new SeededRandom(1),
    logger: SILENT_LOGGER,
    fileSystems: new FileSystems(),
    standardOutput: new MemoryTextOutput(),
    standardError: new MemoryTextOutput(),
    send: () => undefined,
    wake: () => undefined,
    ...given,
  }
}

/** The only subtask of its vertex, fresh. */
export function testDescriptor(
  given: Partial<TaskDeploymentDescriptor> & Pick<TaskDeploymentDescriptor, 'vertexId'>,
): TaskDeploymentDescriptor {
  return {
    executionId: 'e',
    subtaskIndex: 0,
    slot: 0,
    attemptNumber: 0,
    maxParallelism: 128,
    inputs: [],
    outputs: [],
    restore: undefined,
    finishedOnRestore: false,
    ...given,
  }
}
