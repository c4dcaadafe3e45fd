// Duty: makes the operators that give records and stream their time.
// Thread: the task worker that owns the task.
import type { EventTimeSpec } from '../../../api/dag/operators/event-time-spec.js'
import type { OperatorMakers } from './operator-makers.js'
import { TimestampsAndWatermarksOperator } from './timestamps-and-watermarks-operator.js'

export const eventTimeOperators: OperatorMakers<EventTimeSpec> = {
  'timestamps-and-watermarks': (binding, context, spec) =>
    new TimestampsAndWatermarksOperator(binding, context, spec.strategy),
}
