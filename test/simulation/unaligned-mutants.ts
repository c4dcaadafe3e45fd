/** Faults that are planted into unaligned checkpoints. */
import type { TaskDeploymentDescriptor } from '../../src/runtime/protocol/task-deployment.js'
import { ChannelStateRecorder } from '../../src/runtime/taskmanager/task/channel-state-recorder.js'
import { InFlightRecords } from '../../src/runtime/taskmanager/network/in-flight-records.js'
import { RecordWriter } from '../../src/runtime/taskmanager/network/record-writer.js'
import { RingChannelWriter } from '../../src/runtime/taskmanager/network/ring-channel-writer.js'
import { RingReaderEnd } from '../../src/runtime/taskmanager/network/ring-reader-end.js'
import { NO_TIMESTAMP } from '../../src/runtime/taskmanager/network/stream-element.js'
import { ReplayedRecords } from '../../src/runtime/taskmanager/task/replayed-records.js'
import type { ChannelStateHandle, OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { onDeploy, onRestore, withOperators } from './mutant-parts.js'
import type { Mutant } from './mutants.js'
import { replaced, type Sabotage } from './sabotage.js'

/** So often the channels have their turn first. */
const TURNS_OF_CHANNELS = 2

function planted(plant: () => () => void): () => Sabotage {
  return () => ({ plant })
}

const FAULTS: readonly Mutant[] = [
  {
    name: 'a barrier is announced after what follows it was published',
    seeds: 20,
    make: planted(announcedLate),
  },
  {
    name: 'what is in flight at the writer is forgotten',
    seeds: 20,
    make: planted(() =>
      replaced(
        RecordWriter.prototype,
        'announceBarrier',
        (original) =>
          function (this: RecordWriter, barrier) {
            return original.call(this, barrier).map((channel) => ({ ...channel, parts: [] }))
          },
      ),
    ),
  },
  {
    name: 'a record in flight is taken twice',
    seeds: 20,
    make: planted(() =>
      replaced(
        InFlightRecords.prototype,
        'add',
        (original) =>
          function (this: InFlightRecords, value, timestamp, keyHash) {
            if (this.offsets.length === 1) original.call(this, value, timestamp, keyHash)
            original.call(this, value, timestamp, keyHash)
          },
      ),
    ),
  },
  {
    name: 'a channel is read past the barrier that holds it',
    seeds: 80,
    make: planted(() =>
      replaced(
        RingReaderEnd.prototype,
        'announced',
        (original) =>
          function (this: RingReaderEnd) {
            const announced = original.call(this)
            return announced && { ...announced, place: announced.place + 1 }
          },
      ),
    ),
  },
  {
    name: 'records that come before the barriers of other channels are not recorded',
    seeds: 20,
    make: planted(() => replaced(ChannelStateRecorder.prototype, 'handlerOf', () => (_, handler) => handler)),
  },
  {
    name: 'records in flight of shared key groups come to all who share them',
    seeds: 40,
    make: () => ({ toWorker: onRestore(withoutFilter) }),
  },
  {
    name: 'watermarks go by the records in flight that are restored',
    seeds: 40,
    make: planted(replayedLate),
  },
  {
    name: 'records in flight lose their event time',
    seeds: 40,
    make: planted(() =>
      replaced(
        InFlightRecords.prototype,
        'add',
        (original) =>
          function (this: InFlightRecords, value, _, keyHash) {
            original.call(this, value, NO_TIMESTAMP, keyHash)
          },
      ),
    ),
  },
  {
    name: 'records in flight are restored only where barriers may overtake',
    seeds: 60,
    make: () => ({ toWorker: onDeploy(withoutInFlightWhereAligned) }),
  },
]

/** What the channels bring first, watermarks among it, comes before what was in flight. */
function replayedLate(): () => void {
  const turns = new WeakMap<ReplayedRecords, number>()
  const key = 'isEmpty'
  const original = Object.getOwnPropertyDescriptor(ReplayedRecords.prototype, key)
  const get = function (this: ReplayedRecords): boolean {
    const isEmpty = original?.get?.call(this) === true
    const turn = turns.get(this) ?? 0
    if (isEmpty || turn >= TURNS_OF_CHANNELS) return isEmpty
    turns.set(this, turn + 1)
    return true
  }
  Object.defineProperty(ReplayedRecords.prototype, key, { ...original, get })
  return () => {
    Object.defineProperty(ReplayedRecords.prototype, key, original ?? {})
  }
}

/** A ring through which no barrier overtakes has no room for one. */
function withoutInFlightWhereAligned(task: TaskDeploymentDescriptor): TaskDeploymentDescriptor {
  const rings = [...task.inputs, ...task.outputs].flatMap(({ channels }) =>
    channels.flatMap((channel) => (channel.kind === 'ring' ? [channel.memory] : [])),
  )
  if (rings.length === 0 || rings.some(({ announcedBytes }) => announcedBytes !== undefined)) return task
  return withOperators(task, (states) => states.map(([id, { inputChannels: _, ...state }]) => [id, state]))
}

/** When all has gone that waited. */
function announcedLate(): () => void {
  const late = new WeakMap<RingChannelWriter, () => void>()
  const undoAnnounce = replaced(
    RingChannelWriter.prototype,
    'announceBarrier',
    (original) =>
      function (this: RingChannelWriter, barrier) {
        late.set(this, () => original.call(this, barrier))
        return true
      },
  )
  const undoFlush = replaced(
    RingChannelWriter.prototype,
    'hasPending',
    (original) =>
      function (this: RingChannelWriter) {
        if (this.waitingBytes > 0 || original.call(this)) return true
        late.get(this)?.()
        late.delete(this)
        return false
      },
  )
  return () => {
    undoAnnounce()
    undoFlush()
  }
}

function withoutFilter({ inputChannels, ...state }: OperatorSubtaskState): OperatorSubtaskState {
  if (inputChannels === undefined) return state
  const all = inputChannels.map(({ isSharedByKeyGroup: _, ...handle }): ChannelStateHandle => handle)
  return { ...state, inputChannels: all }
}

export const UNALIGNED_MUTANTS: readonly Mutant[] = FAULTS.map((fault) => ({ ...fault, kind: 'unaligned' }))
