import { CheckpointingOptions as Options } from '../../core/config/checkpointing-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { CheckpointStorage } from './checkpoint-storages.js'
import { checkedCheckpointStorage } from './given-settings.js'
import { toMilliseconds, type DurationLike } from '../eventtime/time.js'

/**
 * How barriers are handled: aligned, so that every record counts once, or not, so that some may count twice after a
 * failure.
 *
 * @example
 * ```ts
 * import { CheckpointingMode, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.enableCheckpointing(1000, CheckpointingMode.AT_LEAST_ONCE)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/checkpointing/
 */
export const CheckpointingMode = { EXACTLY_ONCE: 'EXACTLY_ONCE', AT_LEAST_ONCE: 'AT_LEAST_ONCE' } as const
export type CheckpointingMode = keyof typeof CheckpointingMode

/**
 * What becomes of checkpoints when the job is cancelled.
 *
 * @example
 * ```ts
 * import { ExternalizedCheckpointCleanup, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const config = StreamExecutionEnvironment.getExecutionEnvironment().getCheckpointConfig()
 * config.setExternalizedCheckpointCleanup(ExternalizedCheckpointCleanup.RETAIN_ON_CANCELLATION)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/checkpoints/#retained-checkpoints
 */
export const ExternalizedCheckpointCleanup = {
  RETAIN_ON_CANCELLATION: 'RETAIN_ON_CANCELLATION',
  DELETE_ON_CANCELLATION: 'DELETE_ON_CANCELLATION',
  NO_EXTERNALIZED_CHECKPOINTS: 'NO_EXTERNALIZED_CHECKPOINTS',
} as const
export type ExternalizedCheckpointCleanup = keyof typeof ExternalizedCheckpointCleanup

/** As in Flink. */
const SHORTEST_INTERVAL_MS = 10

/**
 * Checkpoint settings of a job, written into its configuration.
 *
 * @example
 * ```ts
 * import { CheckpointingMode, ExternalizedCheckpointCleanup, StreamExecutionEnvironment } from 'flink-ts'
 * import type { CheckpointConfig } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.enableCheckpointing(1000)
 * const config: CheckpointConfig = env.getCheckpointConfig()
 * config.setCheckpointingMode(CheckpointingMode.EXACTLY_ONCE)
 * config.setMinPauseBetweenCheckpoints(500)
 * config.setCheckpointTimeout(60000)
 * config.setMaxConcurrentCheckpoints(1)
 * config.enableExternalizedCheckpoints(ExternalizedCheckpointCleanup.RETAIN_ON_CANCELLATION)
 * config.enableUnalignedCheckpoints()
 * config.setAlignedCheckpointTimeout(30000)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/checkpointing/
 */
export class CheckpointConfig {
  readonly #configuration: Configuration

  constructor(configuration: Configuration) {
    this.#configuration = configuration
  }

  /** Ms; at least 10. */
  setCheckpointInterval(interval: DurationLike): void {
    const intervalMs = toMilliseconds(interval)
    if (!(intervalMs >= SHORTEST_INTERVAL_MS)) {
      const reason = `Checkpoint interval must be larger than or equal to 10 ms, not ${String(intervalMs)}.`
      throw new FlinkError('GRAPH_INVALID', { operator: 'enableCheckpointing', reason })
    }
    this.#configuration.set(Options.CHECKPOINTING_INTERVAL, intervalMs)
  }

  isCheckpointingEnabled(): boolean {
    return this.#configuration.getOptional(Options.CHECKPOINTING_INTERVAL) !== undefined
  }

  /** Ms; -1 while checkpointing is off. */
  getCheckpointInterval(): number {
    return this.#configuration.get(Options.CHECKPOINTING_INTERVAL) ?? -1
  }

  /** EXACTLY_ONCE by default. */
  setCheckpointingMode(mode: CheckpointingMode): void {
    this.#configuration.set(Options.CHECKPOINTING_MODE, mode)
  }

  getCheckpointingMode(): CheckpointingMode {
    return this.#configuration.get(Options.CHECKPOINTING_MODE)
  }

  /** Least time from the end of a checkpoint to the next one; 0 by default. */
  setMinPauseBetweenCheckpoints(pause: DurationLike): void {
    this.#configuration.set(Options.MIN_PAUSE_BETWEEN_CHECKPOINTS, toMilliseconds(pause))
  }

  /** Ms. */
  getMinPauseBetweenCheckpoints(): number {
    return this.#configuration.get(Options.MIN_PAUSE_BETWEEN_CHECKPOINTS)
  }

  /** A checkpoint that takes longer is discarded; 10 minutes by default. */
  setCheckpointTimeout(timeout: DurationLike): void {
    this.#configuration.set(Options.CHECKPOINTING_TIMEOUT, toMilliseconds(timeout))
  }

  /** Ms. */
  getCheckpointTimeout(): number {
    return this.#configuration.get(Options.CHECKPOINTING_TIMEOUT)
  }

  /** 1 by default. */
  setMaxConcurrentCheckpoints(count: number): void {
    this.#configuration.set(Options.MAX_CONCURRENT_CHECKPOINTS, count)
  }

  getMaxConcurrentCheckpoints(): number {
    return this.#configuration.get(Options.MAX_CONCURRENT_CHECKPOINTS)
  }

  /** Failures of checkpoints in a row that the job survives; 0 by default. */
  setTolerableCheckpointFailureNumber(count: number): void {
    this.#configuration.set(Options.TOLERABLE_FAILURE_NUMBER, count)
  }

  getTolerableCheckpointFailureNumber(): number {
    return this.#configuration.get(Options.TOLERABLE_FAILURE_NUMBER)
  }

  /**
   * Barriers overtake the records in the channels, which become part of the checkpoint (`execution.checkpointing.unaligned.enabled`,
   * false by default): a checkpoint does not wait for a job whose channels are full. For EXACTLY_ONCE and one checkpoint at a time, else
   * UNALIGNED_CHECKPOINTS_REFUSED when the job is executed; with AT_LEAST_ONCE without effect, of which a run warns. Savepoints
   * are always aligned.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/checkpointing_under_backpressure/
   */
  enableUnalignedCheckpoints(enabled = true): void {
    this.#configuration.set(Options.UNALIGNED_ENABLED, enabled)
  }

  isUnalignedCheckpointsEnabled(): boolean {
    return this.#configuration.get(Options.UNALIGNED_ENABLED)
  }

  /**
   * With unaligned checkpoints: so long a checkpoint is an aligned one, and only then barriers begin to overtake. 0, the default: they
   * do from the beginning (`execution.checkpointing.aligned-checkpoint-timeout`).
   */
  setAlignedCheckpointTimeout(timeout: DurationLike): void {
    this.#configuration.set(Options.ALIGNED_CHECKPOINT_TIMEOUT, toMilliseconds(timeout))
  }

  /** Ms. */
  getAlignedCheckpointTimeout(): number {
    return this.#configuration.get(Options.ALIGNED_CHECKPOINT_TIMEOUT)
  }

  /**
   * Unaligned checkpoints also of jobs with loops or with partitioners of their own (`execution.checkpointing.unaligned.forced`, false
   * by default), which are refused else. In a loop barriers stay among the records all the same. With another parallelism records in flight
   * to a `partitionCustom` come to any subtask.
   */
  setForceUnalignedCheckpoints(forced: boolean): void {
    this.#configuration.set(Options.UNALIGNED_FORCED, forced)
  }

  isForceUnalignedCheckpoints(): boolean {
    return this.#configuration.get(Options.UNALIGNED_FORCED)
  }

  /**
   * Barriers of unaligned checkpoints overtake timers that are firing (`execution.checkpointing.unaligned.interruptible-timers.enabled`,
   * false by default). Without effect, of which a run warns: in Flink it is for operators of SQL and CEP, and not for functions
   * and windows.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/deployment/config/
   */
  enableUnalignedCheckpointsInterruptibleTimers(enabled: boolean): void {
    this.#configuration.set(Options.ENABLE_UNALIGNED_INTERRUPTIBLE_TIMERS, enabled)
  }

  isUnalignedCheckpointsInterruptibleTimersEnabled(): boolean {
    return this.#configuration.get(Options.ENABLE_UNALIGNED_INTERRUPTIBLE_TIMERS)
  }

  getExternalizedCheckpointCleanup(): ExternalizedCheckpointCleanup {
    return this.#configuration.get(Options.EXTERNALIZED_CHECKPOINT_RETENTION)
  }

  /** What becomes of checkpoints when the job is cancelled. */
  setExternalizedCheckpointCleanup(cleanup: ExternalizedCheckpointCleanup): void {
    this.#configuration.set(Options.EXTERNALIZED_CHECKPOINT_RETENTION, cleanup)
  }

  /** Flink's older name of {@link setExternalizedCheckpointCleanup}. */
  enableExternalizedCheckpoints(cleanup: ExternalizedCheckpointCleanup): void {
    this.setExternalizedCheckpointCleanup(cleanup)
  }

  /**
   * A storage, or the directory of checkpoints as path or `file:` URI: a job that names it goes on by itself at the next start.
   * GRAPH_INVALID for a state backend.
   */
  setCheckpointStorage(storage: CheckpointStorage | string): void {
    checkedCheckpointStorage(storage).applyTo(this.#configuration)
  }
}
