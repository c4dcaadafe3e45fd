// Duty: what the barriers of a checkpoint carry: of which kind it is and whether they may overtake records.
// Invariants: a savepoint holds no records in flight, so that any program with its operators can start from it; nor does a snapshot with
// which the job ends, as its tasks end once they have its barrier, and have to be through with what came before it.
// Thread: main thread.
import type { CheckpointOptions } from '../../protocol/checkpoint-options.js'
import type { CheckpointCoordinatorConfiguration } from './checkpoint-coordinator-configuration.js'
import type { PendingCheckpoint } from './pending-checkpoint.js'

export function checkpointOptionsOf(
  { location, properties: { isSavepoint, thenStop } }: Pick<PendingCheckpoint, 'location' | 'properties'>,
  { unaligned }: Pick<CheckpointCoordinatorConfiguration, 'unaligned'>,
): CheckpointOptions {
  const options = { kind: isSavepoint ? 'savepoint' : 'checkpoint', location, stop: thenStop } as const
  if (unaligned === undefined || isSavepoint || thenStop !== undefined) return { ...options, unaligned: false }
  const { alignedTimeoutMs } = unaligned
  return alignedTimeoutMs === 0 ? { ...options, unaligned: true } : { ...options, unaligned: false, alignedTimeoutMs }
}
