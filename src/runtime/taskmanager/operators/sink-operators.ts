// Duty: makes the operators without an output.
// Thread: the task worker that owns the task.
import type { SinkSpec } from '../../../api/dag/operators/sink-spec.js'
import type { OperatorMakers } from './operator-makers.js'
import { StreamSink } from './stream-sink.js'

export const sinkOperators: OperatorMakers<SinkSpec> = {
  sink: (binding, context, spec) => new StreamSink(binding, context, spec.function),
}
