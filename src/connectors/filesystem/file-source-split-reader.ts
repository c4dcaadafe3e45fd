import type { FileSystems } from '../../core/fs/file-systems.js'
import { Availability } from '../../core/time/availability.js'
import type { SplitReader } from '../base/split-reader.js'
import type { BulkFormat, BulkFormatReader } from './bulk-format.js'
import { FileRecords, type RecordAndPosition } from './file-records.js'
import type { FileSourceSplit } from './file-source-split.js'

/** Reads one split after the other, a batch a fetch. */
export class FileSourceSplitReader<T> implements SplitReader<RecordAndPosition<T>, FileSourceSplit> {
  readonly #format: BulkFormat<T>
  readonly #fileSystems: FileSystems
  readonly #splits: FileSourceSplit[] = []
  readonly #paused = new Set<string>()
  readonly #woken = new Availability()
  #current: { readonly splitId: string; readonly reader: BulkFormatReader<T> } | undefined

  constructor(format: BulkFormat<T>, fileSystems: FileSystems) {
    this.#format = format
    this.#fileSystems = fileSystems
  }

  async fetch(): Promise<FileRecords<T>> {
    const current = await this.#openedSplit()
    if (current === undefined) return FileRecords.nothing()
    const { splitId, reader } = current
    const batch = await reader.readBatch()
    if (batch !== undefined) return FileRecords.forRecords(splitId, batch)
    this.#current = undefined
    await reader.close()
    return FileRecords.finishedSplit(splitId)
  }

  addSplits(splits: readonly FileSourceSplit[]): void {
    this.#splits.push(...splits)
  }

  pauseOrResumeSplits(splitsToPause: readonly string[], splitsToResume: readonly string[]): void {
    for (const split of splitsToPause) this.#paused.add(split)
    for (const split of splitsToResume) this.#paused.delete(split)
  }

  wakeUp(): void {
    this.#woken.becomeAvailable()
  }

  async close(): Promise<void> {
    const current = this.#current
    this.#current = undefined
    await current?.reader.close()
  }

  /** Undefined where what there is has to wait. */
  async #openedSplit(): Promise<{ readonly splitId: string; readonly reader: BulkFormatReader<T> } | undefined> {
    const current = this.#current
    if (current !== undefined && !this.#paused.has(current.splitId)) return current
    const next = current === undefined ? this.#splits.findIndex((split) => !this.#paused.has(split.splitId())) : -1
    const [split] = next === -1 ? [] : this.#splits.splice(next, 1)
    if (split === undefined) {
      await this.#woken.whenAvailable
      return undefined
    }
    const format = this.#format
    const reader = await (split.readerPosition === undefined
      ? format.createReader(split, this.#fileSystems)
      : format.restoreReader(split, this.#fileSystems))
    this.#current = { splitId: split.splitId(), reader }
    return this.#current
  }
}
