// Duty: turns an operator of the program into the operator that runs it: one case a kind.
// Thread: the task worker that owns the task.
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { KeyedProcessOperator } from './keyed-process-operator.js'
import { ProcessOperator } from './process-operator.js'
import { StreamFilter } from './stream-filter.js'
import { StreamFlatMap } from './stream-flat-map.js'
import { StreamGroupedReduceOperator } from './stream-grouped-reduce-operator.js'
import { StreamMap } from './stream-map.js'
import type { OperatorContext, SourceStreamOperator, StreamOperator } from './stream-operator.js'
import { StreamSink } from './stream-sink.js'
import { StreamSource } from './stream-source.js'

export function createOperator(binding: OperatorBinding, context: OperatorContext): StreamOperator {
  const { spec } = binding
  switch (spec.kind) {
    case 'source-function':
      return new StreamSource(binding, context, spec.function)
    case 'map':
      return new StreamMap(binding, context, spec.function)
    case 'flat-map':
      return new StreamFlatMap(binding, context, spec.function)
    case 'filter':
      return new StreamFilter(binding, context, spec.function)
    case 'process':
      return new ProcessOperator(binding, context, spec.function)
    case 'keyed-process':
      return new KeyedProcessOperator(binding, context, spec.function)
    case 'reduce':
      return new StreamGroupedReduceOperator(binding, context, spec.function)
    case 'sink':
      return new StreamSink(binding, context, spec.function)
    case 'operator':
      return spec.factory.createStreamOperator(binding, context) as StreamOperator
  }
}

export function isSourceOperator(operator: StreamOperator): operator is SourceStreamOperator {
  return operator.inputs.length === 0
}
