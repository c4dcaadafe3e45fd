import type { DurationLike } from '../../../../api/eventtime/time.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { describeValue } from '../../../../core/errors/describe-value.js'
import { RenamingRecoverableWriter } from '../../../../core/fs/renaming-recoverable-writer.js'
import type { BucketAssigner } from '../bucket-assigner.js'
import { BucketsSinkFunction } from '../buckets-sink-function.js'
import { OutputFileConfig } from '../output-file-config.js'
import { checkedBytes, checkedIntervalMs, checkedPart, checkedText, refuseArgument } from '../sink-arguments.js'
import { numberInName } from '../part-numbers.js'
import type { HelperParts } from '../streaming-file-sink-helper.js'
import { BatchRollingPolicy, type BatchLimits } from './batch-rolling-policy.js'
import type { Bucketer } from './bucketer.js'
import { BucketingRecoverableWriter } from './bucketing-recoverable-writer.js'
import { DateTimeBucketer } from './date-time-bucketer.js'
import { renamed, type Affixes, type PendingNames } from './pending-names.js'
import { StringWriter } from './string-writer.js'
import { WriterPartWriter } from './writer-part-writer.js'
import type { Writer } from './writer.js'

const MINUTE_MS = 60_000

interface Settings extends BatchLimits, PendingNames {
  readonly part: Affixes
  readonly inactiveBucketCheckIntervalMs: number
}

const DEFAULTS: Settings = {
  batchSizeBytes: 384 * 1024 * 1024,
  batchRolloverIntervalMs: Infinity,
  inactiveBucketThresholdMs: MINUTE_MS,
  inactiveBucketCheckIntervalMs: MINUTE_MS,
  part: { prefix: 'part', suffix: '' },
  inProgress: { prefix: '_', suffix: '.in-progress' },
  pending: { prefix: '_', suffix: '.pending' },
}

/**
 * Records to files in directories, exactly once: the sink of files of Flink up to 1.8, on the ground of FileSink. A part file is
 * `_part-<subtask>-<n>.in-progress`, then, when it is larger than the batch size, too old, or had no record for long, `_part-<subtask>-<n>.pending`, and
 * `part-<subtask>-<n>` with the next checkpoint. After a failure what was in progress is cut off to what the checkpoint knows, and is a whole file.
 * Without checkpoints files stay pending; `setPendingPrefix('')` with `setPendingSuffix('')` then shows them.
 *
 * BUCKET_INVALID for a path outside of the base path, and errors as of FileSink. All methods give GRAPH_INVALID where the argument is
 * something else.
 *
 * Deprecated, as in Flink: use FileSink.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 * import { BucketingSink, DateTimeBucketer, StringWriter } from 'flink-ts/connectors/filesystem'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.enableCheckpointing(10_000)
 * const sink = new BucketingSink<string>('/data/out')
 *   .setBucketer(new DateTimeBucketer('yyyy-MM-dd--HHmm'))
 *   .setWriter(new StringWriter())
 *   .setBatchSize(1024 * 1024 * 400)
 *   .setBatchRolloverInterval(20 * 60 * 1000)
 * env.fromElements('a', 'b').addSink(sink).uid('files')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.8/dev/connectors/filesystem_sink.html
 */
export class BucketingSink<T> extends BucketsSinkFunction<T> {
  readonly #basePath: string
  #bucketer: Bucketer<T> = new DateTimeBucketer<T>()
  #writer: Writer<T> = new StringWriter<T>()
  #settings = DEFAULTS

  constructor(basePath: string) {
    super()
    this.#basePath = checkedText('new BucketingSink', 'the path', basePath)
    if (basePath.trim() === '') refuseArgument('new BucketingSink', 'the path is empty')
  }

  /** A DateTimeBucketer, with a directory an hour, where it is left out. */
  setBucketer(bucketer: Bucketer<T>): this {
    this.#bucketer = checkedPart('BucketingSink.setBucketer', 'a Bucketer', bucketer, 'getBucketPath')
    return this
  }

  /** A StringWriter where it is left out. */
  setWriter(writer: Writer<T>): this {
    const methods = ['open', 'write', 'flush', 'close', 'duplicate']
    this.#writer = checkedPart('BucketingSink.setWriter', 'a Writer', writer, ...methods)
    return this
  }

  /** In bytes, 384 MB where it is left out: a part file that is larger ends before the next record. */
  setBatchSize(batchSize: number): this {
    return this.#set({ batchSizeBytes: checkedBytes('BucketingSink.setBatchSize', batchSize) })
  }

  /** In ms, or as a Duration or a Time, without a limit where it is left out: a part file that is older ends. */
  setBatchRolloverInterval(interval: DurationLike): this {
    const batchRolloverIntervalMs = checkedIntervalMs('BucketingSink.setBatchRolloverInterval', interval)
    return this.#set({ batchRolloverIntervalMs })
  }

  /** In ms, or as a Duration or a Time, a minute where it is left out: how often is looked for part files that are old or have no records. */
  setInactiveBucketCheckInterval(interval: DurationLike): this {
    const inactiveBucketCheckIntervalMs = checkedIntervalMs('BucketingSink.setInactiveBucketCheckInterval', interval)
    return this.#set({ inactiveBucketCheckIntervalMs })
  }

  /** In ms, or as a Duration or a Time, a minute where it is left out: a part file that has had no record for longer ends. */
  setInactiveBucketThreshold(threshold: DurationLike): this {
    const inactiveBucketThresholdMs = checkedIntervalMs('BucketingSink.setInactiveBucketThreshold', threshold)
    return this.#set({ inactiveBucketThresholdMs })
  }

  /** `_` where it is left out. */
  setInProgressPrefix(prefix: string): this {
    return this.#set({ inProgress: { ...this.#settings.inProgress, prefix: namePart('setInProgressPrefix', prefix) } })
  }

  /** `.in-progress` where it is left out. */
  setInProgressSuffix(suffix: string): this {
    return this.#set({ inProgress: { ...this.#settings.inProgress, suffix: namePart('setInProgressSuffix', suffix) } })
  }

  /** `_` where it is left out. */
  setPendingPrefix(prefix: string): this {
    return this.#set({ pending: { ...this.#settings.pending, prefix: namePart('setPendingPrefix', prefix) } })
  }

  /** `.pending` where it is left out. */
  setPendingSuffix(suffix: string): this {
    return this.#set({ pending: { ...this.#settings.pending, suffix: namePart('setPendingSuffix', suffix) } })
  }

  /** `part` where it is left out. */
  setPartPrefix(prefix: string): this {
    return this.#set({ part: { ...this.#settings.part, prefix: namePart('setPartPrefix', prefix) } })
  }

  /** Nothing where it is left out. */
  setPartSuffix(suffix: string): this {
    return this.#set({ part: { ...this.#settings.part, suffix: namePart('setPartSuffix', suffix) } })
  }

  /** Has no effect: all file systems here can cut a file off, so there are no files with a valid length. */
  setValidLengthPrefix(prefix: string): this {
    namePart('setValidLengthPrefix', prefix)
    return this
  }

  /** Has no effect, as `setValidLengthPrefix`. */
  setValidLengthSuffix(suffix: string): this {
    namePart('setValidLengthSuffix', suffix)
    return this
  }

  /** Only true: files are cut off after a failure. */
  setUseTruncate(useTruncate: boolean): this {
    if (useTruncate) return this
    return refuseArgument(
      'BucketingSink.setUseTruncate',
      'files are always cut off, and no valid-length file is written',
    )
  }

  protected parts(): HelperParts<T> {
    const context = this.getRuntimeContext()
    const fileSystems = context.getFileSystems()
    const { fileSystem, path: basePath } = fileSystems.forUri(this.#basePath)
    const { part, ...settings } = this.#settings
    const index = context.getIndexOfThisSubtask()
    // In a store of objects what is in progress or pending has no name at all.
    const files =
      fileSystem.createRecoverableWriter?.(fileSystems.random) ??
      new RenamingRecoverableWriter(fileSystem, fileSystems.random, (name) => renamed(name, settings.inProgress))
    const outputFileConfig = new OutputFileConfig(part.prefix, part.suffix)
    const nameOf = (number: number): string => `${part.prefix}-${String(index)}-${String(number)}${part.suffix}`
    const numberOf = (name: string): number | undefined => {
      const found = numberInName(name, outputFileConfig)
      return found?.index === index ? found.number : undefined
    }
    const clock = context.getClock()
    return {
      basePath,
      fileSystem,
      files: new BucketingRecoverableWriter({ files, fileSystem, names: settings, nameOf, numberOf }),
      createPartWriter: (file) => new WriterPartWriter(file, this.#writer.duplicate()),
      bucketAssigner: bucketsOf(this.#bucketer, basePath),
      rollingPolicy: new BatchRollingPolicy(settings, () => clock.now()),
      outputFileConfig,
      bucketCheckIntervalMs: settings.inactiveBucketCheckIntervalMs,
    }
  }

  #set(settings: Partial<Settings>): this {
    this.#settings = { ...this.#settings, ...settings }
    return this
  }
}

function namePart(call: string, given: unknown): string {
  const text = checkedText(`BucketingSink.${call}`, 'it', given)
  if (!/[/\0]/.test(text)) return text
  return refuseArgument(`BucketingSink.${call}`, 'it is a part of a name, but has a / or a zero character')
}

/** Of paths below the base path. */
function bucketsOf<T>(bucketer: Bucketer<T>, basePath: string): BucketAssigner<T> {
  const beginning = basePath === '/' ? basePath : `${basePath}/`
  return {
    getBucketId: (element, context) => {
      const clock = { currentTimeMillis: () => context.currentProcessingTime() }
      const path: unknown = bucketer.getBucketPath(clock, basePath, element)
      if (path === basePath) return ''
      if (typeof path === 'string' && path.startsWith(beginning)) return path.slice(beginning.length)
      const assigner = bucketer.constructor.name
      const reason = 'a bucket lies below the base path'
      throw new FlinkError('BUCKET_INVALID', { path: basePath, assigner, bucket: describeValue(path), reason })
    },
  }
}
