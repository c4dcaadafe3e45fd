/** Faults that are planted into operators whose answers come later. */
import { AsyncWaitOperator } from '../../src/runtime/taskmanager/async/async-wait-operator.js'
import { InFlightState } from '../../src/runtime/taskmanager/async/in-flight-state.js'
import { StreamElementQueue } from '../../src/runtime/taskmanager/async/stream-element-queue.js'
import type { Mutant } from './mutants.js'
import { replaced, withGetter } from './sabotage.js'

const FAULTS: readonly (Pick<Mutant, 'name' | 'from' | 'seeds'> & { readonly plant: () => () => void })[] = [
  {
    name: 'records without an answer are not in the snapshot',
    from: 14,
    seeds: 4,
    plant: () =>
      replaced(
        InFlightState.prototype,
        'set',
        (original) =>
          function (this: InFlightState) {
            original.call(this, [])
          },
      ),
  },
  {
    name: 'records in flight come back in another order',
    seeds: 40,
    plant: () =>
      replaced(
        InFlightState.prototype,
        'takeRestored',
        (original) =>
          function (this: InFlightState) {
            return [...original.call(this)].reverse()
          },
      ),
  },
  {
    name: 'a watermark goes on while records wait for their answers',
    seeds: 5,
    plant: () => withGetter(StreamElementQueue.prototype, 'isEmpty', () => true),
  },
  {
    name: 'an operator in a loop does not say that it holds records',
    seeds: 5,
    plant: () => withGetter(AsyncWaitOperator.prototype, 'holdsRecords', () => false),
  },
]

export const ASYNC_MUTANTS: readonly Mutant[] = FAULTS.map(({ plant, ...mutant }) => ({
  ...mutant,
  kind: 'asking',
  make: () => ({ plant }),
}))
