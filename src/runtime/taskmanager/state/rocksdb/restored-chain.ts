// Duty: the chain of whole state and changes that a subtask was restored from, for checkpoints that build on it.
// Invariants: one whose handles are those of this very subtask, and whose whole state lies where checkpoints share files: what
// lies with a checkpoint alone goes with it.
// Thread: the task worker that owns the backend.
import type { KeyGroupRange } from '../../../../core/keygroups/key-group-range.js'
import { isSharedStateFile } from '../../../../storage/shared-files.js'
import type { KeyedStateHandle } from '../../../../storage/state-handles.js'
import type { CheckpointOfChanges } from './changes-snapshot.js'

export type RestoredChain = Omit<CheckpointOfChanges, 'epoch'>

/** Undefined where no later checkpoint can build on them. `numberOfEntries`: of all blocks. */
export function restoredChain(
  handles: readonly KeyedStateHandle[],
  { start, end }: KeyGroupRange,
  numberOfEntries: number,
): RestoredChain | undefined {
  const [whole, ...deltas] = handles
  if (whole === undefined || whole.isDelta || !isSharedStateFile(whole.handle)) return undefined
  const areOwn = handles.every(({ keyGroups }) => keyGroups.start === start && keyGroups.end === end)
  const numberOfStates = whole.states.length
  const areChanges = deltas.every(({ isDelta, states }) => isDelta && states.length === numberOfStates)
  if (!areOwn || !areChanges || handles.some(({ backendFiles }) => backendFiles !== undefined)) return undefined
  return { handles, numberOfEntries, numberOfStates, numberWaiting: undefined }
}
