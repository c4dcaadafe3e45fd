// Duty: one result for each record.
// Invariants: undefined is a result as any other; the result keeps the record's timestamp.
// Thread: the task worker that owns the operator.
import type { MapFunction } from '../../../api/functions/map-function.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import { SingleStageOperator } from './single-stage-operator.js'
import type { OperatorContext } from './stream-operator.js'

export class StreamMap extends SingleStageOperator {
  constructor(binding: OperatorBinding, context: OperatorContext, userFunction: MapFunction<unknown, unknown>) {
    super(binding, context, { kind: 'map', function: userFunction, method: 'map' })
  }
}
