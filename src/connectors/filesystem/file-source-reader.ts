import type { SourceReaderContext } from '../../api/connector/source/source-reader-context.js'
import { SourceReaderBase } from '../base/source-reader-base.js'
import type { BulkFormat } from './bulk-format.js'
import type { RecordAndPosition } from './file-records.js'
import { FileSourceSplitReader } from './file-source-split-reader.js'
import type { FileSourceSplit } from './file-source-split.js'

/** How far a split was read. */
interface FileSourceSplitState {
  readonly split: FileSourceSplit
  offset: number
  /** Undefined: no record of it was emitted since it was assigned. */
  recordsAfterOffset: number | undefined
}

/** Reads one split at a time, and asks for the next one when it is at its end. */
export class FileSourceReader<T> extends SourceReaderBase<
  RecordAndPosition<T>,
  T,
  FileSourceSplit,
  FileSourceSplitState
> {
  readonly #context: SourceReaderContext

  constructor(context: SourceReaderContext, format: BulkFormat<T>) {
    super({
      context,
      splitReader: new FileSourceSplitReader(format, context.getFileSystems()),
      recordEmitter: {
        emitRecord: ({ record, offset, recordsAfterOffset, unreadable }, output, state) => {
          if (unreadable === undefined) output.collect(record)
          else output.recordFailed(unreadable.error, unreadable.failed)
          state.offset = offset
          state.recordsAfterOffset = recordsAfterOffset
        },
      },
    })
    this.#context = context
  }

  override start(): void {
    if (this.getNumberOfCurrentlyAssignedSplits() === 0) this.#context.sendSplitRequest()
  }

  protected initializedState(split: FileSourceSplit): FileSourceSplitState {
    return { split, offset: 0, recordsAfterOffset: undefined }
  }

  protected toSplitType(
    _splitId: string,
    { split, offset, recordsAfterOffset }: FileSourceSplitState,
  ): FileSourceSplit {
    if (recordsAfterOffset === undefined) return split
    return split.updateWithCheckpointedPosition({ offset, recordsAfterOffset })
  }

  protected onSplitFinished(): void {
    this.#context.sendSplitRequest()
  }
}
