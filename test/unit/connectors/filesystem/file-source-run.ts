/** A FileSource with its enumerator and readers, over files in memory: one step a call, so that a test stops and restores it anywhere. */
import { setImmediate } from 'node:timers/promises'
import type { ReaderInfo } from '../../../../src/api/connector/source/reader-info.js'
import type { ReaderOutput } from '../../../../src/api/connector/source/reader-output.js'
import type { SourceReaderContext } from '../../../../src/api/connector/source/source-reader-context.js'
import type { SourceReader } from '../../../../src/api/connector/source/source-reader.js'
import type {
  SplitCallHandler,
  SplitEnumeratorContext,
} from '../../../../src/api/connector/source/split-enumerator-context.js'
import type { SplitEnumerator } from '../../../../src/api/connector/source/split-enumerator.js'
import {
  pendingSplitsCheckpoints,
  type PendingSplits,
} from '../../../../src/connectors/filesystem/file-source-split.js'
import {
  BlockSplittingRecursiveEnumerator,
  FileSource,
  TextLineInputFormat,
  type FileSourceBuilder,
  type FileSourceSplit,
} from '../../../../src/connectors/filesystem/filesystem-entry.js'
import { FileSystems } from '../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { FlinkError, type ErrorCode } from '../../../../src/index.js'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'

export interface FileSourceSnapshot {
  readonly pending: Uint8Array
  readonly splits: readonly Uint8Array[]
}

/** A file system with these files, their directories made. */
export async function filesWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<InMemoryFileSystem> {
  const fileSystem = new InMemoryFileSystem()
  for (const [path, content] of Object.entries(files)) await writeFile(fileSystem, path, content)
  return fileSystem
}

export async function writeFile(
  fileSystem: InMemoryFileSystem,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  await fileSystem.mkdirs(path.slice(0, path.lastIndexOf('/')) || '/')
  const writer = await fileSystem.openForWrite(path)
  await writer.write(typeof content === 'string' ? new TextEncoder().encode(content) : content)
  await writer.close()
}

export const inParts = (bytes: number) => (): BlockSplittingRecursiveEnumerator =>
  new BlockSplittingRecursiveEnumerator(undefined, bytes)

export function linesIn(...paths: readonly string[]): FileSourceBuilder<string> {
  return FileSource.forRecordStreamFormat(new TextLineInputFormat(), ...paths)
}

export function numbered(count: number, name = 'line'): string {
  return Array.from({ length: count }, (_, index) => `${name} ${String(index)}\n`).join('')
}

export const is =
  (code: ErrorCode, text = /./) =>
  (error: unknown): boolean =>
    FlinkError.is(error, code) && text.test(error.message)

export class FileSourceRun<T> {
  readonly records: T[] = []
  readonly assigned: string[] = []
  readonly #source: FileSource<T>
  readonly #readers: SourceReader<T, FileSourceSplit>[] = []
  readonly #fileSystems: FileSystems
  readonly #ended = new Set<number>()
  readonly #output: ReaderOutput<T>
  #discover: (() => Promise<void>) | undefined
  #enumerator: SplitEnumerator<FileSourceSplit, PendingSplits> | undefined

  constructor(source: FileSource<T>, fileSystem: InMemoryFileSystem) {
    this.#source = source
    this.#fileSystems = new FileSystems().register('file', fileSystem).register('hdfs', fileSystem)
    const nothing = (): void => undefined
    this.#output = {
      collect: (record) => this.records.push(record),
      recordFailed: (error) => {
        throw error
      },
      emitWatermark: nothing,
      markIdle: nothing,
      markActive: nothing,
      createOutputForSplit: () => this.#output,
      releaseOutputForSplit: nothing,
    }
  }

  async start(parallelism: number, restore?: FileSourceSnapshot): Promise<this> {
    const source = this.#source
    const serializer = source.getSplitSerializer()
    const context = this.#enumeratorContext(parallelism)
    this.#enumerator =
      restore === undefined
        ? await source.createEnumerator(context)
        : source.restoreEnumerator(context, pendingSplitsCheckpoints.deserialize(1, restore.pending))
    await this.#enumerator.start()
    for (let subtask = 0; subtask < parallelism; subtask += 1) {
      const reader = source.createReader(this.#readerContext(subtask, parallelism))
      this.#readers.push(reader)
      const splits = (restore?.splits ?? []).filter((_, index) => index % parallelism === subtask)
      if (splits.length > 0) reader.addSplits(splits.map((bytes) => serializer.deserialize(1, bytes)))
    }
    for (const reader of this.#readers) await reader.start()
    return this
  }

  /** Each reader emits at most so many records; true while any of them is not at its end. */
  async step(records: number): Promise<boolean> {
    for (const [subtask, reader] of this.#readers.entries()) {
      for (let left = records; left > 0 && !this.#ended.has(subtask); left -= 1) {
        const status = reader.pollNext(this.#output)
        if (status === 'END_OF_INPUT') this.#ended.add(subtask)
        if (status === 'NOTHING_AVAILABLE') break
      }
    }
    await setImmediate()
    return this.#ended.size < this.#readers.length
  }

  async runToEnd(): Promise<T[]> {
    while (await this.step(1000));
    await this.close()
    return this.records
  }

  /** Until nothing comes any more. */
  async runUntilIdle(): Promise<T[]> {
    for (let idle = 0, seen = -1; idle < 20; idle = this.records.length === seen ? idle + 1 : 0) {
      seen = this.records.length
      await this.step(1000)
    }
    return this.records
  }

  pauseOrResumeSplits(toPause: readonly string[], toResume: readonly string[]): void {
    for (const reader of this.#readers) reader.pauseOrResumeSplits?.(toPause, toResume)
  }

  async discover(): Promise<void> {
    await this.#discover?.()
  }

  async snapshot(): Promise<FileSourceSnapshot> {
    const pending = pendingSplitsCheckpoints.serialize((await this.#enumerator?.snapshotState(1)) as PendingSplits)
    const serializer = this.#source.getSplitSerializer()
    const splits = this.#readers.flatMap((reader) => [...(reader.snapshotState(1) as readonly FileSourceSplit[])])
    return { pending, splits: splits.map((split) => serializer.serialize(split)) }
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) await reader.close()
  }

  #readerContext(subtask: number, parallelism: number): SourceReaderContext {
    return {
      getIndexOfSubtask: () => subtask,
      currentParallelism: () => parallelism,
      getFileSystems: () => this.#fileSystems,
      getClock: () => new ManualClock(0),
      sendSplitRequest: () => void this.#enumerator?.handleSplitRequest(subtask, 'localhost'),
    } as unknown as SourceReaderContext
  }

  #enumeratorContext(parallelism: number): SplitEnumeratorContext<FileSourceSplit> {
    const readers = new Map(
      Array.from({ length: parallelism }, (_, subtask) => [subtask, {} as ReaderInfo<FileSourceSplit>]),
    )
    return {
      currentParallelism: () => parallelism,
      registeredReaders: () => readers,
      getFileSystems: () => this.#fileSystems,
      assignSplit: (split: FileSourceSplit, subtask: number) => {
        this.assigned.push(split.splitId())
        this.#readers[subtask]?.addSplits([split])
      },
      signalNoMoreSplits: (subtask: number) => this.#readers[subtask]?.notifyNoMoreSplits(),
      callAsync: <R>(work: () => Promise<R>, handler: SplitCallHandler<R>) => {
        this.#discover = async () => {
          let result: R
          try {
            result = await work()
          } catch (error) {
            await handler(undefined, error as Error)
            return
          }
          await handler(result, undefined)
        }
      },
    } as unknown as SplitEnumeratorContext<FileSourceSplit>
  }
}
