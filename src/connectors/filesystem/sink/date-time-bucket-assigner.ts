import type { BucketAssigner, BucketAssignerContext } from './bucket-assigner.js'
import { DateTimePattern } from './date-time-pattern.js'
import { refuseArgument } from './sink-arguments.js'
import { ZoneOffsets } from './zone-offsets.js'

const DEFAULT_FORMAT = 'yyyy-MM-dd--HH'
const SECOND_MS = 1000

/**
 * Buckets by the time of the machine at which a record comes: one an hour, such as `2026-11-30--07`, where no other format is given.
 * `formatString` is a pattern of letters as Java's DateTimeFormatter has them: `y u M d D H h k K m s S a E`, and text in `'...'`. `zoneId` is
 * a zone such as `Europe/Berlin`, `UTC` or `+02:00`; where it is left out, that of the machine. GRAPH_INVALID for others.
 *
 * @example
 * ```ts
 * import { DateTimeBucketAssigner, FileSink, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'
 *
 * const sink = FileSink.forRowFormat('/data/out', new SimpleStringEncoder<string>())
 *   .withBucketAssigner(new DateTimeBucketAssigner("'day='yyyy-MM-dd", 'UTC'))
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/functions/sink/filesystem/bucketassigners/DateTimeBucketAssigner.html
 */
export class DateTimeBucketAssigner<IN> implements BucketAssigner<IN> {
  readonly #pattern: DateTimePattern
  readonly #offsets: ZoneOffsets
  /** As long as a second lasts: a record costs 2 ns, a new text 350 ns. */
  #fromMs = Number.POSITIVE_INFINITY
  #bucketId = ''

  constructor(formatString: string = DEFAULT_FORMAT, zoneId?: string) {
    const call = 'DateTimeBucketAssigner'
    const pattern = DateTimePattern.parse(formatString)
    if (typeof pattern === 'string') refuseArgument(call, pattern)
    const offsets = ZoneOffsets.of(zoneId)
    if (offsets === undefined) refuseArgument(call, `nobody knows the time zone '${String(zoneId)}'`)
    this.#pattern = pattern
    this.#offsets = offsets
  }

  getBucketId(_element: IN, context: BucketAssignerContext): string {
    const nowMs = context.currentProcessingTime()
    const lastsMs = this.#pattern.hasFractions ? 1 : SECOND_MS
    if (nowMs >= this.#fromMs && nowMs < this.#fromMs + lastsMs) return this.#bucketId
    this.#fromMs = Math.floor(nowMs / lastsMs) * lastsMs
    this.#bucketId = this.#pattern.format(nowMs + this.#offsets.offsetMsAt(nowMs))
    return this.#bucketId
  }
}
