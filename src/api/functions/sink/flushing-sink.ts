import { hasMethods } from '../has-methods.js'

/**
 * A sink that keeps records back to write many at once. The engine calls `flush` before the barrier of every checkpoint and
 * savepoint, at the end of the input, at every close (after a cancellation or a failure elsewhere too), and in between at
 * the latest half a second after a record was taken. An error of it fails the task. After a cancellation or a failure it is
 * waited for a second at most.
 */
export interface FlushingSink {
  hasUnflushed(): boolean
  /** Resolves when everything that was taken is written. `invoke` may be called meanwhile. */
  flush(): Promise<void>
}

/** True for an object with the two methods of a {@link FlushingSink}. */
export function isFlushingSink(candidate: unknown): candidate is FlushingSink {
  return hasMethods(candidate, 'hasUnflushed', 'flush')
}
