/**
 * The entries of a snapshot, one after the other: keyed state by key group, then what belongs to no key. What only the program
 * that wrote it can read is told apart and passed over.
 */
import { DataInputView } from '../core/memory/data-input-view.js'
import type { CompletedCheckpoint, OperatorState } from '../storage/checkpoint-metadata.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { locateSnapshot } from '../storage/snapshot-locator.js'
import { unreadableState } from '../storage/unreadable-state.js'
import { isStateWanted, operatorLabel, wantedOperators, type EntryFilter } from './entry-filter.js'
import { elementsOf } from './operator-elements.js'
import { keyGroupsOf } from './keyed-key-groups.js'
import { ShownClasses } from './shown-classes.js'
import { SnapshotSource, type StateProcessorServices } from './snapshot-source.js'
import { entriesOf, type StoredEntry } from './stored-entries.js'
import { storedTypesOf, type StoredTypes } from './stored-types.js'

/** A state of an operator, with how it is read. */
export interface ReadableState {
  readonly operator: OperatorState
  readonly metadata: StateMetadata
  readonly types: StoredTypes
}

/** One whose bytes only its program can read. */
export interface UnreadableState {
  readonly operator: string
  readonly state: string
  readonly type: string
}

/** An entry of keyed or broadcast state; its value comes next in `entry.input`. */
export interface KeyedEntry {
  readonly state: ReadableState
  readonly entry: StoredEntry
}

/** An element of a list of operator state. Of an unknown type it is what lies there. */
export interface ListElement {
  readonly operator: OperatorState
  readonly metadata: StateMetadata
  readonly types: StoredTypes | undefined
  readonly subtask: number
  readonly index: number
  readonly bytes: Uint8Array
}

export interface ContentsVisitor {
  keyed(entry: KeyedEntry): void
  element(element: ListElement): void
  /** Some entries were visited: a moment for output to go on. False ends the visit. */
  pause(): Promise<boolean> | boolean
}

/** After so many entries there is a pause. */
const ENTRIES_AT_ONCE = 500

export class SnapshotContents {
  readonly snapshot: CompletedCheckpoint
  readonly classes: ShownClasses = new ShownClasses()
  readonly source: SnapshotSource
  readonly #readable = new Map<string, ReadableState | undefined>()
  readonly #unreadable = new Map<string, UnreadableState>()

  constructor(snapshot: CompletedCheckpoint, services: StateProcessorServices) {
    this.snapshot = snapshot
    this.source = new SnapshotSource(services)
  }

  /** `pointer` as for `run -s`. It must be closed. */
  static async open(pointer: string, services: StateProcessorServices): Promise<SnapshotContents> {
    return new SnapshotContents(await locateSnapshot(pointer, services.fileSystems), services)
  }

  /** That were met so far. */
  get unreadable(): readonly UnreadableState[] {
    return [...this.#unreadable.values()]
  }

  /** Undefined for one that cannot be read, which is noted. */
  readableState(operator: OperatorState, metadata: StateMetadata): ReadableState | undefined {
    const id = `${operator.operatorId} ${metadata.name}`
    if (this.#readable.has(id)) return this.#readable.get(id)
    const types = storedTypesOf(metadata, this.classes)
    const state = types && { operator, metadata, types }
    this.#readable.set(id, state)
    if (state === undefined) {
      const type = [metadata.typeFingerprint, metadata.namespaceFingerprint ?? []].flat().join(' by ')
      this.#unreadable.set(id, { operator: operatorLabel(operator), state: metadata.name, type })
    }
    return state
  }

  /** With the entries of a state in a key group; that their bytes are none is SNAPSHOT_CORRUPT. The checksum of a file comes after them. */
  reading<T>({ operator, metadata }: Omit<ReadableState, 'types'>, keyGroup: number, read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw this.#unreadableEntries(error, { operator, metadata, keyGroup })
    }
  }

  /** False where the visitor ended it. */
  async visit(filter: EntryFilter, visitor: ContentsVisitor): Promise<boolean> {
    for (const operator of wantedOperators(this.snapshot, filter)) {
      if (!(await this.#visitKeyed(operator, filter, visitor))) return false
      if (!(await this.#visitElements(operator, filter, visitor))) return false
    }
    return true
  }

  async close(): Promise<void> {
    await this.source.close()
  }

  async #visitKeyed(operator: OperatorState, filter: EntryFilter, visitor: ContentsVisitor): Promise<boolean> {
    let visited = 0
    for await (const { keyGroup, states } of keyGroupsOf(operator, this.source)) {
      for (const { metadata, blocks } of states.values()) {
        const state = isStateWanted(filter, metadata.name) ? this.readableState(operator, metadata) : undefined
        if (state === undefined) continue
        try {
          for (const entry of entriesOf(blocks, state.types)) {
            visitor.keyed({ state, entry })
            visited += 1
            if (visited % ENTRIES_AT_ONCE === 0 && !(await visitor.pause())) return false
          }
        } catch (error) {
          throw this.#unreadableEntries(error, { operator, metadata, keyGroup })
        }
      }
    }
    return visitor.pause()
  }

  #unreadableEntries(
    error: unknown,
    { operator, metadata, keyGroup }: Omit<ReadableState, 'types'> & { readonly keyGroup: number },
  ): unknown {
    const block = `state ${metadata.name} of ${operator.name} in key group ${String(keyGroup)}`
    return unreadableState(error, { files: [this.snapshot.externalPath], block })
  }

  async #visitElements(operator: OperatorState, filter: EntryFilter, visitor: ContentsVisitor): Promise<boolean> {
    const counts = new Map<string, number>()
    const seenBroadcasts = new Set<string>()
    for await (const { metadata, subtask, elements } of elementsOf(operator, this.source)) {
      if (!isStateWanted(filter, metadata.name)) continue
      if (metadata.kind === 'broadcast') {
        // Every subtask has a copy of its own.
        if (seenBroadcasts.has(metadata.name)) continue
        seenBroadcasts.add(metadata.name)
        this.#visitBroadcast({ operator, metadata, elements }, visitor)
      } else {
        const types = storedTypesOf(metadata, this.classes)
        for (const bytes of elements) {
          const place = `${String(subtask)} ${metadata.name}`
          const index = counts.get(place) ?? 0
          counts.set(place, index + 1)
          visitor.element({ operator, metadata, types, subtask, index, bytes })
        }
      }
      if (!(await visitor.pause())) return false
    }
    return true
  }

  #visitBroadcast(
    { operator, metadata, elements }: Pick<ListElement, 'operator' | 'metadata'> & { elements: readonly Uint8Array[] },
    visitor: ContentsVisitor,
  ): void {
    const state = this.readableState(operator, metadata)
    if (state === undefined) return
    for (const bytes of elements) {
      const input = new DataInputView(bytes)
      const key = state.types.key.read(input)
      visitor.keyed({ state, entry: { key, namespace: undefined, input, start: 0, valueStart: input.position } })
    }
  }
}
