// Duty: a snapshot of a backend on the disk: first what its barrier has in memory goes to the store, then what was captured
// of the store is written.
// Thread: the task worker that owns the backend.
import type { CheckpointStreamFactory } from '../../../../storage/checkpoint-stream-factory.js'
import type { KeyedStateHandle } from '../../../../storage/state-handles.js'
import type { KeyedStateSnapshot } from '../keyed-state-backend.js'
import type { TimeSlices } from '../time-slices.js'
import type { AwaitedEntries } from './awaited-entries.js'
import type { StateCapture } from './state-capture.js'

export class DiskSnapshot implements KeyedStateSnapshot {
  readonly #awaited: AwaitedEntries
  readonly #capture: StateCapture

  constructor(awaited: AwaitedEntries, capture: StateCapture) {
    this.#awaited = awaited
    this.#capture = capture
  }

  async write(streams: CheckpointStreamFactory, slices: TimeSlices): Promise<readonly KeyedStateHandle[]> {
    slices.takeHalf()
    await this.#awaited.save(slices)
    return this.#capture.write(streams, slices)
  }

  release(): void {
    this.#awaited.giveUp(undefined)
    this.#capture.release()
  }
}
