import type { Watermark } from '../eventtime/watermark.js'
import { RichFunction } from './rich-function.js'

/** Emits the records of a {@link SourceFunction}. */
export interface SourceContext<T> {
  /**
   * Emits a record. Returns a promise when the channels downstream of the source are full: an async `run` awaits it
   * before it goes on. A generator need not look at it, it is not asked for more until there is room.
   */
  collect(value: T): Promise<void> | undefined
  /** Emits a record with its event time in ms since the epoch. */
  collectWithTimestamp(value: T, timestampMs: number): Promise<void> | undefined
  /**
   * Says that no record with this or a smaller timestamp follows: a Watermark, or ms since the epoch. One that is not greater than
   * the last is ignored. At the end of a bounded source the greatest comes by itself.
   */
  emitWatermark(watermark: Watermark | number): void
  /** Says that this source has nothing for a while, so that nobody waits for its watermarks. The next record ends that. */
  markAsTemporarilyIdle(): void
  /**
   * Kept for transliterated code. A snapshot is never taken between two awaits or yields, so there is nothing to lock:
   * what happens there is atomic with respect to checkpoints anyway.
   */
  getCheckpointLock(): object
  /** False from the moment when the source was cancelled or told to stop. */
  isRunning(): boolean
}

/**
 * What `run` may return: nothing, a promise, or a generator (async or not) whose yielded records are emitted.
 *
 * @example
 * ```ts
 * import type { SourceContext, SourceFunction, SourceRun } from 'flink-ts'
 *
 * class Once<T> implements SourceFunction<T> {
 *   readonly #value: T
 *   constructor(value: T) {
 *     this.#value = value
 *   }
 *   run(ctx: SourceContext<T>): SourceRun<T> {
 *     return ctx.collect(this.#value)
 *   }
 * }
 * ```
 */
export type SourceRun<T> = void | Promise<void> | Iterable<T | undefined | void> | AsyncIterable<T | undefined | void>

/**
 * A source that runs once, whatever the parallelism of the job (extend {@link ParallelSourceFunction} for a parallel one).
 *
 * `run` has three shapes: a generator (`yield record`; pulled, so back pressure is natural; a plain `yield` after
 * `ctx.collect` is a pause), an async generator, or an async function that calls `ctx.collect` and awaits what it returns.
 * What happens between two yields or awaits is atomic with respect to checkpoints: change offsets and emit there. A function
 * in place of the object serves as well.
 *
 * @example
 * ```ts
 * import type { SourceContext, SourceFunction } from 'flink-ts'
 *
 * class Countdown implements SourceFunction<number> {
 *   *run(ctx: SourceContext<number>): Generator<number> {
 *     for (let n = 10; n > 0 && ctx.isRunning(); n--) yield n
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/functions/source/SourceFunction.html
 */
export interface SourceFunction<T> {
  run(ctx: SourceContext<T>): SourceRun<T>
  /** Asks `run` to return soon. Needed only where `run` would not notice `ctx.isRunning()` or the end of its generator. */
  cancel?(): void
}

/**
 * A {@link SourceFunction} that runs in as many subtasks as its parallelism says. A class that cannot extend this one
 * may implement it: `readonly parallel = true`.
 *
 * @example
 * ```ts
 * import { ParallelSourceFunction, type SourceContext } from 'flink-ts'
 *
 * class Hello extends ParallelSourceFunction<string> {
 *   *run(_ctx: SourceContext<string>): Generator<string> {
 *     yield 'hello'
 *   }
 * }
 * ```
 */
export abstract class ParallelSourceFunction<T> implements SourceFunction<T> {
  abstract run(ctx: SourceContext<T>): SourceRun<T>

  cancel(): void {
    return undefined
  }

  /** The mark of a parallel source. */
  get parallel(): true {
    return true
  }
}

/**
 * A {@link SourceFunction} with life cycle and {@link RuntimeContext}; it runs once.
 *
 * @example
 * ```ts
 * import { RichSourceFunction, type SourceContext } from 'flink-ts'
 *
 * class Names extends RichSourceFunction<string> {
 *   *run(_ctx: SourceContext<string>): Generator<string> {
 *     yield this.getRuntimeContext().getTaskName()
 *   }
 * }
 * ```
 */
export abstract class RichSourceFunction<T> extends RichFunction implements SourceFunction<T> {
  abstract run(ctx: SourceContext<T>): SourceRun<T>

  cancel(): void {
    return undefined
  }
}

/**
 * A {@link ParallelSourceFunction} with life cycle and {@link RuntimeContext}.
 *
 * @example
 * ```ts
 * import { RichParallelSourceFunction, type SourceContext } from 'flink-ts'
 *
 * class Shares extends RichParallelSourceFunction<number> {
 *   *run(_ctx: SourceContext<number>): Generator<number> {
 *     const step = this.getRuntimeContext().getNumberOfParallelSubtasks()
 *     for (let n = this.getRuntimeContext().getIndexOfThisSubtask(); n < 100; n += step) yield n
 *   }
 * }
 * ```
 */
export abstract class RichParallelSourceFunction<T> extends RichSourceFunction<T> {
  /** The mark of a parallel source. */
  get parallel(): true {
    return true
  }
}

/** True for a source that may run in several subtasks. */
export function isParallelSource(source: SourceFunction<unknown>): boolean {
  return Reflect.get(source, 'parallel') === true
}
