import { InProgressFileWriter } from '../in-progress-file-writer.js'
import type { PartFileInfo } from '../part-file-info.js'
import type { RollingPolicy } from '../rolling-policy.js'

/** When a BucketingSink ends a part file. */
export interface BatchLimits {
  readonly batchSizeBytes: number
  readonly batchRolloverIntervalMs: number
  readonly inactiveBucketThresholdMs: number
}

/** The limits of a BucketingSink, whose age is looked at before each record, too. */
export class BatchRollingPolicy<IN> implements RollingPolicy<IN, string> {
  readonly #limits: BatchLimits
  readonly #nowMs: () => number

  constructor(limits: BatchLimits, nowMs: () => number) {
    this.#limits = limits
    this.#nowMs = nowMs
  }

  shouldRollOnCheckpoint(): boolean {
    return false
  }

  shouldRollOnEvent(part: PartFileInfo<string>): boolean {
    const { batchSizeBytes, batchRolloverIntervalMs } = this.#limits
    if (batchRolloverIntervalMs < Infinity && this.#nowMs() - part.getCreationTime() > batchRolloverIntervalMs) {
      return true
    }
    return part instanceof InProgressFileWriter ? part.isLargerThan(batchSizeBytes) : part.getSize() > batchSizeBytes
  }

  shouldRollOnProcessingTime(part: PartFileInfo<string>, currentTime: number): boolean {
    const { batchRolloverIntervalMs, inactiveBucketThresholdMs } = this.#limits
    return (
      currentTime - part.getLastUpdateTime() > inactiveBucketThresholdMs ||
      currentTime - part.getCreationTime() > batchRolloverIntervalMs
    )
  }
}
