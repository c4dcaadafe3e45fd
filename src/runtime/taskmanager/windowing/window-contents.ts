// Duty: what a window holds until it fires: its records, or the one value that they were combined to.
// Invariants: combined values are combined as records come, so of them a window holds one.
// Thread: the task worker that owns the operator.
import type { WindowContentsSpec } from '../../../api/dag/operators/window-spec.js'
import { AggregatingStateDescriptor } from '../../../api/state/aggregating-state-descriptor.js'
import { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import { ReducingStateDescriptor } from '../../../api/state/reducing-state-descriptor.js'
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import type { Window } from '../../../api/windowing/windows/window.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { InternalMergingState } from '../state/internal-state.js'
import type { KeyedStateBackend } from '../state/keyed-state-backend.js'
import type { NamespaceType } from '../state/namespace-type.js'
import { CONTENTS_STATE } from '../state/thenable.js'

/** A list, reducing or aggregating state. */
export interface WindowContents extends InternalMergingState<Window> {
  add(value: unknown): void
  /** Of a list the list, else the one value: null where there is none. */
  get(): unknown
}

interface ContentsSurroundings {
  readonly operatorName: string
  readonly backend: Pick<KeyedStateBackend, 'getOrCreateKeyedState'>
  readonly namespaces: NamespaceType<Window>
}

export function windowContents(
  descriptor: StateDescriptor<unknown>,
  { operatorName, backend, namespaces }: ContentsSurroundings,
): WindowContents {
  try {
    return backend.getOrCreateKeyedState(descriptor, namespaces) as WindowContents
  } catch (error) {
    throw restoreExplained(error, operatorName)
  }
}

/** Nobody but the program that took the snapshot has asked for the state: its windows were others. */
export function restoreExplained(error: unknown, operator: string): unknown {
  if (!FlinkError.is(error, 'STATE_NAME_CONFLICT') && !FlinkError.is(error, 'STATE_TYPE_INCOMPATIBLE')) return error
  const { reason, existing, requested } = error.details
  // Without its advice about declarations and names, which nobody can follow here; so it is no cause, either.
  const difference =
    reason === undefined
      ? `it was ${String(existing)} and is ${String(requested)}`
      : (String(reason).split('. ', 1)[0] ?? '')
  const details = { operator, state: CONTENTS_STATE, difference }
  return new FlinkError('WINDOW_CONTENTS_INCOMPATIBLE', details)
}

export function contentsDescriptor(
  spec: WindowContentsSpec,
  elementType: TypeInformation<unknown> | undefined,
): StateDescriptor<unknown> {
  switch (spec.kind) {
    case 'list':
      return listDescriptor(elementType)
    case 'reducing':
      return new ReducingStateDescriptor(CONTENTS_STATE, spec.function, elementType)
    case 'aggregating':
      return new AggregatingStateDescriptor(CONTENTS_STATE, spec.function, spec.accumulatorType)
  }
}

export function listDescriptor(elementType: TypeInformation<unknown> | undefined): StateDescriptor<unknown> {
  return new ListStateDescriptor(CONTENTS_STATE, elementType)
}
