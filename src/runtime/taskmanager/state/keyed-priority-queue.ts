// Duty: what is to happen at a time, by key and namespace, in the order of time: where a timer service keeps its timers.
// Thread: the task worker that owns the backend.

export interface QueueElement<N> {
  readonly key: unknown
  readonly keyHash: number
  readonly namespace: N
  readonly timestamp: number
}

/**
 * A set: of equal key, namespace and timestamp it holds one. Part of the backend's snapshots, rescaled with the keys. The
 * current key stays what it is.
 */
export interface KeyedPriorityQueue<N> {
  readonly size: number
  /** For the current key. True when it comes first now; of those that have the least timestamp that is enough of one of them. */
  add(namespace: N, timestamp: number): boolean
  /** Of the current key. False where there is none. */
  remove(namespace: N, timestamp: number): boolean
  /** The least of all keys; undefined when it is empty. */
  firstTimestamp(): number | undefined
  /** True when there is an element with this timestamp or a lesser one. */
  isDue(timestamp: number): boolean
  /** Takes the element with the least timestamp away. */
  poll(): QueueElement<N> | undefined
}
