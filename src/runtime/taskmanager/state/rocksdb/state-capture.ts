// Duty: what a snapshot takes of the store at the moment when that holds exactly the state at the barrier, and writes.
// Thread: the task worker that owns the backend.
import type { CheckpointStreamFactory } from '../../../../storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle } from '../../../../storage/state-handles.js'
import type { TimeSlices } from '../time-slices.js'

export interface StateCapture {
  /** Once, synchronous, before `write`: later writes to the store are none of the snapshot. What it throws fails the snapshot. */
  take(): void
  write(streams: CheckpointStreamFactory, slices: TimeSlices): Promise<readonly KeyedStateHandle[]>
  /** However it ended, also where it was never taken; may be called twice. */
  release(): void
}
