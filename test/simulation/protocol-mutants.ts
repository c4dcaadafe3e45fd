/** Faults that are planted into the protocol of checkpoints: who says what, when files count, which checkpoint is the newest. */
import { CheckpointRepository } from '../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { DiskWork } from '../../src/runtime/jobmanager/checkpoint/disk-work.js'
import { IncrementalCheckpoints } from '../../src/runtime/jobmanager/checkpoint/incremental-checkpoints.js'
import type { AcknowledgeCheckpoint, WorkerToMaster } from '../../src/runtime/protocol/worker-to-master.js'
import { CheckpointBarrierHandler } from '../../src/runtime/taskmanager/task/checkpoint-barrier-handler.js'
import { CompletedCheckpointStore } from '../../src/storage/completed-checkpoint-store.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { onRestore, withMethods, withWriters } from './mutant-parts.js'
import type { Mutant } from './mutants.js'
import { replaced } from './sabotage.js'

const LATE_SYNC_MS = 60
const PART = /\.part$/

export const PROTOCOL_MUTANTS: readonly Mutant[] = [
  {
    name: 'a checkpoint forgets the first shared file that it wrote',
    seeds: 20,
    make: () => ({
      plant: () =>
        replaced(
          IncrementalCheckpoints.prototype,
          'takeIn',
          (original) =>
            function (this: IncrementalCheckpoints, location, metadata) {
              return original.call(this, location, metadata).slice(1)
            },
        ),
    }),
  },
  {
    name: 'the records in flight of one channel are restored twice',
    seeds: 20,
    kind: 'unaligned',
    make: () => ({ toWorker: onRestore(withFirstChannelTwice) }),
  },
  {
    name: 'a task acknowledges before its file is synced',
    seeds: 60,
    make: () => ({
      disk: (disk, process) =>
        withWriters(disk, (writer) => ({
          write: (bytes) => writer.write(bytes),
          sync: () => {
            void process.pause(LATE_SYNC_MS).then(() => writer.sync().catch(() => undefined))
            return Promise.resolve()
          },
          close: () => writer.close(),
        })),
    }),
  },
  {
    name: 'a task acknowledges with the state of the checkpoint before',
    seeds: 20,
    make: () => ({ toMaster: withStateOfBefore() }),
  },
  {
    name: 'a task that declines has acknowledged',
    seeds: 60,
    make: () => ({ toMaster: withoutDeclines }),
  },
  {
    name: 'the barrier of a newer checkpoint counts for the one that is being aligned',
    seeds: 60,
    make: () => ({ plant: withOneAlignment }),
  },
  {
    name: 'a channel that has ended is waited for',
    seeds: 20,
    make: () => ({
      plant: () => replaced(CheckpointBarrierHandler.prototype, 'onChannelEnded', () => () => undefined),
    }),
  },
  {
    name: 'the newest checkpoint is subsumed in place of the oldest',
    seeds: 20,
    make: () => ({
      plant: () =>
        replaced(
          CompletedCheckpointStore.prototype,
          'add',
          (original) =>
            function (this: CompletedCheckpointStore, checkpoint) {
              if (this.retained().length === 0) return original.call(this, checkpoint)
              const metadata = { ...checkpoint.metadata, checkpointId: 0 }
              return original.call(this, { ...checkpoint, metadata })
            },
        ),
    }),
  },
  {
    name: 'metadata are written in their place',
    seeds: 20,
    make: () => ({
      disk: (disk) =>
        withMethods(disk, {
          openForWrite: (file) => disk.openForWrite(file.replace(PART, '')),
          rename: (from, to) => (PART.test(from) ? Promise.resolve() : disk.rename(from, to)),
        }),
    }),
  },
  {
    name: 'a job restarts while the metadata of a checkpoint are being written',
    seeds: 150,
    make: () => ({ plant: () => replaced(DiskWork.prototype, 'settled', () => () => Promise.resolve()) }),
  },
  {
    name: 'the checkpoints of a run that goes on begin with number 1',
    seeds: 60,
    make: () => ({ plant: () => replaced(CheckpointRepository.prototype, 'nextCheckpointId', numberedAnew) }),
  },
  {
    name: 'the files of an aborted checkpoint stay',
    seeds: 60,
    make: () => ({
      plant: () => replaced(CheckpointRepository.prototype, 'discard', () => () => Promise.resolve()),
    }),
  },
]

function withFirstChannelTwice({ inputChannels, ...state }: OperatorSubtaskState): OperatorSubtaskState {
  if (inputChannels === undefined) return state
  return { ...state, inputChannels: [...inputChannels.slice(0, 1), ...inputChannels] }
}

function withStateOfBefore(): (message: WorkerToMaster) => WorkerToMaster[] {
  const before = new Map<string, AcknowledgeCheckpoint['snapshot']>()
  return (message) => {
    if (message.type !== 'acknowledge-checkpoint') return [message]
    const snapshot = before.get(message.executionId) ?? message.snapshot
    before.set(message.executionId, message.snapshot)
    return [{ ...message, snapshot }]
  }
}

function withoutDeclines(message: WorkerToMaster): WorkerToMaster[] {
  if (message.type !== 'decline-checkpoint') return [message]
  const { executionId, checkpointId } = message
  const metrics = { alignmentMs: 0, synchronousMs: 0, asynchronousMs: 0, sizeBytes: 0, checkpointedSizeBytes: 0 }
  return [{ type: 'acknowledge-checkpoint', executionId, checkpointId, snapshot: { operators: {} }, metrics }]
}

function withOneAlignment(): () => void {
  const firsts = new WeakMap<CheckpointBarrierHandler, Parameters<CheckpointBarrierHandler['onBarrier']>[0]>()
  return replaced(
    CheckpointBarrierHandler.prototype,
    'onBarrier',
    (original) =>
      function (this: CheckpointBarrierHandler, barrier, channelIndex) {
        const first = firsts.get(this)
        const isNext = first?.checkpointId === barrier.checkpointId - 1
        if (!isNext) firsts.set(this, barrier)
        original.call(this, isNext ? first : barrier, channelIndex)
      },
  )
}

/** Of each run, whatever it goes on from. */
function numberedAnew(original: CheckpointRepository['nextCheckpointId']): CheckpointRepository['nextCheckpointId'] {
  const begins = new WeakMap<CheckpointRepository, number>()
  return function (this: CheckpointRepository) {
    const next = original.call(this)
    const begin = begins.get(this) ?? next
    begins.set(this, begin)
    return 1 + next - begin
  }
}
