// Duty: the snapshots of one store, in the form that fits what is asked for and what the driver can do.
// Invariants: when a snapshot is taken the store holds what belongs to it and nothing else. Links to files of the store are
// given back before the store is closed.
// Thread: the task worker that owns the backend.
import type { KeyShapes } from '../../../../core/keygroups/key-shapes.js'
import { CheckpointChain } from '../checkpoint-chain.js'
import type { SnapshotIncrement } from '../keyed-state-backend.js'
import type { KeyedStateBackendParameters } from '../state-backend.js'
import type { StateTypes } from '../state-table.js'
import { WrittenCheckpoints } from '../written-checkpoints.js'
import { ChangeNotes } from './change-notes.js'
import { ChangesSnapshot, type CheckpointOfChanges } from './changes-snapshot.js'
import { FilesSnapshot } from './files-snapshot.js'
import type { KvBatch, KvFiles } from './kv-store.js'
import { leftInEntries, type LeftInEntry } from './left-in-entries.js'
import type { RestoredStore, UploadedState } from './restore-store.js'
import { NO_SHARED_FILES, type SharedCheckpointFiles } from './shared-checkpoint-files.js'
import type { StateCapture } from './state-capture.js'
import type { StoreDescription, StoreVersion } from './store-description.js'
import type { TaskLocalStateStore } from './task-local-state-store.js'
import { WholeSnapshot } from './whole-snapshot.js'

const EVERYTHING = new Uint8Array(0)

export interface StoreSnapshotsParameters {
  readonly parameters: KeyedStateBackendParameters
  readonly restored: RestoredStore
  readonly driver: string
  /** Of all keys that came in since. */
  readonly newKeyShapes: KeyShapes
  readonly localStates: TaskLocalStateStore
  /** Of the states that were asked for, by id; it grows. */
  readonly types: ReadonlyMap<number, StateTypes>
}

export class StoreSnapshots {
  readonly #parameters: KeyedStateBackendParameters
  readonly #restored: RestoredStore
  readonly #driver: string
  readonly #newKeyShapes: KeyShapes
  readonly #notes: ChangeNotes
  readonly #chain = new CheckpointChain<CheckpointOfChanges>()
  readonly #files = new WrittenCheckpoints<SharedCheckpointFiles>()
  readonly #localStates: TaskLocalStateStore
  readonly #types: ReadonlyMap<number, StateTypes>
  readonly #releasing = new Set<Promise<void>>()
  #releaseFailure: { readonly reason: unknown } | undefined

  constructor({ parameters, restored, driver, newKeyShapes, localStates, types }: StoreSnapshotsParameters) {
    this.#parameters = parameters
    this.#restored = restored
    this.#driver = driver
    this.#newKeyShapes = newKeyShapes
    this.#notes = new ChangeNotes(restored.store)
    this.#localStates = localStates
    this.#types = types
    if (restored.uploaded !== undefined) this.#buildOn(restored.uploaded)
  }

  /** The entries of the prefix come to be, change or go with this batch. */
  noteChange(prefix: Uint8Array, batch: KvBatch): void {
    this.#notes.note(prefix, batch)
  }

  /** Entries changed that nobody has noted: the next snapshot of changes is whole. */
  beginAnew(): void {
    this.#chain.forget()
  }

  capture(increment: SnapshotIncrement | undefined): StateCapture {
    const { store } = this.#restored
    if (increment === undefined) return new WholeSnapshot(() => this.#version())
    const captureFiles = store.captureFiles?.bind(store)
    if (captureFiles !== undefined) return this.#filesSnapshot(increment, captureFiles)
    const [chain, notes] = [this.#chain, this.#notes]
    return new ChangesSnapshot({ capture: () => this.#version(), increment, chain, notes })
  }

  /** Resolves when no link to a file of the store is left; fails where one could not be given back. */
  async released(): Promise<void> {
    await Promise.all(this.#releasing)
    if (this.#releaseFailure !== undefined) throw this.#releaseFailure.reason
  }

  #filesSnapshot(increment: SnapshotIncrement, captureFiles: () => KvFiles): FilesSnapshot {
    const { keyCounts, states } = this.#restored
    // As they are at the barrier.
    const keys = keyCounts.list(states.list().length)
    return new FilesSnapshot({
      capture: () => {
        return this.#isEmpty() ? undefined : { files: captureFiles(), description: this.#description(), keys }
      },
      driver: this.#driver,
      base: this.#files.baseOf(increment.baseCheckpointId) ?? NO_SHARED_FILES,
      onWritten: (files) => {
        this.#files.written(increment.checkpointId, files)
      },
      keep: (files, written, isReleased) =>
        this.#localStates.keep(increment.checkpointId, { files, written, isReleased }),
      onReleasing: (released) => {
        this.#addReleasing(released)
      },
    })
  }

  /** The first checkpoint after a restart may build on what was restored, where the JobMaster names that as its base. */
  #buildOn({ checkpointId, files, chain }: UploadedState): void {
    if (this.#restored.store.captureFiles !== undefined) this.#files.written(checkpointId, files)
    else if (chain !== undefined) {
      const epoch = this.#chain.nextEpoch()
      this.#notes.begin(epoch)
      this.#chain.written(checkpointId, { ...chain, epoch })
    }
  }

  #addReleasing(released: Promise<void>): void {
    const settled = released.then(
      () => undefined,
      (reason: unknown) => {
        this.#releaseFailure ??= { reason }
      },
    )
    this.#releasing.add(settled)
    void settled.finally(() => this.#releasing.delete(settled))
  }

  #isEmpty(): boolean {
    const cursor = this.#restored.store.range(EVERYTHING)
    try {
      return cursor.next(1).length === 0
    } finally {
      cursor.close()
    }
  }

  #version(): StoreVersion {
    const leftIn = new Map<number, LeftInEntry>()
    for (const [id, types] of this.#types) {
      const left = leftInEntries(types)
      if (left !== undefined) leftIn.set(id, left)
    }
    return { ...this.#description(), view: this.#restored.store.view(), leftIn }
  }

  #description(): StoreDescription {
    const { keyKind, keyGroups } = this.#parameters
    const { states, blocks, keyShapes } = this.#restored
    if (keyShapes !== undefined) this.#newKeyShapes.addAll(keyShapes)
    return {
      keyKind,
      keyGroups,
      states: states.list(),
      waiting: blocks.waiting(),
      keyShapes: keyShapes === undefined ? undefined : this.#newKeyShapes.list(),
    }
  }
}
