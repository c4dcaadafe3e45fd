// Duty: makes the operators without an output.
// Thread: the task worker that owns the task.
import { isTwoPhaseCommitSinkFunction } from '../../../api/functions/sink/two-phase-commit-sink-function.js'
import type { SinkSpec } from '../../../api/dag/operators/sink-spec.js'
import { awaitsFinalCheckpoint } from '../../../core/config/final-checkpoint.js'
import type { SinkFunction } from '../../../api/functions/sink-function.js'
import type { OperatorContext } from './stream-operator.js'
import type { OperatorMakers } from './operator-makers.js'
import { StreamSink } from './stream-sink.js'

export const sinkOperators: OperatorMakers<SinkSpec> = {
  sink: (binding, context, spec) => new StreamSink(binding, context, withinTransactions(spec.function, context)),
}

/** Its records go to the transaction that is open; its life is that of any function. */
function withinTransactions(userFunction: SinkFunction<unknown>, context: OperatorContext): SinkFunction<unknown> {
  const candidate: object = userFunction
  if (!isTwoPhaseCommitSinkFunction(candidate)) return userFunction
  const { logger, configuration } = context
  candidate.setUpTransactions({ logger, commitsAtEnd: awaitsFinalCheckpoint(configuration) })
  return {
    invoke: (value, functionContext) => candidate.invokeInTransaction(value, functionContext),
    finish: () => candidate.finish(),
  }
}
