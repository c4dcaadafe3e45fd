import type { DurationLike } from '../../../api/eventtime/time.js'
import { InProgressFileWriter } from './in-progress-file-writer.js'
import type { PartFileInfo } from './part-file-info.js'
import type { RollingPolicy } from './rolling-policy.js'
import { checkedBytes, checkedIntervalMs } from './sink-arguments.js'

interface Limits {
  readonly maxPartSizeBytes: number
  readonly rolloverIntervalMs: number
  readonly inactivityIntervalMs: number
}

const DEFAULT_LIMITS: Limits = {
  maxPartSizeBytes: 128 * 1024 * 1024,
  rolloverIntervalMs: 60_000,
  inactivityIntervalMs: 60_000,
}

/**
 * A part file ends when it is larger than the largest size (128 MB), as old as the rollover interval (a minute), or has had no record for the
 * inactivity interval (a minute). The intervals are looked at every `withBucketCheckInterval`.
 *
 * @example
 * ```ts
 * import { Time } from 'flink-ts'
 * import { DefaultRollingPolicy } from 'flink-ts/connectors/filesystem'
 *
 * const policy = DefaultRollingPolicy.builder()
 *   .withMaxPartSize(1024 * 1024 * 1024)
 *   .withRolloverInterval(Time.minutes(15))
 *   .withInactivityInterval(Time.minutes(5))
 *   .build<string, string>()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/functions/sink/filesystem/rollingpolicies/DefaultRollingPolicy.html
 */
export class DefaultRollingPolicy<IN, BucketID> implements RollingPolicy<IN, BucketID> {
  readonly #limits: Limits

  private constructor(limits: Limits) {
    this.#limits = limits
  }

  static builder(): DefaultRollingPolicyBuilder {
    return new DefaultRollingPolicyBuilder(DEFAULT_LIMITS, (limits) => new DefaultRollingPolicy(limits))
  }

  /** In bytes. */
  getMaxPartSize(): number {
    return this.#limits.maxPartSizeBytes
  }

  /** In ms. */
  getRolloverInterval(): number {
    return this.#limits.rolloverIntervalMs
  }

  /** In ms. */
  getInactivityInterval(): number {
    return this.#limits.inactivityIntervalMs
  }

  shouldRollOnCheckpoint(partFileState: PartFileInfo<BucketID>): boolean {
    return this.#isTooLarge(partFileState)
  }

  shouldRollOnEvent(partFileState: PartFileInfo<BucketID>): boolean {
    return this.#isTooLarge(partFileState)
  }

  shouldRollOnProcessingTime(partFileState: PartFileInfo<BucketID>, currentTime: number): boolean {
    const { rolloverIntervalMs, inactivityIntervalMs } = this.#limits
    return (
      currentTime - partFileState.getCreationTime() >= rolloverIntervalMs ||
      currentTime - partFileState.getLastUpdateTime() >= inactivityIntervalMs
    )
  }

  /** The exact size of text that is not encoded yet is worth asking for only near the limit. */
  #isTooLarge(partFileState: PartFileInfo<BucketID>): boolean {
    const { maxPartSizeBytes } = this.#limits
    if (partFileState instanceof InProgressFileWriter) return partFileState.isLargerThan(maxPartSizeBytes)
    return partFileState.getSize() > maxPartSizeBytes
  }
}

/**
 * Makes a {@link DefaultRollingPolicy}.
 *
 * @example
 * ```ts
 * import { DefaultRollingPolicy, type DefaultRollingPolicyBuilder } from 'flink-ts/connectors/filesystem'
 *
 * const builder: DefaultRollingPolicyBuilder = DefaultRollingPolicy.builder()
 * ```
 */
export class DefaultRollingPolicyBuilder {
  readonly #limits: Limits
  readonly #make: <IN, BucketID>(limits: Limits) => DefaultRollingPolicy<IN, BucketID>

  constructor(limits: Limits, make: <IN, BucketID>(limits: Limits) => DefaultRollingPolicy<IN, BucketID>) {
    this.#limits = limits
    this.#make = make
  }

  /** In bytes. GRAPH_INVALID where it is not greater than 0. */
  withMaxPartSize(sizeBytes: number): DefaultRollingPolicyBuilder {
    const maxPartSizeBytes = checkedBytes('DefaultRollingPolicy.withMaxPartSize', sizeBytes)
    return new DefaultRollingPolicyBuilder({ ...this.#limits, maxPartSizeBytes }, this.#make)
  }

  /** In ms, or as a Duration or a Time. GRAPH_INVALID where it is not greater than 0. */
  withRolloverInterval(interval: DurationLike): DefaultRollingPolicyBuilder {
    const rolloverIntervalMs = checkedIntervalMs('DefaultRollingPolicy.withRolloverInterval', interval)
    return new DefaultRollingPolicyBuilder({ ...this.#limits, rolloverIntervalMs }, this.#make)
  }

  /** In ms, or as a Duration or a Time. GRAPH_INVALID where it is not greater than 0. */
  withInactivityInterval(interval: DurationLike): DefaultRollingPolicyBuilder {
    const inactivityIntervalMs = checkedIntervalMs('DefaultRollingPolicy.withInactivityInterval', interval)
    return new DefaultRollingPolicyBuilder({ ...this.#limits, inactivityIntervalMs }, this.#make)
  }

  build<IN, BucketID>(): DefaultRollingPolicy<IN, BucketID> {
    return this.#make<IN, BucketID>(this.#limits)
  }
}
