// Duty: makes the operators of a sink with writers.
// Thread: the task worker that owns the task.
import type { CommittingSinkSpec } from '../../../api/dag/operators/committing-sink-spec.js'
import { awaitsFinalCheckpoint } from '../../../core/config/final-checkpoint.js'
import type { OperatorMakers } from '../operators/operator-makers.js'
import { CommitterOperator } from './committer-operator.js'
import { GlobalCommitterOperator } from './global-committer-operator.js'
import { SinkWriterOperator } from './sink-writer-operator.js'

export const committingSinkOperators: OperatorMakers<CommittingSinkSpec> = {
  'sink-writer': (binding, context, { sink }) => new SinkWriterOperator(binding, context, sink),
  committer: (binding, context, { sink, emitsDownstream }) =>
    new CommitterOperator(binding, context, {
      createCommitter: (initContext) => sink.createCommitter(initContext),
      serializer: sink.getCommittableSerializer?.(),
      emitsDownstream,
      awaitsFinalCheckpoint: awaitsFinalCheckpoint(context.configuration),
    }),
  'global-committer': (binding, context, { createCommitter, serializer, commitsOnInput }) =>
    commitsOnInput
      ? new GlobalCommitterOperator(binding, context, { createCommitter, serializer })
      : new CommitterOperator(binding, context, {
          ...{ createCommitter, serializer, emitsDownstream: false },
          awaitsFinalCheckpoint: awaitsFinalCheckpoint(context.configuration),
        }),
}
