// Duty: turns an operator of the program into the operator that runs it: a table for each family of kinds.
// Thread: the task worker that owns the task.
import type { KindSpec } from '../../../api/dag/operator-spec.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { eventTimeOperators } from './event-time-operators.js'
import { keyedOperators } from './keyed-operators.js'
import { oneInputOperators } from './one-input-operators.js'
import type { OperatorMaker, OperatorMakers } from './operator-makers.js'
import { sinkOperators } from './sink-operators.js'
import { sourceOperators } from './source-operators.js'
import { twoInputOperators } from './two-input-operators.js'
import type { OperatorContext, SourceStreamOperator, StreamOperator } from './stream-operator.js'

const makers: OperatorMakers<KindSpec> = {
  ...sourceOperators,
  ...oneInputOperators,
  ...eventTimeOperators,
  ...keyedOperators,
  ...twoInputOperators,
  ...sinkOperators,
}

export function createOperator(binding: OperatorBinding, context: OperatorContext): StreamOperator {
  const { spec } = binding
  if (spec.kind === 'operator') return spec.factory.createStreamOperator(binding, context) as StreamOperator
  // The maker found by a kind takes the spec of this kind, which the type checker cannot follow for a union.
  const make = makers[spec.kind] as OperatorMaker<KindSpec>
  return make(binding, context, spec)
}

export function isSourceOperator(operator: StreamOperator): operator is SourceStreamOperator {
  return operator.inputs.length === 0
}
