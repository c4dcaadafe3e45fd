import type { SimpleVersionedSerializer } from '../../api/connector/source/simple-versioned-serializer.js'
import type { SourceSplit } from '../../api/connector/source/source-split.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import { DataInputView } from '../../core/memory/data-input-view.js'
import { DataOutputView } from '../../core/memory/data-output-view.js'
import type { CheckpointedPosition } from './checkpointed-position.js'

const VERSION = 1

/**
 * A part of a file: the records that begin in its `length` bytes from `offset` on. GRAPH_INVALID where a number of bytes is none.
 *
 * @example
 * ```ts
 * import { FileSourceSplit } from 'flink-ts/connectors/filesystem'
 *
 * const half = new FileSourceSplit({ path: '/data/a.csv', offset: 0, length: 500, fileSizeBytes: 1000 })
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/src/FileSourceSplit.html
 */
export class FileSourceSplit implements SourceSplit {
  /** With its scheme, where it was named with one. */
  readonly path: string
  readonly offset: number
  readonly length: number
  /** As it was when the split was made; packed, where the file is packed. */
  readonly fileSizeBytes: number
  /** Undefined: nothing was read. */
  readonly readerPosition: CheckpointedPosition | undefined

  constructor(input: FileSourceSplitInput) {
    this.path = input.path
    this.offset = input.offset
    this.length = input.length
    this.fileSizeBytes = input.fileSizeBytes
    this.readerPosition = input.readerPosition
    checkSplit(this)
  }

  splitId(): string {
    return `${this.path}@${String(this.offset)}`
  }

  /** The same part, read so far. */
  updateWithCheckpointedPosition(readerPosition: CheckpointedPosition): FileSourceSplit {
    const { path, offset, length, fileSizeBytes } = this
    return new FileSourceSplit({ path, offset, length, fileSizeBytes, readerPosition })
  }
}

/**
 * What a {@link FileSourceSplit} is made of.
 *
 * @example
 * ```ts
 * import type { FileSourceSplitInput } from 'flink-ts/connectors/filesystem'
 *
 * const whole: FileSourceSplitInput = { path: '/data/a.csv', offset: 0, length: 1000, fileSizeBytes: 1000 }
 * ```
 */
export interface FileSourceSplitInput {
  readonly path: string
  readonly offset: number
  readonly length: number
  readonly fileSizeBytes: number
  readonly readerPosition?: CheckpointedPosition | undefined
}

/** What of a source of files no reader has, as its enumerator keeps it. */
export interface PendingSplits {
  readonly splits: readonly FileSourceSplit[]
  /** Where new files are looked for: those that were found before, whatever became of them. */
  readonly alreadyProcessedPaths: readonly string[]
}

export const fileSourceSplits: SimpleVersionedSerializer<FileSourceSplit> = {
  getVersion: () => VERSION,
  serialize: (split) => {
    const output = new DataOutputView()
    writeSplit(split, output)
    return output.toBytes()
  },
  deserialize: (version, bytes) => {
    checkVersion(version)
    return readSplit(new DataInputView(bytes))
  },
}

export const pendingSplitsCheckpoints: SimpleVersionedSerializer<PendingSplits> = {
  getVersion: () => VERSION,
  serialize: ({ splits, alreadyProcessedPaths }) => {
    const output = new DataOutputView()
    output.writeVarInt(splits.length)
    for (const split of splits) writeSplit(split, output)
    output.writeVarInt(alreadyProcessedPaths.length)
    for (const path of alreadyProcessedPaths) output.writeUtf8(path)
    return output.toBytes()
  },
  deserialize: (version, bytes) => {
    checkVersion(version)
    const input = new DataInputView(bytes)
    const splits = Array.from({ length: input.readVarInt() }, () => readSplit(input))
    const alreadyProcessedPaths = Array.from({ length: input.readVarInt() }, () => input.readUtf8())
    return { splits, alreadyProcessedPaths }
  },
}

/** Without a length a reader would look for the end of its split for ever. */
function checkSplit({ path, offset, length, fileSizeBytes }: FileSourceSplit): void {
  const counts = Object.entries({ offset, length, fileSizeBytes })
  const wrong = counts.find(([, value]) => !Number.isSafeInteger(value) || value < 0)
  if (wrong === undefined && typeof path === 'string') return
  const [name, value] = wrong ?? ['path', path]
  const reason = `${name} has to be ${name === 'path' ? 'a text' : 'a number of bytes'}, but is ${describeValue(value)}`
  throw new FlinkError('GRAPH_INVALID', { operator: 'FileSourceSplit', reason })
}

function checkVersion(version: number): void {
  if (version !== VERSION) throw new ReasonError(`splits of version ${String(version)} are not known`)
}

function writeSplit(
  { path, offset, length, fileSizeBytes, readerPosition }: FileSourceSplit,
  to: DataOutputView,
): void {
  to.writeUtf8(path)
  for (const value of [offset, length, fileSizeBytes]) to.writeFloat64(value)
  to.writeVarInt(readerPosition === undefined ? 0 : 1)
  if (readerPosition === undefined) return
  to.writeFloat64(readerPosition.offset)
  to.writeFloat64(readerPosition.recordsAfterOffset)
}

function readSplit(from: DataInputView): FileSourceSplit {
  const path = from.readUtf8()
  const [offset, length, fileSizeBytes] = [from.readFloat64(), from.readFloat64(), from.readFloat64()]
  const isRead = from.readVarInt() === 1
  const readerPosition = isRead ? { offset: from.readFloat64(), recordsAfterOffset: from.readFloat64() } : undefined
  return new FileSourceSplit({ path, offset, length, fileSizeBytes, readerPosition })
}
