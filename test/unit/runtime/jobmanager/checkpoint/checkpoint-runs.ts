/** Runs of a job on a disk in memory, whose checkpoints are all of one operator with one file of state. */
import assert from 'node:assert/strict'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { computeCheckpointPlan } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-plan.js'
import { CheckpointRepository } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import {
  PendingCheckpoint,
  type PendingCheckpointDescription,
} from '../../../../../src/runtime/jobmanager/checkpoint/pending-checkpoint.js'
import type { RecoveryStore } from '../../../../../src/runtime/jobmanager/highavailability/recovery-store.js'
import { ExecutionGraph } from '../../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import { checkpointStreams } from '../../../../../src/storage/file-checkpoint-streams.js'
import { EMPTY_SUBTASK_STATE } from '../../../../../src/storage/state-handles.js'
import { sampleGraph } from '../sample-graphs.js'

export const JOB: string = 'a'.repeat(32)
export const FROM_LATEST = 'execution.state-recovery.from-latest'
const OPERATOR = '1'.repeat(32)

export interface RunSettings {
  readonly jobId?: string
  /** The only operator of the program. */
  readonly operator?: string
  readonly restore?: string
  readonly configuration?: Readonly<Record<string, string>>
  readonly running?: readonly string[]
  /** By the clock of the run. */
  readonly nowMs?: number
  /** Of a job that outlives its process, with the file systems that it gives. */
  readonly recovery?: RecoveryStore
  readonly fileSystems?: FileSystems
}

export interface CheckpointRuns {
  readonly disk: InMemoryFileSystem
  readonly fileSystems: FileSystems
  readonly repositoryOf: (settings?: RunSettings) => CheckpointRepository
  readonly take: (repository: CheckpointRepository, checkpointId: number, timestamp?: number) => Promise<void>
  /** Into /sp; with `suspend` the job is to end with it. */
  readonly takeSavepoint: (
    repository: CheckpointRepository,
    checkpointId: number,
    thenStop?: 'suspend',
  ) => Promise<void>
}

export function makeCheckpointRuns(disk: InMemoryFileSystem = new InMemoryFileSystem()): CheckpointRuns {
  const onDisk = new FileSystems().register('file', disk)

  function repositoryOf({
    jobId = JOB,
    operator = OPERATOR,
    restore,
    configuration = {},
    running = [],
    nowMs = 90_000,
    recovery,
    fileSystems = onDisk,
  }: RunSettings = {}): CheckpointRepository {
    const environment = {
      jobId,
      jobGraph: sampleGraph([{ id: operator }]),
      configuration: Configuration.fromMap({
        'execution.checkpointing.dir': 'file:///cp',
        'execution.checkpointing.num-retained': '5',
        'execution.checkpointing.data-inline-threshold': '0 b',
        ...configuration,
      }),
      fileSystems,
      random: new SeededRandom(1),
      logger: SILENT_LOGGER,
      clock: new ManualClock(nowMs),
    }
    return new CheckpointRepository(environment, {
      restore: { path: restore, allowNonRestoredState: false },
      isJobRunning: (other) => Promise.resolve(running.includes(other)),
      version: '1.2.3',
      recovery,
    })
  }

  /** A checkpoint with one file of state, taken at `checkpointId` seconds unless another time in ms is given. */
  async function take(
    repository: CheckpointRepository,
    checkpointId: number,
    timestamp = checkpointId * 1000,
  ): Promise<void> {
    await complete(repository, checkpointId, {
      timestamp,
      properties: { isSavepoint: false, thenStop: undefined },
      location: await repository.prepareCheckpoint(checkpointId),
    })
  }

  async function takeSavepoint(
    repository: CheckpointRepository,
    checkpointId: number,
    thenStop?: 'suspend',
  ): Promise<void> {
    await complete(repository, checkpointId, {
      timestamp: checkpointId * 1000,
      properties: { isSavepoint: true, thenStop },
      location: await repository.prepareSavepoint(checkpointId, 'file:///sp'),
    })
  }

  async function complete(
    repository: CheckpointRepository,
    checkpointId: number,
    { timestamp, properties, location }: Pick<PendingCheckpointDescription, 'timestamp' | 'properties' | 'location'>,
  ): Promise<void> {
    const executions = new ExecutionGraph(sampleGraph([{ id: OPERATOR }]), () => ({ worker: 0, slot: 0 }), 0)
    for (const execution of executions.all()) {
      for (const state of ['SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'] as const) execution.tryMove(state, 0)
    }
    const planned = computeCheckpointPlan(executions)
    assert.ok('plan' in planned)
    const stream = await checkpointStreams(location, onDisk, new SeededRandom(checkpointId)).createStream()
    await stream.write(new TextEncoder().encode(`state of ${String(checkpointId)}`))
    const handle = await stream.closeAndGetHandle()
    assert.ok(handle)
    const metadata = { name: 's', kind: 'operator-list', typeFingerprint: 'GENERIC', schemaVersion: 1 } as const
    const state = { ...EMPTY_SUBTASK_STATE, managedOperator: [{ handle, states: [{ ...metadata, offsets: [0, 1] }] }] }
    const pending = new PendingCheckpoint({ checkpointId, timestamp, plan: planned.plan, properties, location })
    const metrics = { alignmentMs: 0, synchronousMs: 0, asynchronousMs: 0, sizeBytes: 1, checkpointedSizeBytes: 1 }
    for (const { id } of planned.plan.toAcknowledge) {
      pending.acknowledge(id, { snapshot: { operators: { [OPERATOR]: state } }, metrics })
    }
    await repository.complete(pending)
  }

  return { disk, fileSystems: onDisk, repositoryOf, take, takeSavepoint }
}
