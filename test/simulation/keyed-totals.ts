/** Count and sum of a key, in each kind of keyed state: a new kind is a row here. */
import {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
  type RuntimeContext,
} from '../../src/index.js'
import type { JobWorld } from './job-world.js'
import type { CountRecord } from './transactional-store.js'

export type StateKind = 'value' | 'list' | 'map' | 'reducing' | 'aggregating'

/** Adds a value under the current key; what it has come to with that. */
export type AddToKey = (label: string, value: number) => CountRecord

type Total = [count: number, sum: number]

const LONGEST_LIST = 6
const MAP_ENTRIES = 4

/** A value that now and then cannot be stored. */
interface Stored<T> {
  readonly total: T
  readonly isStorable: boolean
}

const KINDS: Readonly<Record<StateKind, (context: RuntimeContext, world: JobWorld) => AddToKey>> = {
  /** Where records are changed, one object is the state and all that is emitted. */
  value: (context, world) => {
    const state = context.getState(new ValueStateDescriptor<Stored<[string, number, number]>>('total'))
    return (label, value) => {
      const known = state.value()?.total ?? [label, 0, 0]
      const total = world.scenario.changesRecords ? known : ([...known] as typeof known)
      total[1] += 1
      total[2] += value
      state.update(stored(total, world))
      return total
    }
  },
  /** Totals of several records, which are now and then made one. */
  list: (context, world) => {
    const state = context.getListState(new ListStateDescriptor<Stored<Total>>('totals'))
    return (label, value) => {
      state.add(stored([1, value], world))
      const totals = [...state.get()].map(({ total }) => total)
      const sum = totals.reduce(plus)
      if (totals.length > LONGEST_LIST) state.update([stored(sum, world)])
      return [label, ...sum]
    }
  },
  map: (context, world) => {
    const state = context.getMapState(new MapStateDescriptor<string, Stored<Total>>('totals'))
    return (label, value) => {
      const entry = `part ${Math.abs(value) % MAP_ENTRIES}`
      state.put(entry, stored(plus(state.get(entry)?.total ?? [0, 0], [1, value]), world))
      return [label, ...[...state.values()].map(({ total }) => total).reduce(plus)]
    }
  },
  reducing: (context) => {
    const state = context.getReducingState(new ReducingStateDescriptor<Total>('total', plus))
    return (label, value) => {
      state.add([1, value])
      return [label, ...(state.get() ?? [0, 0])]
    }
  },
  aggregating: (context) => {
    const aggregate = {
      createAccumulator: (): Total => [0, 0],
      add: (value: number, total: Total) => plus(total, [1, value]),
      getResult: (total: Total) => total,
      merge: plus,
    }
    const state = context.getAggregatingState(new AggregatingStateDescriptor('total', aggregate))
    return (label, value) => {
      state.add(value)
      return [label, ...(state.get() ?? [0, 0])]
    }
  },
}

export const STATE_KINDS = Object.keys(KINDS) as [StateKind, ...StateKind[]]

export function totalsIn(kind: StateKind, context: RuntimeContext, world: JobWorld): AddToKey {
  return KINDS[kind](context, world)
}

function plus(left: Total, right: Total): Total {
  return [left[0] + right[0], left[1] + right[1]]
}

function stored<T>(total: T, world: JobWorld): Stored<T> {
  return {
    total,
    get isStorable() {
      world.beforeStoring()
      return true
    },
  }
}
