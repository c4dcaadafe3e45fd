/** Faults that are planted into sinks that commit in two phases. */
import { GenericWriteAheadSink, TwoPhaseCommitSinkFunction } from '../../src/index.js'
import { CommitterOperator } from '../../src/runtime/taskmanager/sink/committer-operator.js'
import { CommittableState } from '../../src/runtime/taskmanager/sink/committable-state.js'
import { CommitCall } from '../../src/runtime/taskmanager/sink/commit-call.js'
import { CommittableCollector } from '../../src/runtime/taskmanager/sink/committable-collector.js'
import { SinkWriterOperator } from '../../src/runtime/taskmanager/sink/sink-writer-operator.js'
import type { Mutant } from './mutants.js'
import { replaced } from './sabotage.js'

const FAULTS: readonly Omit<Mutant, 'kind'>[] = [
  {
    name: 'committables are committed when their checkpoint is taken, before it is complete',
    seeds: 2,
    make: () => ({
      plant: () =>
        replaced(
          CommitterOperator.prototype,
          'snapshotState',
          (original) =>
            async function (this: CommitterOperator, request) {
              const future = await original.call(this, request)
              await this.notifyCheckpointComplete(request.checkpointId)
              return future
            },
        ),
    }),
  },
  {
    name: 'a committable is left out of the snapshot',
    seeds: 2,
    make: () => ({
      plant: () =>
        replaced(
          CommittableState.prototype,
          'set',
          (original) =>
            function (this: CommittableState, calls) {
              original.call(this, calls.slice(1))
            },
        ),
    }),
  },
  {
    name: 'nothing is committed after a restore',
    seeds: 2,
    make: () => ({
      plant: () =>
        replaced(
          CommittableCollector.prototype,
          'restore',
          (original) =>
            function (this: CommittableCollector<unknown>, checkpointId) {
              original.call(this, checkpointId, [])
            },
        ),
    }),
  },
  {
    name: 'what is to be retried counts as committed',
    seeds: 20,
    make: () => ({
      plant: () =>
        replaced(
          CommitCall.prototype,
          'retryLater',
          () =>
            function (this: CommitCall<unknown>) {
              this.signalAlreadyCommitted()
            },
        ),
    }),
  },
  {
    name: 'committables go out after the barrier',
    seeds: 20,
    make: () => ({
      plant: () => {
        const prepare = SinkWriterOperator.prototype.prepareSnapshotPreBarrier
        const undoPrepare = replaced(
          SinkWriterOperator.prototype,
          'prepareSnapshotPreBarrier',
          () => () => Promise.resolve(),
        )
        const undo = replaced(
          SinkWriterOperator.prototype,
          'snapshotState',
          (original) =>
            async function (this: SinkWriterOperator, request) {
              await prepare.call(this, request.checkpointId)
              return original.call(this, request)
            },
        )
        return () => {
          undo()
          undoPrepare()
        }
      },
    }),
  },
  {
    name: 'a transaction is committed when it is pre-committed',
    seeds: 20,
    make: () => ({
      plant: () =>
        replaced(
          TwoPhaseCommitSinkFunction.prototype,
          'snapshotState',
          (original) =>
            async function (this: TwoPhaseCommitSinkFunction<unknown, unknown>, context) {
              await original.call(this, context)
              await this.notifyCheckpointComplete(context.getCheckpointId())
            },
        ),
    }),
  },
  {
    name: 'records are sent ahead of the completion of their checkpoint',
    seeds: 30,
    make: () => ({
      plant: () =>
        replaced(
          GenericWriteAheadSink.prototype,
          'snapshotState',
          (original) =>
            function (this: GenericWriteAheadSink<unknown>, context) {
              original.call(this, context)
              return this.notifyCheckpointComplete(context.getCheckpointId()) as never
            },
        ),
    }),
  },
]

export const COMMITTING_MUTANTS: readonly Mutant[] = FAULTS.map((fault) => ({ ...fault, kind: 'committing' }))
