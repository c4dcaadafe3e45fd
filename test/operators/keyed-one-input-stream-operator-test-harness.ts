import type { KeySpec } from '../../src/api/dag/key-spec.js'
import type { OperatorSpec } from '../../src/api/dag/operator-spec.js'
import { bindingOf } from './operator-harness.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import type { TestOperatorContext } from './test-operator-context.js'

/** An operator with one input that is keyed: records arrive with the hashes of their keys, which must be of this subtask. */
export class KeyedOneInputStreamOperatorTestHarness extends OneInputStreamOperatorTestHarness {
  constructor(spec: OperatorSpec, key: KeySpec, context?: TestOperatorContext) {
    super(bindingOf(spec, key), context)
  }
}
