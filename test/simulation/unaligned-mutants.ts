/** Faults that are planted into unaligned checkpoints. */
import { ChannelStateRecorder } from '../../src/runtime/taskmanager/task/channel-state-recorder.js'
import { InFlightRecords } from '../../src/runtime/taskmanager/network/in-flight-records.js'
import { RecordWriter } from '../../src/runtime/taskmanager/network/record-writer.js'
import { RingChannelWriter } from '../../src/runtime/taskmanager/network/ring-channel-writer.js'
import { RingReaderEnd } from '../../src/runtime/taskmanager/network/ring-reader-end.js'
import type { ChannelStateHandle, OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { onRestore } from './mutant-parts.js'
import type { Mutant } from './mutants.js'
import { replaced, type Sabotage } from './sabotage.js'

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
    seeds: 20,
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
]

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
