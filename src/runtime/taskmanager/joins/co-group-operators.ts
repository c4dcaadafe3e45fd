// Duty: window join and coGroup: operators of windows whose records are of two keyed streams.
// Invariants: windows, triggers, lateness and state are those of WindowOperator; its records are TaggedUnions.
// Thread: the task worker that owns the operator.
import type { CoGroupSpec } from '../../../api/dag/operators/join-spec.js'
import type { WindowSpec } from '../../../api/dag/operators/window-spec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { Input, OperatorContext, StreamOperator } from '../operators/stream-operator.js'
import { EvictingWindowOperator } from '../windowing/evicting-window-operator.js'
import { WindowOperator } from '../windowing/window-operator.js'
import { taggedInputs, taggedKey } from './tagged-inputs.js'
import { taggedUnionType } from './tagged-union-type.js'

class CoGroupOperator extends WindowOperator {
  override readonly inputs: readonly Input[] = taggedInputs(this)
}

class EvictingCoGroupOperator extends EvictingWindowOperator {
  override readonly inputs: readonly Input[] = taggedInputs(this)
}

export function coGroupOperator(binding: OperatorBinding, context: OperatorContext, pair: CoGroupSpec): StreamOperator {
  const [first, second] = binding.keys
  if (first === undefined || second === undefined) {
    throw new FlinkError('ASSERTION_FAILED', { what: `both inputs of ${binding.name} are keyed` })
  }
  const tagged = { ...binding, keys: [taggedKey(first, second, binding.name)] }
  const elementType = taggedUnionType(pair.elementTypes)
  const spec: WindowSpec = { ...pair, kind: 'window', contents: { kind: 'list' }, elementType }
  return spec.evictor === undefined
    ? new CoGroupOperator(tagged, context, spec)
    : new EvictingCoGroupOperator(tagged, context, { spec, evictor: spec.evictor })
}
