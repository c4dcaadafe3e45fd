import type { BucketAssigner } from './bucket-assigner.js'
import type { PartWriterFactory } from './bucket-writer.js'
import type { FileCompactor } from './compactor/compact-service.js'
import type { FileCompactStrategy } from './compactor/file-compact-strategy.js'
import { DateTimeBucketAssigner } from './date-time-bucket-assigner.js'
import { DefaultRollingPolicy } from './default-rolling-policy.js'
import { OutputFileConfig } from './output-file-config.js'
import type { RollingPolicy } from './rolling-policy.js'
import { checkedText, refuseArgument } from './sink-arguments.js'

const DEFAULT_BUCKET_CHECK_INTERVAL_MS = 60_000

/** `disabled`: not any more, but a snapshot may have files that were to be compacted. */
export type Compaction<IN> =
  { readonly strategy: FileCompactStrategy; readonly compactor: FileCompactor<IN> } | 'disabled'

/** What a FileSink, or a StreamingFileSink, is made of. */
export interface FileSinkParts<IN> {
  /** For messages. */
  readonly sink: string
  readonly path: string
  readonly createPartWriter: PartWriterFactory<IN, string>
  readonly bucketAssigner: BucketAssigner<IN>
  readonly rollingPolicy: RollingPolicy<IN, string>
  readonly outputFileConfig: OutputFileConfig
  readonly bucketCheckIntervalMs: number
  readonly compaction?: Compaction<IN>
}

/** `call`: such as FileSink.forRowFormat. GRAPH_INVALID where the path is none. */
export function defaultParts<IN>(
  call: string,
  path: string,
  createPartWriter: PartWriterFactory<IN, string>,
): FileSinkParts<IN> {
  if (checkedText(call, 'the path', path).trim() === '') refuseArgument(call, 'the path is empty')
  return {
    sink: call.split('.')[0] ?? call,
    path,
    createPartWriter,
    bucketAssigner: new DateTimeBucketAssigner(),
    rollingPolicy: DefaultRollingPolicy.builder().build(),
    outputFileConfig: OutputFileConfig.builder().build(),
    bucketCheckIntervalMs: DEFAULT_BUCKET_CHECK_INTERVAL_MS,
  }
}
