import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FileStatus, FileSystem, FileWriter } from '../../../core/fs/file-system.js'
import { WRITTEN_FILES_STATE } from '../../../core/fs/written-files-state.js'
import { ListStateDescriptor } from '../../state/list-state-descriptor.js'
import type { ListState } from '../../state/list-state.js'
import type {
  CheckpointedFunction,
  FunctionInitializationContext,
  FunctionSnapshotContext,
} from '../checkpointed-function.js'
import { RichSinkFunction } from '../sink-function.js'
import type { FlushingSink } from './flushing-sink.js'
import type { WriteMode } from './write-mode.js'

/** How far a file was written at a checkpoint. */
interface WrittenFile {
  /** The sink's path: itself the file, or the directory of the files of all subtasks. */
  readonly target: string
  readonly file: string
  readonly lengthBytes: number
}

const BUFFER_CHARS = 64 * 1024

/** What the path is of sinks with parallelism 1 and above. */
const SHAPES = {
  ofOne: {
    isMistakenFor: true,
    words: { found: 'a directory', written: 'one file', files: 'files: setParallelism(n), above 1' },
  },
  ofSeveral: {
    isMistakenFor: false,
    words: { found: 'a file', written: 'a directory of files', files: 'file: setParallelism(1)' },
  },
} as const

/**
 * Writes the text of every record to a file; with a parallelism above 1 the path is a directory with the files 1, 2 ...
 * A job that goes on from a checkpoint or savepoint cuts its files back to what they held then and writes on, so every
 * record is in them once; a file that is gone or shorter than that fails it. Where the snapshot does not say how far a file
 * was written, all of it is kept. A job that begins from the start begins its files anew, a restart without a checkpoint too.
 */
export abstract class FileSinkFunction<T> extends RichSinkFunction<T> implements FlushingSink, CheckpointedFunction {
  readonly #path: string
  readonly #mode: WriteMode
  #state: ListState<WrittenFile> | undefined
  #restored: readonly WrittenFile[] | undefined
  /** Files of subtasks that an earlier run had and this one has not. */
  #ofOthers: readonly WrittenFile[] = []
  #writer: FileWriter | undefined
  #own: WrittenFile | undefined
  #buffer = ''
  /** Everything that was given to the file so far; rejects for ever once a part of it could not be written. */
  #written: Promise<void> = Promise.resolve()
  /** What a crash of the machine would take: bytes, and with them the entry of a file that may be new. */
  readonly #unsynced = { bytes: false, entry: true }

  constructor(path: string, mode: WriteMode) {
    super()
    this.#path = path
    this.#mode = mode
  }

  /** Of DataStream, for messages. */
  protected abstract readonly method: string

  protected abstract textOf(value: T): string

  initializeState(context: FunctionInitializationContext): void {
    this.#state = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor(WRITTEN_FILES_STATE))
    if (context.isRestored()) this.#restored = [...this.#state.get()]
  }

  override async open(): Promise<void> {
    const context = this.getRuntimeContext()
    const { fileSystem, path } = context.getFileSystems().forUri(this.#path)
    const parallelism = context.getNumberOfParallelSubtasks()
    const subtask = context.getIndexOfThisSubtask()
    const files =
      parallelism === 1 ? [path] : Array.from({ length: parallelism }, (_, at) => `${path}/${String(at + 1)}`)
    const file = files[subtask] ?? path
    const others = subtask === 0 ? this.#filesOfOthers(path, files) : []
    const keepBytes = this.#bytesToKeep(path, file)
    await this.#refuseLost(fileSystem, [...this.#notesOf(path).filter((note) => note.file === file), ...others])
    await this.#refuseOtherShape(fileSystem, path, parallelism)
    const sizeBytes = (await fileSystem.status(file))?.sizeBytes
    if (keepBytes === undefined && sizeBytes !== undefined && this.#mode === 'NO_OVERWRITE') this.#refuseFirst(file)
    await fileSystem.mkdirs(directoryOf(file))
    this.#writer = await fileSystem.openToContinue(file, keepBytes ?? 0)
    this.#own = { target: path, file, lengthBytes: Math.min(sizeBytes ?? 0, keepBytes ?? 0) }
    this.#ofOthers = others
    await this.#cutFilesOfOthers(fileSystem)
  }

  invoke(value: T): void | Promise<void> {
    this.#buffer += this.textOf(value)
    return this.#buffer.length >= BUFFER_CHARS ? this.flush() : undefined
  }

  hasUnflushed(): boolean {
    return this.#buffer !== ''
  }

  flush(): Promise<void> {
    const text = this.#buffer
    this.#buffer = ''
    if (text !== '') this.#written = this.#written.then(() => this.#write(text))
    return this.#written
  }

  async snapshotState(_context: FunctionSnapshotContext): Promise<void> {
    const own = this.#own
    if (own !== undefined) this.#state?.update([own, ...this.#ofOthers])
    if (!this.#unsynced.bytes || own === undefined) return
    // The snapshot outlives the machine's crash, so what it counts as written must too.
    await this.#makeDurable(own)
    if (this.#unsynced.entry) await this.#syncEntry(own.file)
    Object.assign(this.#unsynced, { bytes: false, entry: false })
  }

  override async close(): Promise<void> {
    await this.#writer?.close()
  }

  async #write(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text)
    this.#unsynced.bytes = true
    await this.#writer?.write(bytes)
    if (this.#own !== undefined) this.#own = { ...this.#own, lengthBytes: this.#own.lengthBytes + bytes.length }
  }

  /** In a store of objects a file is there once it is closed: it is, and written on in a copy that the store makes. */
  async #makeDurable({ file, lengthBytes }: WrittenFile): Promise<void> {
    const { fileSystem } = this.getRuntimeContext().getFileSystems().forUri(this.#path)
    await this.#writer?.sync()
    if (fileSystem.isObjectStore !== true) return
    await this.#writer?.close()
    this.#writer = await fileSystem.openToContinue(file, lengthBytes)
  }

  /** Once an attempt: whoever made the file may not have come this far. A pipe or a device has nothing to be found again. */
  async #syncEntry(file: string): Promise<void> {
    const { fileSystem } = this.getRuntimeContext().getFileSystems().forUri(this.#path)
    if ((await fileSystem.status(file))?.isPlainFile === true) await fileSystem.syncDirectory(directoryOf(file))
  }

  /** Undefined: the file is begun anew. */
  #bytesToKeep(target: string, file: string): number | undefined {
    if (this.#restored === undefined) return undefined
    const ofTarget = this.#notesOf(target)
    const own = ofTarget.find((written) => written.file === file)
    if (own !== undefined) return own.lengthBytes
    // All that is known is of other paths: this one is new to the job.
    return ofTarget.length === 0 && this.#restored.length > 0 ? undefined : Number.MAX_SAFE_INTEGER
  }

  /** A restart finds the file that its own first attempt has made. */
  #refuseFirst(file: string): void {
    if (this.getRuntimeContext().getAttemptNumber() > 0) return
    throw new FlinkError('OUTPUT_EXISTS', {
      method: this.method,
      path: file,
      task: this.getRuntimeContext().getTaskName(),
    })
  }

  /** What was written with another parallelism: one file, or a directory of files. */
  async #refuseOtherShape(fileSystem: FileSystem, path: string, parallelism: number): Promise<void> {
    const status = await fileSystem.status(path)
    const shape = parallelism === 1 ? SHAPES.ofOne : SHAPES.ofSeveral
    if (status === undefined || status.isDirectory !== shape.isMistakenFor) return
    const task = this.getRuntimeContext().getTaskName()
    throw new FlinkError('OUTPUT_SHAPE_DIFFERS', { method: this.method, path, parallelism, task, ...shape.words })
  }

  #notesOf(target: string): readonly WrittenFile[] {
    return (this.#restored ?? []).filter((written) => written.target === target)
  }

  #filesOfOthers(target: string, files: readonly string[]): readonly WrittenFile[] {
    return this.#notesOf(target).filter((written) => !files.includes(written.file))
  }

  /** What a file held at the snapshot does not come again: without it lines would be missing, and one cut in two. */
  async #refuseLost(fileSystem: FileSystem, notes: readonly WrittenFile[]): Promise<void> {
    for (const { file, lengthBytes } of notes) {
      const status = await fileSystem.status(file)
      const isStream = status !== undefined && !status.isPlainFile && !status.isDirectory
      const foundBytes = status?.isPlainFile === true ? status.sizeBytes : 0
      if (isStream || foundBytes >= lengthBytes) continue
      throw new FlinkError('FILE_LOST_RECORDS', { path: file, expectedBytes: lengthBytes, found: foundText(status) })
    }
  }

  /** After a restore with fewer subtasks: what was written to their files after the snapshot comes again, in others. */
  async #cutFilesOfOthers(fileSystem: FileSystem): Promise<void> {
    for (const { file, lengthBytes } of this.#ofOthers) {
      const status = await fileSystem.status(file)
      if (status === undefined || status.isDirectory || status.sizeBytes <= lengthBytes) continue
      await (await fileSystem.openToContinue(file, lengthBytes)).close()
    }
  }
}

function directoryOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/')) || '/'
}

function foundText(status: FileStatus | undefined): string {
  if (status === undefined) return 'is not there any more (0 bytes)'
  return status.isDirectory ? 'is a directory now' : `holds ${String(status.sizeBytes)} bytes now`
}
