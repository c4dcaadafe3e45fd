// Duty: the namespaces of the state that a priority queue is kept in: timestamp and the element's own namespace.
// Invariants: a table in memory has the timestamps as plain numbers side by side, and no object for an element whose own
// namespace is void.
// Thread: any.
import { grownFloat64 } from './growing-numbers.js'
import { namespaceColumn, type NamespaceColumn } from './namespace-column.js'
import { VOID_NAMESPACE, VOID_NAMESPACES, type NamespaceType } from './namespace-type.js'

export interface TimerNamespace<N> {
  readonly timestamp: number
  readonly namespace: N
}

const INITIAL_CAPACITY = 64
/** 2^32 / golden ratio. */
const MIX = 0x9e3779b1

export function timerNamespaces<N>(inner: NamespaceType<N>): NamespaceType<TimerNamespace<N>> {
  return {
    fingerprint: timerFingerprint(inner.fingerprint),
    serializer: {
      serialize: ({ timestamp, namespace }, output) => {
        output.writeFloat64(timestamp)
        inner.serializer.serialize(namespace, output)
      },
      deserialize: (input) => ({ timestamp: input.readFloat64(), namespace: inner.serializer.deserialize(input) }),
      copy: (timer) => timer,
    },
    hash: ({ timestamp, namespace }) => hashTimestamp(timestamp) ^ inner.hash(namespace),
    equals: (left, right) => left.timestamp === right.timestamp && inner.equals(left.namespace, right.namespace),
    newColumn: () => new TimerColumn(inner),
    ...(inner.shared === undefined ? {} : { shared: { slotOf: ({ timestamp }) => timestamp } }),
  }
}

/** Of the namespaces of a queue, by that of the namespaces of its elements. */
export function timerFingerprint(inner: string): string {
  return `TIMER(${inner})`
}

/** Timestamps that differ in their last 32 bits, as nearly all do, have different hashes. */
function hashTimestamp(timestamp: number): number {
  return Math.imul(timestamp | 0, MIX)
}

/** What it is given may change afterwards. */
export class TimerColumn implements NamespaceColumn {
  #timestamps: Float64Array = new Float64Array(INITIAL_CAPACITY)
  /** Undefined where they are all void. */
  readonly #namespaces: NamespaceColumn | undefined

  constructor(inner: NamespaceType<unknown>) {
    this.#namespaces = (inner as unknown) === VOID_NAMESPACES ? undefined : namespaceColumn(inner)
  }

  get isOfVoid(): boolean {
    return this.#namespaces === undefined
  }

  set(position: number, timer: TimerNamespace<unknown>): void {
    if (position >= this.#timestamps.length) this.#grow(position)
    this.#timestamps[position] = timer.timestamp
    this.#namespaces?.set(position, timer.namespace)
  }

  clear(position: number): void {
    this.#namespaces?.clear(position)
  }

  at(position: number): TimerNamespace<unknown> {
    return { timestamp: this.timestampAt(position), namespace: this.namespaceAt(position) }
  }

  has(position: number, timer: TimerNamespace<unknown>): boolean {
    if (this.#timestamps[position] !== timer.timestamp) return false
    return this.#namespaces === undefined || this.#namespaces.has(position, timer.namespace)
  }

  hashAt(position: number): number {
    const hash = hashTimestamp(this.timestampAt(position))
    return this.#namespaces === undefined ? hash : hash ^ this.#namespaces.hashAt(position)
  }

  timestampAt(position: number): number {
    return this.#timestamps[position] as number
  }

  namespaceAt(position: number): unknown {
    return this.#namespaces === undefined ? VOID_NAMESPACE : this.#namespaces.at(position)
  }

  #grow(position: number): void {
    this.#timestamps = grownFloat64(this.#timestamps, Math.max(2 * this.#timestamps.length, position + 1))
  }
}
