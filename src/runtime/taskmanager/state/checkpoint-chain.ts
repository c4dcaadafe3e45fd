// Duty: what a backend's next checkpoint may build on: the handles that earlier ones ended with, by checkpoint.
// Invariants: a chain is whole state and then deltas; it is begun anew when it is long, or when the deltas hold more than
// half of what the whole state does: so what is read back, and what is kept on the disk, stays within bounds.
// Thread: the task worker that owns the backend.
import type { KeyedStateHandle, StreamStateHandle } from '../../../storage/state-handles.js'
import { WrittenCheckpoints } from './written-checkpoints.js'

/** What one checkpoint ended with. */
export interface ChainedCheckpoint {
  /** Changes in this epoch and later ones are not in it. */
  readonly epoch: number
  readonly handles: readonly KeyedStateHandle[]
}

/** Reading a delta back costs as much as reading whole state of its size, and a file each. */
const MAX_DELTAS = 32
const MAX_SHARE_OF_DELTAS = 0.5
/** What each checkpoint ended with. */
export class CheckpointChain<C extends ChainedCheckpoint = ChainedCheckpoint> extends WrittenCheckpoints<C> {
  #epoch = 0

  /** Begins a checkpoint's epoch. */
  nextEpoch(): number {
    this.#epoch += 1
    return this.#epoch
  }
}

/** False when the state is to be written whole. */
export function mayGrow({ handles }: ChainedCheckpoint): boolean {
  const [whole, ...deltas] = handles
  if (whole === undefined || deltas.length >= MAX_DELTAS) return false
  const deltaBytes = deltas.reduce((sum, { handle }) => sum + sizeOf(handle), 0)
  return deltaBytes <= MAX_SHARE_OF_DELTAS * sizeOf(whole.handle)
}

function sizeOf(handle: StreamStateHandle): number {
  return handle.kind === 'inline' ? handle.bytes.length : handle.lengthBytes
}
