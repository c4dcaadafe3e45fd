// Duty: a keyed state that may be asked about from outside, under a name of its own.
// Invariants: asking changes nothing: no key comes to be, none becomes the current one, nothing counts as used, handed out or
// changed.
// Thread: the task worker that owns the backend.
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { StateMetadata } from '../../../storage/state-handles.js'

export interface QueryableState {
  readonly queryableName: string
  readonly metadata: StateMetadata
  /** Writes the value of a key in the form in which every backend restores it; false where there is none. */
  writeValueOf(key: unknown, keyHash: number, output: DataOutputView): boolean
}

/** Is told of each when its state is made. */
export type QueryableStateListener = (state: QueryableState) => void
