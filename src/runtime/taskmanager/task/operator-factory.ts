// Duty: turns an operator of the program into the operator that runs it: a table for each family of kinds.
// Thread: the task worker that owns the task.
import type { KindSpec } from '../../../api/dag/operator-spec.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { asyncOperators } from '../async/async-operators.js'
import { iterationOperators } from '../iteration/iteration-operators.js'
import { joinOperators } from '../joins/join-operators.js'
import { checkedOperator } from '../operators/checked-operator.js'
import { eventTimeOperators } from '../operators/event-time-operators.js'
import { keyedOperators } from '../operators/keyed-operators.js'
import { oneInputOperators } from '../operators/one-input-operators.js'
import type { OperatorMaker, OperatorMakers } from '../operators/operator-makers.js'
import { ownOperators } from '../operators/own/own-operators.js'
import { sinkOperators } from '../operators/sink-operators.js'
import { twoInputOperators } from '../operators/two-input-operators.js'
import { committingSinkOperators } from '../sink/committing-sink-operators.js'
import { sourceOperators } from '../source/source-operators.js'
import type { OperatorContext, SourceStreamOperator, StreamOperator } from '../operators/stream-operator.js'
import { windowOperators } from '../windowing/window-operators.js'

const makers: OperatorMakers<KindSpec> = {
  ...sourceOperators,
  ...oneInputOperators,
  ...asyncOperators,
  ...eventTimeOperators,
  ...keyedOperators,
  ...windowOperators,
  ...joinOperators,
  ...twoInputOperators,
  ...ownOperators,
  ...iterationOperators,
  ...sinkOperators,
  ...committingSinkOperators,
}

export function createOperator(binding: OperatorBinding, context: OperatorContext): StreamOperator {
  const { spec } = binding
  if (spec.kind === 'factory') return checkedOperator(spec.factory.createStreamOperator(binding, context), binding)
  // The maker found by a kind takes the spec of this kind, which the type checker cannot follow for a union.
  const make = makers[spec.kind] as OperatorMaker<KindSpec>
  return make(binding, context, spec)
}

export function isSourceOperator(operator: StreamOperator): operator is SourceStreamOperator {
  return operator.inputs.length === 0
}
