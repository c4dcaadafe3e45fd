/** Faults that are planted into windows. */
import { KeyedAggregatingState } from '../../src/runtime/taskmanager/state/keyed-aggregating-state.js'
import { KeyedListState } from '../../src/runtime/taskmanager/state/keyed-list-state.js'
import { KeyedReducingState } from '../../src/runtime/taskmanager/state/keyed-reducing-state.js'
import { MergingWindows } from '../../src/runtime/taskmanager/windowing/merging-windows.js'
import { TriggerCall } from '../../src/runtime/taskmanager/windowing/trigger-call.js'
import { WindowPanes } from '../../src/runtime/taskmanager/windowing/window-panes.js'
import { TriggerResult } from '../../src/index.js'
import type { Mutant } from './mutants.js'
import { replaced } from './sabotage.js'

const FAULTS: readonly (Pick<Mutant, 'name' | 'seeds'> & { readonly plant: () => () => void })[] = [
  {
    name: 'sessions that become one keep the contents of one',
    seeds: 60,
    plant: () => {
      const undo = [KeyedListState, KeyedReducingState, KeyedAggregatingState].map(({ prototype }) =>
        replaced(prototype, 'mergeNamespaces', () => () => undefined),
      )
      return () => {
        for (const each of undo) each()
      }
    },
  },
  {
    name: 'the sessions of a key are not persisted when they merge',
    seeds: 60,
    plant: () => replaced(MergingWindows.prototype, 'persist', () => () => undefined),
  },
  {
    name: 'a sliding window leaves its first pane out',
    seeds: 60,
    plant: () =>
      replaced(
        WindowPanes.prototype,
        'combine',
        (original) =>
          function (this: WindowPanes, from, to, fold) {
            return original.call(this, from + 1, to, fold)
          },
      ),
  },
  {
    name: 'a window that fires is not purged',
    seeds: 60,
    plant: () =>
      replaced(
        TriggerCall.prototype,
        'onTime',
        (original) =>
          function (this: TriggerCall, ...given) {
            const result = original.apply(this, given)
            return result === TriggerResult.FIRE_AND_PURGE ? TriggerResult.FIRE : result
          },
      ),
  },
]

export const WINDOW_MUTANTS: readonly Mutant[] = FAULTS.map(({ name, seeds, plant }) => ({
  name,
  seeds,
  kind: 'timed',
  make: () => ({ plant }),
}))
