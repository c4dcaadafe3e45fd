// Duty: the coordinator that an operator has by its kind, or brings along.
// Thread: the task worker.
import type { OperatorCoordinatorProvider } from '../../../api/dag/operator-coordinator.js'
import type { OperatorSpec } from '../../../api/dag/operator-spec.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { sourceCoordinatorProvider } from '../source/source-coordinator.js'

export function coordinatorProviderOf(
  spec: OperatorSpec,
  registeredTypes: RegisteredTypes,
): OperatorCoordinatorProvider | undefined {
  switch (spec.kind) {
    case 'factory':
      return spec.coordinator
    case 'source':
      return sourceCoordinatorProvider({ ...spec, registeredTypes })
    default:
      return undefined
  }
}
