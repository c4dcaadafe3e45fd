// Duty: compacts the files of requests, a few at a time, beside the records of the task.
// Invariants: the files are only read, at the place at which they were written, so a failure at any point leaves them as they were; in a
// store of objects, where that is no place, they are committed under names that nobody reads, which may be done again. What an earlier
// attempt left of the same compacted file is removed first.
// Thread: the task worker that owns the compactor.
import type { FileReader, FileSystem } from '../../../../core/fs/file-system.js'
import { parentOf } from '../../../../core/fs/file-path.js'
import type { CommitRecoverable, RecoverableWriter } from '../../../../core/fs/recoverable-writer.js'
import { lostRecords } from '../../../../core/fs/renaming-recoverable-writer.js'
import { BucketWriter, type PartWriterFactory } from '../bucket-writer.js'
import type { FileSinkCommittable } from '../file-sink-committable.js'
import type { CompactorRequest } from './compactor-request.js'
import { ConcatFileCompactor } from './concat-file-compactor.js'
import type { FileToCompact, OutputStreamBasedFileCompactor } from './file-compactor.js'
import { isHiddenFile, visibleNameOf } from './hidden-files.js'
import { RecordWiseFileCompactor } from './record-wise-file-compactor.js'

/** Flink's name. */
const COMPACTED_PREFIX = 'compacted-'

export type FileCompactor<IN> = OutputStreamBasedFileCompactor | RecordWiseFileCompactor<IN>

export interface CompactServiceParts<IN> {
  /** Undefined: not any more; in a store of objects files that were to be compacted get their own names. */
  readonly compactor: FileCompactor<IN> | undefined
  readonly fileSystem: FileSystem
  readonly files: RecoverableWriter
  readonly createPartWriter: PartWriterFactory<IN, string>
  /** An attempt was before this one. */
  readonly isRestored: boolean
  /** How many at a time. */
  readonly numCompactThreads: number
  /** Ms since the epoch. */
  readonly now: () => number
}

export class CompactService<IN> {
  readonly #parts: CompactServiceParts<IN>
  readonly #bucketWriter: BucketWriter<IN, string>
  readonly #waiting: (() => Promise<void>)[] = []
  /** Of earlier attempts, by directory: a look at 10,000 files takes 340 ms of the processor, and there are ever more of them. */
  readonly #leftOvers = new Map<string, Promise<readonly CommitRecoverable[]>>()
  #running = 0
  #isOpen = true

  constructor(parts: CompactServiceParts<IN>) {
    this.#parts = parts
    this.#bucketWriter = new BucketWriter(parts.files, parts.createPartWriter)
  }

  /** Gives the compacted file, and the others as what is to be removed. Never rejects before somebody waits for it. */
  submit(request: CompactorRequest): Promise<readonly FileSinkCommittable[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => this.#compact(request).then(resolve, reject))
      this.#runNext()
    })
  }

  /** What has not begun comes to nothing. */
  close(): void {
    this.#isOpen = false
  }

  /** What was compacted is removed; the files that it was made of stay. */
  async discard(committables: readonly FileSinkCommittable[]): Promise<void> {
    for (const committable of committables) {
      if (committable.kind === 'pending') await this.#bucketWriter.discard(committable.file)
    }
  }

  #runNext(): void {
    if (this.#running >= this.#parts.numCompactThreads) return
    const next = this.#waiting.shift()
    if (next === undefined) return
    this.#running += 1
    void next().finally(() => {
      this.#running -= 1
      this.#runNext()
    })
  }

  async #compact({ bucketId, files }: CompactorRequest): Promise<FileSinkCommittable[]> {
    // Written before the sink compacted: committed, it would be seen.
    const passed = this.#isInStore ? files.filter((file) => !isHiddenFile(file)) : []
    const others = files.filter((file) => !passed.includes(file))
    const committables: FileSinkCommittable[] = passed.map((file) => ({ kind: 'pending', bucketId, file }))
    const groups = this.#parts.compactor === undefined ? others.map((file) => [file]) : [others]
    for (const group of groups) committables.push(...(await this.#compactGroup(bucketId, group)))
    return committables
  }

  async #compactGroup(bucketId: string, files: readonly CommitRecoverable[]): Promise<FileSinkCommittable[]> {
    const [first] = files
    if (first === undefined || !this.#isOpen) return []
    const { compactor } = this.#parts
    const directory = parentOf(first.targetPath)
    const name = `${compactor === undefined ? '' : COMPACTED_PREFIX}${visibleNameOf(first)}`
    const targetPath = `${directory === '/' ? '' : directory}/${name}`
    await this.#removeEarlier(directory, targetPath)
    const inputs = files.map((file) => this.#toCompact(file))
    const file =
      compactor instanceof RecordWiseFileCompactor
        ? await this.#compactRecords(compactor, inputs, bucketId, targetPath)
        : await this.#compactBytes(compactor ?? new ConcatFileCompactor(), inputs, targetPath)
    const removed = inputs.map(({ path }) => ({ kind: 'compacted', bucketId, path }) as const)
    return [{ kind: 'pending', bucketId, file }, ...removed]
  }

  get #isInStore(): boolean {
    return this.#parts.fileSystem.isObjectStore === true
  }

  async #compactBytes(
    compactor: OutputStreamBasedFileCompactor,
    inputs: readonly FileToCompact[],
    targetPath: string,
  ): Promise<CommitRecoverable> {
    const stream = await this.#parts.files.open(targetPath)
    try {
      await compactor.compact(inputs, stream)
      return (await stream.closeForCommit()).getRecoverable()
    } catch (error) {
      await stream.discard()
      throw error
    }
  }

  async #compactRecords(
    compactor: RecordWiseFileCompactor<IN>,
    inputs: readonly FileToCompact[],
    bucketId: string,
    path: string,
  ): Promise<CommitRecoverable> {
    const { now } = this.#parts
    const part = await this.#bucketWriter.openNewInProgressFile({ bucketId, path, creationTime: now() })
    try {
      await compactor.compact(inputs, (record) => part.write(record, now()))
      return await part.closeForCommit()
    } catch (error) {
      await part.discard()
      throw error
    }
  }

  async #removeEarlier(directory: string, targetPath: string): Promise<void> {
    if (!this.#parts.isRestored) return
    let leftOvers = this.#leftOvers.get(directory)
    if (leftOvers === undefined) {
      leftOvers = this.#parts.files.listInProgress(directory)
      this.#leftOvers.set(directory, leftOvers)
    }
    for (const file of await leftOvers) {
      if (file.targetPath === targetPath) await this.#parts.files.cleanupRecoverableState(file)
    }
  }

  /** Looked at as a commit would: what is missing of a file would be missing of the compacted one, and nobody told. */
  #toCompact(file: CommitRecoverable): FileToCompact {
    const { fileSystem, files } = this.#parts
    const isInStore = this.#isInStore
    const { offset: sizeBytes } = file
    const path = isInStore ? file.targetPath : file.temporaryPath
    const open = async (): Promise<FileReader> => {
      if (isInStore) await files.recoverForCommit(file).commitAfterRecovery()
      const status = await fileSystem.status(path)
      if (status?.sizeBytes !== sizeBytes) throw lostRecords(file, path, status?.sizeBytes)
      return fileSystem.openForRead(path)
    }
    return { path, sizeBytes, open }
  }
}
