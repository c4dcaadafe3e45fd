/** The state backends that every operator with keyed state is run on. */
import { SortedStateBackend } from '../contract/runtime/sorted/sorted-keyed-state-backend.js'
import type { TestOperatorContext } from './test-operator-context.js'

export interface TestStateBackend {
  readonly name: string
  /** Makes the operator of this context keep its keyed state in this backend. */
  readonly install: (context: TestOperatorContext) => void
}

export const TEST_STATE_BACKENDS: readonly TestStateBackend[] = [
  // What an operator gets that is told of no other.
  { name: 'heap', install: () => undefined },
  {
    name: 'sorted bytes',
    install: (context) => {
      context.stateBackend = new SortedStateBackend()
    },
  },
]
