/** The elements of state that belongs to no key, as they lie in the snapshot: list by list, and the copies of broadcast state. */
import { restoredElements } from '../runtime/taskmanager/state/restored-operator-state.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { fileOfHandle, unreadableState } from '../storage/unreadable-state.js'
import type { SnapshotSource } from './snapshot-source.js'

export interface ElementsOfState {
  readonly metadata: StateMetadata
  readonly subtask: number
  readonly elements: readonly Uint8Array[]
}

/** Of each subtask in turn. All that one subtask wrote is in memory at a time. */
export async function* elementsOf(operator: OperatorState, source: SnapshotSource): AsyncGenerator<ElementsOfState> {
  for (const [subtask, state] of operator.subtasks.entries()) {
    for (const handle of state?.managedOperator ?? []) {
      const bytes = await source.bytes(handle.handle)
      for (const each of handle.states) {
        try {
          yield { metadata: each, subtask, elements: restoredElements(each, bytes) }
        } catch (error) {
          const block = `state ${each.name} of ${operator.name}`
          throw unreadableState(error, { files: [fileOfHandle(handle.handle)], block })
        }
      }
    }
  }
}
