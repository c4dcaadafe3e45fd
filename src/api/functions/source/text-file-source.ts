import { FlinkError } from '../../../core/errors/flink-error.js'
import { isCompressed, openUnpacked } from '../../../core/fs/compressed-file.js'
import type { FileStatus, FileSystem } from '../../../core/fs/file-system.js'
import { inputNotFound } from '../../../core/fs/input-not-found.js'
import { ListStateDescriptor } from '../../state/list-state-descriptor.js'
import type { ListState } from '../../state/list-state.js'
import type {
  CheckpointedFunction,
  FunctionInitializationContext,
  FunctionSnapshotContext,
} from '../checkpointed-function.js'
import { RichParallelSourceFunction, type SourceContext } from '../source-function.js'
import { LineReader } from './line-reader.js'

/** A part of a file: the lines that begin in [next, end). */
interface FileSplit {
  readonly path: string
  next: number
  readonly end: number
}

const SPLIT_BYTES = 1024 * 1024
/** Of a file whose end is found by reading it. */
const OPEN_END = Number.MAX_SAFE_INTEGER

/**
 * Lines of a text file, or of all files of a directory, spread over the subtasks in splits of 1 MB. Exactly once: the
 * position within each split is in the state, and splits may be rescaled. Lines end with `\n` or `\r\n`; UTF-8.
 *
 * A file that ends with `.gz`, `.gzip`, `.deflate`, `.bz2`, `.xz` or, where Node can, `.zst` is unpacked on the way, whole by one
 * subtask; after a restore it is unpacked again up to the position, which is one of the unpacked bytes. FILE_COMPRESSION_UNSUPPORTED for other
 * packed files, by ending or by their first bytes.
 */
export class TextFileSource extends RichParallelSourceFunction<string> implements CheckpointedFunction {
  readonly #path: string
  readonly #splitBytes: number
  #splits: FileSplit[] | undefined
  #state: ListState<FileSplit> | undefined
  #marker: ListState<boolean> | undefined

  constructor(path: string, splitBytes: number = SPLIT_BYTES) {
    super()
    this.#path = path
    this.#splitBytes = splitBytes
  }

  initializeState(context: FunctionInitializationContext): void {
    const store = context.getOperatorStateStore()
    this.#state = store.getListState(new ListStateDescriptor<FileSplit>('file-splits'))
    this.#marker = store.getUnionListState(new ListStateDescriptor<boolean>('files-assigned'))
    // Without splits nothing is left, unless this source is new in a restored job: then nobody has set the marker.
    const wasAssigned = [...this.#marker.get()].length > 0
    if (wasAssigned) this.#splits = [...this.#state.get()].map((split) => ({ ...split }))
  }

  snapshotState(_context: FunctionSnapshotContext): void {
    this.#state?.update((this.#splits ?? []).map((split) => ({ ...split })))
    this.#marker?.update([true])
  }

  override async open(): Promise<void> {
    this.#splits ??= await this.#ownSplits()
  }

  async run(context: SourceContext<string>): Promise<void> {
    const { fileSystem } = this.getRuntimeContext().getFileSystems().forUri(this.#path)
    for (let split = this.#splits?.[0]; split !== undefined; split = this.#splits?.[0]) {
      const reader = await openUnpacked(fileSystem, split.path)
      try {
        await this.#readSplit(split, new LineReader(reader, split.next), context)
      } finally {
        await reader.close()
      }
      if (!context.isRunning()) return
      this.#splits?.shift()
    }
  }

  async #readSplit(split: FileSplit, lines: LineReader, context: SourceContext<string>): Promise<void> {
    const isAtLineStart = await lines.isAtLineStart()
    if (isAtLineStart === undefined) throw shrunk(split)
    // A line that began before the split belongs to the one before it.
    if (!isAtLineStart) await lines.skipLine()
    while (lines.position < split.end && context.isRunning()) {
      const line = await lines.next()
      if (line === undefined && split.end !== OPEN_END) throw shrunk(split)
      if (line === undefined) return
      split.next = lines.position
      const wait = context.collect(line)
      if (wait !== undefined) await wait
    }
  }

  async #ownSplits(): Promise<FileSplit[]> {
    const { fileSystem, path } = this.getRuntimeContext().getFileSystems().forUri(this.#path)
    const subtasks = this.getRuntimeContext().getNumberOfParallelSubtasks()
    const index = this.getRuntimeContext().getIndexOfThisSubtask()
    const splits: FileSplit[] = []
    for (const file of await filesOf(fileSystem, path)) {
      if (!file.isPlainFile) throw new FlinkError('FILE_NOT_PLAIN', { path: file.path })
      // Files of the system (/proc) say that they are empty, and are not.
      if (isCompressed(file.path) || file.sizeBytes === 0) {
        splits.push({ path: file.path, next: 0, end: OPEN_END })
        continue
      }
      for (let next = 0; next < file.sizeBytes; next += this.#splitBytes) {
        splits.push({ path: file.path, next, end: Math.min(file.sizeBytes, next + this.#splitBytes) })
      }
    }
    return splits.filter((_, position) => position % subtasks === index)
  }
}

/** The file, or the files of a directory by name, without hidden ones. */
async function filesOf(fileSystem: FileSystem, path: string): Promise<FileStatus[]> {
  const status = await fileSystem.status(path)
  if (status === undefined) throw await inputNotFound(fileSystem, path)
  if (!status.isDirectory) return [status]
  const files = (await fileSystem.list(path)).filter((file) => !file.isDirectory && !/^[._]/.test(file.name))
  return files.sort((left, right) => (left.path < right.path ? -1 : 1))
}

function shrunk({ path, next }: FileSplit): FlinkError {
  const reason = `it ends before position ${String(next)}: it is shorter than it was when the job began`
  return new FlinkError('FILE_IO_FAILED', { operation: 'read', path, reason })
}
