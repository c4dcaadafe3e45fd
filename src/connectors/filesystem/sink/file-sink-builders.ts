import type { DurationLike } from '../../../api/eventtime/time.js'
import type { BucketAssigner } from './bucket-assigner.js'
import type { FileCompactor } from './compactor/compact-service.js'
import type { FileCompactStrategy } from './compactor/file-compact-strategy.js'
import type { FileSinkParts } from './file-sink-parts.js'
import type { OutputFileConfig } from './output-file-config.js'
import { CheckpointRollingPolicy, type RollingPolicy } from './rolling-policy.js'
import { checkedIntervalMs, checkedPart, refuseArgument } from './sink-arguments.js'

/** What both builders have. */
export abstract class FileSinkBuilder<IN, SinkT> {
  protected parts: FileSinkParts<IN>
  readonly #make: (parts: FileSinkParts<IN>) => SinkT

  constructor(parts: FileSinkParts<IN>, make: (parts: FileSinkParts<IN>) => SinkT) {
    this.parts = parts
    this.#make = make
  }

  /** One an hour, by a DateTimeBucketAssigner, where it is left out. */
  withBucketAssigner(bucketAssigner: BucketAssigner<IN>): this {
    checkedPart(this.call('withBucketAssigner'), 'a BucketAssigner', bucketAssigner, 'getBucketId')
    this.parts = { ...this.parts, bucketAssigner }
    return this
  }

  /** How often the rolling policy is asked by the clock; in ms, as a Duration or a Time, a minute where it is left out. */
  withBucketCheckInterval(interval: DurationLike): this {
    const bucketCheckIntervalMs = checkedIntervalMs(this.call('withBucketCheckInterval'), interval)
    this.parts = { ...this.parts, bucketCheckIntervalMs }
    return this
  }

  withOutputFileConfig(outputFileConfig: OutputFileConfig): this {
    const methods = ['getPartPrefix', 'getPartSuffix']
    checkedPart(this.call('withOutputFileConfig'), 'an OutputFileConfig', outputFileConfig, ...methods)
    this.parts = { ...this.parts, outputFileConfig }
    return this
  }

  /**
   * Makes one file of several of a bucket, before they get a name: `compacted-part-<uid>-<n>`, after the first of them. They get it with the
   * checkpoint after the one by which they are compacted. The sink needs a uid. `compactor`: such as a ConcatFileCompactor.
   */
  enableCompact(strategy: FileCompactStrategy, compactor: FileCompactor<IN>): this {
    const call = this.call('enableCompact')
    const methods = ['getSizeThreshold', 'getNumCheckpointsBeforeCompaction', 'getNumCompactThreads']
    checkedPart(call, 'a FileCompactStrategy', strategy, ...methods)
    checkedPart(call, 'a compactor, such as new ConcatFileCompactor()', compactor, 'compact')
    this.parts = { ...this.parts, compaction: { strategy, compactor } }
    return this
  }

  /** For a job that goes on from a snapshot of one with `enableCompact`: files that were to be compacted get their names as they are. */
  disableCompact(): this {
    this.parts = { ...this.parts, compaction: 'disabled' }
    return this
  }

  build(): SinkT {
    return this.#make(this.parts)
  }

  /** For messages. */
  protected call(method: string): string {
    return `${this.parts.sink}.${method}`
  }
}

/**
 * Makes a {@link FileSink} of a row format. Each method gives GRAPH_INVALID where its argument is something else.
 *
 * @example
 * ```ts
 * import { FileSink, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'
 *
 * const builder = FileSink.forRowFormat('/data/out', new SimpleStringEncoder<string>())
 * ```
 */
export class RowFormatBuilder<IN, SinkT> extends FileSinkBuilder<IN, SinkT> {
  /** A DefaultRollingPolicy where it is left out. */
  withRollingPolicy(rollingPolicy: RollingPolicy<IN, string>): this {
    const methods = ['shouldRollOnCheckpoint', 'shouldRollOnEvent', 'shouldRollOnProcessingTime']
    checkedPart(this.call('withRollingPolicy'), 'a RollingPolicy', rollingPolicy, ...methods)
    this.parts = { ...this.parts, rollingPolicy }
    return this
  }

  withNewBucketAssignerAndPolicy(bucketAssigner: BucketAssigner<IN>, rollingPolicy: RollingPolicy<IN, string>): this {
    return this.withBucketAssigner(bucketAssigner).withRollingPolicy(rollingPolicy)
  }
}

/**
 * Makes a {@link FileSink} of a bulk format. Each method gives GRAPH_INVALID where its argument is something else.
 *
 * @example
 * ```ts
 * import { CompressWriterFactory, FileSink, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'
 *
 * const builder = FileSink.forBulkFormat('/data/out', new CompressWriterFactory(new SimpleStringEncoder<string>()))
 * ```
 */
export class BulkFormatBuilder<IN, SinkT> extends FileSinkBuilder<IN, SinkT> {
  /** An OnCheckpointRollingPolicy where it is left out. */
  withRollingPolicy(rollingPolicy: CheckpointRollingPolicy<IN, string>): this {
    if (!(rollingPolicy instanceof CheckpointRollingPolicy)) {
      refuseArgument(
        this.call('withRollingPolicy'),
        'part files of a bulk format end with each checkpoint, so it takes a CheckpointRollingPolicy',
      )
    }
    this.parts = { ...this.parts, rollingPolicy }
    return this
  }

  withNewBucketAssigner(bucketAssigner: BucketAssigner<IN>): this {
    return this.withBucketAssigner(bucketAssigner)
  }
}
