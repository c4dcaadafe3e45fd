import type { EntryFilter } from './entry-filter.js'
import { exportEntries, type TakeLines } from './entry-lines.js'
import { importEntries, type ImportedEntries, type ImportRequest } from './import-entries.js'
import { inspectSnapshot, type Inspection } from './inspect-snapshot.js'
import { rescaleSnapshot, type RescaledSnapshot, type RescaleRequest } from './rescale-snapshot.js'
import { SnapshotContents, type UnreadableState } from './snapshot-contents.js'
import { diffSnapshots, type SnapshotDifference } from './snapshot-diff.js'
import type { StateProcessorServices } from './snapshot-source.js'
import { listStates, type ListedState } from './state-list.js'

/** What was found, and which states were left out because only their program can read them. */
export interface Found<T> {
  readonly found: T
  readonly unreadable: readonly UnreadableState[]
}

export interface EntrySelection {
  readonly filter: EntryFilter
  readonly take: TakeLines
}

/**
 * All that can be done with snapshots without a job. Snapshots are named as for `run -s`. One module, so that what it needs of the engine
 * is joined into few files.
 */
export class StateProcessor {
  readonly #services: StateProcessorServices

  constructor(services: StateProcessorServices) {
    this.#services = services
  }

  inspect(pointer: string): Promise<Inspection> {
    return inspectSnapshot(pointer, this.#services.fileSystems)
  }

  list(pointer: string, filter: EntryFilter): Promise<Found<readonly ListedState[]>> {
    return this.#in(pointer, (contents) => listStates(contents, filter))
  }

  /** How many entries there were. */
  export(pointer: string, { filter, take }: EntrySelection): Promise<Found<number>> {
    return this.#in(pointer, (contents) => exportEntries(contents, filter, take))
  }

  async diff(left: string, right: string, selection: EntrySelection): Promise<Found<SnapshotDifference>> {
    const compare = (before: SnapshotContents, after: SnapshotContents): Promise<SnapshotDifference> =>
      diffSnapshots(before, after, selection, this.#services)
    const both = await this.#in(left, (before) => this.#in(right, (after) => compare(before, after)))
    return { found: both.found.found, unreadable: [...both.unreadable, ...both.found.unreadable] }
  }

  import(request: ImportRequest): Promise<ImportedEntries> {
    return importEntries(request, this.#services)
  }

  rescale(request: RescaleRequest): Promise<RescaledSnapshot> {
    return rescaleSnapshot(request, this.#services)
  }

  async #in<T>(pointer: string, look: (contents: SnapshotContents) => Promise<T>): Promise<Found<T>> {
    const contents = await SnapshotContents.open(pointer, this.#services)
    try {
      return { found: await look(contents), unreadable: contents.unreadable }
    } finally {
      await contents.close()
    }
  }
}
