// Duty: of what shapes the keys of an operator are to be, after those in the snapshot that a run starts from.
// Invariants: an operator is absent where nothing is known of its keys (older formats), where it had none, and where its
// key is declared to be of any type. A declared type that none of the stored keys has is refused before anything runs.
// Thread: main thread.
import { ANY_KEY_SHAPE, KeyShapes, keyTypeIncompatible } from '../core/keygroups/key-shapes.js'
import type { CheckpointMetadata, OperatorState } from './checkpoint-metadata.js'
import { storedIdOf, type PlannedOperator } from './planned-operator.js'
import type { KeyedStateHandle } from './state-handles.js'

/** By operator id. */
export function expectedKeyShapes(
  metadata: CheckpointMetadata,
  plan: readonly PlannedOperator[],
): ReadonlyMap<string, readonly string[]> {
  const stored = new Map(metadata.operators.map((operator) => [operator.operatorId, operator]))
  const expected = new Map<string, readonly string[]>()
  for (const planned of plan) {
    const shapes = expectedKeyShapesOf(stored.get(storedIdOf(planned, stored)), planned)
    if (shapes.length > 0) expected.set(planned.operatorId, shapes)
  }
  return expected
}

/** Of one operator; none where nothing is expected. */
export function expectedKeyShapesOf(
  stored: OperatorState | undefined,
  { name, keyShape }: PlannedOperator,
): readonly string[] {
  const handles = keyedHandlesOf(stored)
  const shapes = keyShape === ANY_KEY_SHAPE ? [] : shapesOf(handles)
  if (keyShape === undefined || shapes.length === 0 || new KeyShapes('auto', shapes).accepts(keyShape)) return shapes
  const state = handles[0]?.states[0]?.name ?? ''
  throw keyTypeIncompatible({ operator: name, state, before: shapes, now: keyShape })
}

function keyedHandlesOf(operator: OperatorState | undefined): readonly KeyedStateHandle[] {
  return (operator?.subtasks ?? []).flatMap((subtask) => subtask?.managedKeyed ?? [])
}

/** None where one of the handles does not say it. */
function shapesOf(handles: readonly KeyedStateHandle[]): readonly string[] {
  const shapes = new KeyShapes('auto')
  for (const { keyShapes } of handles) {
    if (keyShapes === undefined) return []
    shapes.addAll(keyShapes)
  }
  return shapes.list()
}
