// Duty: where stores are opened: that of a backend, and those that a restore opens aside.
// Thread: the task worker that owns the backend.
import type { WorkingDirectory } from '../../../../core/process/working-directories.js'
import type { KvDriver, KvStore } from './kv-store.js'

export interface StorePlace {
  readonly driver: KvDriver
  /** A new and empty one. */
  createDirectory(): Promise<WorkingDirectory>
  /** With the files that lie there. */
  openStore(directory: string): Promise<KvStore>
}

/** A store and its directory, which go together. */
export interface PlacedStore {
  readonly store: KvStore
  readonly directory: WorkingDirectory
}

/** `place` puts files into the directory. On failure nothing is left. */
export async function openPlaced(
  where: StorePlace,
  place: (directory: string) => Promise<void> = () => Promise.resolve(),
): Promise<PlacedStore> {
  const directory = await where.createDirectory()
  try {
    await place(directory.path)
    return { store: await where.openStore(directory.path), directory }
  } catch (error) {
    await directory.remove()
    throw error
  }
}

export async function closePlaced({ store, directory }: PlacedStore): Promise<void> {
  try {
    await store.close()
  } finally {
    await directory.remove()
  }
}
