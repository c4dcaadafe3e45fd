import type { StateMetadata } from '../../../../src/storage/state-handles.js'
import { SortedEntries, type SortedEntry } from './sorted-entries.js'

/** What changed between two snapshots that build on each other, in the order of the keys; it never changes again. */
export interface Run {
  readonly state: string
  /** Without a value where an entry was removed. */
  readonly changes: readonly (readonly [key: string, value: Uint8Array | undefined])[]
}

const MOST_RUNS = 4

/** The bytes of one state, and the runs that make them up. */
export class SortedStore {
  readonly metadata: StateMetadata
  readonly #entries = new SortedEntries()
  /** Since the last run. */
  #changes = new Map<string, Uint8Array | undefined>()
  #runs: readonly Run[] = []

  constructor(metadata: StateMetadata) {
    this.metadata = metadata
  }

  get(key: string): Uint8Array | undefined {
    return this.#entries.get(key)
  }

  set(key: string, value: Uint8Array): void {
    this.#entries.set(key, value)
    this.#changes.set(key, value)
  }

  delete(key: string): void {
    this.#entries.delete(key)
    this.#changes.set(key, undefined)
  }

  startingWith(prefix: string): SortedEntry[] {
    return this.#entries.startingWith(prefix)
  }

  hasPrefix(prefix: string): boolean {
    return this.#entries.hasPrefix(prefix)
  }

  all(): SortedEntry[] {
    return this.#entries.all()
  }

  /** Everything as runs, of which the older ones are the same as before, as long as there are few. */
  freeze(): readonly Run[] {
    const { name: state } = this.metadata
    if (this.#changes.size > 0) {
      const changes = [...this.#changes].sort(([left], [right]) => (left < right ? -1 : 1))
      this.#runs = [...this.#runs, { state, changes }]
      this.#changes = new Map()
    }
    if (this.#runs.length > MOST_RUNS) this.#runs = [{ state, changes: this.all() }]
    return this.#runs
  }
}
