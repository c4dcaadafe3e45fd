// Duty: takes the elements of one operator state out of the bytes of a handle.
// Invariants: offsets are checked against the bytes; a handle that was split for another subtask names its elements.
// Thread: the task worker that owns the operator.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorStateHandle } from '../../../storage/state-handles.js'

export type HandleOfState = OperatorStateHandle['states'][number]

export function restoredElements(state: HandleOfState, bytes: Uint8Array): Uint8Array[] {
  const elements: Uint8Array[] = []
  for (let index = 0; index + 1 < state.offsets.length; index += 1) elements.push(elementAt(state, index, bytes))
  return elements
}

function elementAt(state: HandleOfState, index: number, bytes: Uint8Array): Uint8Array {
  const start = state.offsets[index]
  const end = state.offsets[index + 1]
  if (start === undefined || end === undefined || start > end || end > bytes.length) {
    throw new FlinkError('ASSERTION_FAILED', { what: `operator state '${state.name}' has no element ${String(index)}` })
  }
  return bytes.subarray(start, end)
}
