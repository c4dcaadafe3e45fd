// Duty: what is to happen at a time, by key and namespace, in the order of time: where a timer service keeps its timers.
// Thread: the task worker that owns the backend.

export interface QueueElement<N> {
  readonly key: unknown
  readonly keyHash: number
  readonly namespace: N
  readonly timestamp: number
}

/** A set: of equal key, namespace and timestamp it holds one. Part of the backend's snapshots, rescaled with the keys. */
export interface KeyedPriorityQueue<N> {
  readonly size: number
  /** For the current key. True when the first element may be another one now. */
  add(namespace: N, timestamp: number): boolean
  /** Of the current key. True when the first element may be another one now. */
  remove(namespace: N, timestamp: number): boolean
  /** The element with the least timestamp, of whatever key; the current key stays what it is. */
  peek(): QueueElement<N> | undefined
  /** Takes it away. */
  poll(): QueueElement<N> | undefined
}
