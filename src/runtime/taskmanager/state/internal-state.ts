// Duty: what operators of the engine do with a keyed state beyond what functions may.
// Thread: the task worker that owns the backend.
import type { ListState } from '../../../api/state/list-state.js'
import type { MapState } from '../../../api/state/map-state.js'
import type { State } from '../../../api/state/state.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'

/** Names the method of a TouchingSerializer. */
export const TOUCH: unique symbol = Symbol('touch')

/** Of a state whose values are objects that have more of their memory elsewhere. */
export interface TouchingSerializer<T> extends TypeSerializer<T> {
  /** Loads what whoever gets the value next looks at first. Gives anything that depends on it, and changes nothing. */
  [TOUCH](value: T): number
}

/** A keyed state with namespaces of type N. */
export interface InternalState<N> extends State {
  /** Holds for all calls until the next one; of no use where N is void. */
  setCurrentNamespace(namespace: N): void
}

export interface InternalValueState<N> extends InternalState<N> {
  /** The value for a look at it: nothing in it may be changed. Undefined where there is none. */
  peek(): unknown
  /** The values of all keys and namespaces, where all of them are in memory. */
  readonly inMemory: ValuesInMemory | undefined
}

/** The values of a state that lie side by side: going through them finds no key and costs a few ns each. */
export interface ValuesInMemory {
  readonly size: number
  /**
   * Takes away the entries whose values are over, among the next `count` places. Gives where to go on, 0 at the end; entries that came
   * or went meanwhile are looked at or not. `isOver` may change nothing.
   */
  removeWhere(isOver: (value: unknown) => boolean, from: number, count: number): number
}

/** A list, reducing or aggregating state. */
export interface InternalMergingState<N> extends InternalState<N> {
  /** What the table holds of the current key and namespace: of aggregating state the accumulator. Undefined where it is empty. */
  getInternal(): unknown
  /** Whether it holds anything, at less cost than what it holds. */
  hasInternal(): boolean
  /** What `getInternal` is to give from here on, of the same state; an empty list is none. */
  updateInternal(value: unknown): void
  /**
   * Under the current key: what the sources hold comes after what the target holds, and the sources are empty then. The
   * target is the current namespace afterwards.
   */
  mergeNamespaces(target: N, sources: Iterable<N>): void
}

export type InternalListState = ListState<unknown> & InternalMergingState<unknown>

export type InternalMapState = MapState<unknown, unknown> & InternalState<unknown>
