// Duty: what a backend's next checkpoint may build on: the handles that earlier ones ended with, by checkpoint.
// Invariants: a delta builds on a checkpoint that the JobMaster names as completed, never on one that may still be
// aborted. A chain is whole state and then deltas; it is begun anew when it is long, or when the deltas hold more than
// half of what the whole state does: so what is read back, and what is kept on the disk, stays within bounds.
// Thread: the task worker that owns the backend.
import type { KeyedStateHandle, StreamStateHandle } from '../../../storage/state-handles.js'

/** What one checkpoint ended with. */
export interface ChainedCheckpoint {
  /** Changes in this epoch and later ones are not in it. */
  readonly epoch: number
  readonly handles: readonly KeyedStateHandle[]
}

/** Reading a delta back costs as much as reading whole state of its size, and a file each. */
const MAX_DELTAS = 32
const MAX_SHARE_OF_DELTAS = 0.5
/** Of checkpoints none of which completes. */
const MAX_REMEMBERED = 64

export class CheckpointChain<C extends ChainedCheckpoint = ChainedCheckpoint> {
  readonly #written = new Map<number, C>()
  #epoch = 0

  /** Begins a checkpoint's epoch. */
  nextEpoch(): number {
    this.#epoch += 1
    return this.#epoch
  }

  /** What the named checkpoint ended with here. Older ones are never built on again. */
  baseOf(checkpointId: number): C | undefined {
    for (const id of [...this.#written.keys()]) if (id < checkpointId) this.#written.delete(id)
    return this.#written.get(checkpointId)
  }

  written(checkpointId: number, checkpoint: C): void {
    if (this.#written.size === MAX_REMEMBERED) this.#written.clear()
    this.#written.set(checkpointId, checkpoint)
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
