/** Faults that are planted into the way back of loops. */
import { FeedbackLog } from '../../src/runtime/taskmanager/iteration/feedback-log.js'
import { HeldRecords } from '../../src/runtime/taskmanager/iteration/held-records.js'
import { IterationMarkers } from '../../src/runtime/taskmanager/iteration/iteration-markers.js'
import { LoopEnd } from '../../src/runtime/taskmanager/iteration/loop-end.js'
import type { Mutant } from './mutants.js'
import { replaced, type Sabotage } from './sabotage.js'

function planted(plant: () => () => void): () => Sabotage {
  return () => ({ plant })
}

const FAULTS: readonly Mutant[] = [
  {
    name: 'records on their way back are not in the snapshot',
    seeds: 5,
    make: planted(() => replaced(FeedbackLog.prototype, 'add', () => () => undefined)),
  },
  {
    name: 'what a head holds is not in the next snapshot',
    seeds: 20,
    make: planted(() =>
      replaced(HeldRecords.prototype, 'beginSnapshot', () => (taker) => {
        taker.endHeld()
      }),
    ),
  },
  {
    name: 'a loop ends when its input has',
    seeds: 5,
    make: planted(() =>
      replaced(
        LoopEnd.prototype,
        'returned',
        (original) =>
          function (this: LoopEnd) {
            original.call(this, Number.POSITIVE_INFINITY)
          },
      ),
    ),
  },
  {
    name: 'a task in a loop forgets what it has done since the marker before',
    seeds: 5,
    make: planted(() =>
      replaced(
        IterationMarkers.prototype,
        'onMarker',
        (original) =>
          function (this: IterationMarkers, quietRounds, channelIndex) {
            original.call(this, quietRounds + 2, channelIndex)
          },
      ),
    ),
  },
]

export const LOOP_MUTANTS: readonly Mutant[] = FAULTS.map((fault) => ({ ...fault, kind: 'looped' }))
