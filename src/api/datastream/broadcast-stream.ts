import { FlinkError } from '../../core/errors/flink-error.js'
import type { KeySpec } from '../dag/key-spec.js'
import type { Transformation } from '../dag/transformation.js'
import type { MapStateDescriptor } from '../state/map-state-descriptor.js'

/**
 * A stream of which every subtask is given every record, with the broadcast state that is to be made of them: for `connect`.
 *
 * @example
 * ```ts
 * import { MapStateDescriptor, Types, type BroadcastStream, type DataStream } from 'flink-ts'
 *
 * const RULES = new MapStateDescriptor('rules', Types.STRING, Types.LONG)
 * const broadcast = (rules: DataStream<[string, number]>): BroadcastStream<[string, number]> => rules.broadcast(RULES)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/
 */
export class BroadcastStream<T> {
  /** Keeps the type of the records; never read. */
  declare readonly recordType: T
  /** What was recorded; for `connect`. */
  readonly transformation: Transformation
  readonly #descriptors: readonly MapStateDescriptor<unknown, unknown>[]

  constructor(transformation: Transformation, descriptors: readonly MapStateDescriptor<unknown, unknown>[]) {
    this.transformation = transformation
    this.#descriptors = descriptors
  }

  /** The declared states, in the order in which they were given. */
  getBroadcastStateDescriptors(): readonly MapStateDescriptor<unknown, unknown>[] {
    return this.#descriptors
  }
}

/** What can be broadcast with state: GRAPH_INVALID of a keyed stream, and where a descriptor is none. */
export function checkBroadcast(key: KeySpec | undefined, descriptors: readonly unknown[]): void {
  const operator = 'broadcast'
  if (key !== undefined) {
    const reason =
      'a keyed stream cannot be broadcast: each record goes to the subtask of its key. Call it before keyBy(...)'
    throw new FlinkError('GRAPH_INVALID', { operator, reason })
  }
  if (descriptors.every(isMapStateDescriptor)) return
  const reason = 'broadcast state is a map: give broadcast(...) a MapStateDescriptor for each of them'
  throw new FlinkError('GRAPH_INVALID', { operator, reason })
}

/** By what it holds, not by its class: a job may have loaded another copy of the package. */
function isMapStateDescriptor(candidate: unknown): boolean {
  return typeof candidate === 'object' && candidate !== null && Reflect.get(candidate, 'kind') === 'map'
}
