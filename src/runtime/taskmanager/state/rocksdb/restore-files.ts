// Duty: opens the store that lies in the files of a checkpoint.
// Invariants: files of another backend or driver are refused before anything is read. Each file is verified when it is put in
// its place; where one is damaged or missing, the error names it and nothing is left.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { KeyedStateHandle } from '../../../../storage/state-handles.js'
import { fileOfHandle, unreadableState } from '../../../../storage/unreadable-state.js'
import { checkBackendFiles } from '../asked-state.js'
import type { KeyedStateReader } from '../keyed-state-backend.js'
import { decodeManifest, type FilesManifest } from './files-manifest.js'
import { ROCKSDB } from './files-snapshot.js'
import type { KvDriver } from './kv-store.js'
import { openPlaced, type PlacedStore, type StorePlace } from './store-place.js'

/** A store as a checkpoint has it. */
export interface StoreOfFiles extends PlacedStore {
  readonly handle: KeyedStateHandle
  readonly manifest: FilesManifest
}

export interface FilesRestore {
  readonly operatorName: string
  readonly where: StorePlace
  readonly reader: KeyedStateReader
  /** By name where the files are already that never change, on the disk of the store: links to them are made. */
  readonly existing?: ReadonlyMap<string, string> | undefined
}

/** A path in a name would lead out of the store's directory. */
const FILE_NAME = /^(?!\.\.?$)[^/\\\0]+$/

export async function openStoreOfFiles(handle: KeyedStateHandle, restore: FilesRestore): Promise<StoreOfFiles> {
  const { operatorName: operator, where, reader, existing } = restore
  checkBackendFiles(handle, ROCKSDB, operator)
  const { files } = handle.backendFiles ?? { files: [] }
  const manifest = await readManifest(handle, restore)
  const placeFile = placingOf(manifest, where.driver, operator)
  const linkFile = where.driver.linkFile?.bind(where.driver)
  try {
    const placed = await openPlaced(where, async (directory) => {
      for (const { name, handle: file } of files) {
        if (!FILE_NAME.test(name)) throw new FlinkError('ASSERTION_FAILED', { what: `a file has the name '${name}'` })
        const there = existing?.get(name)
        if (there === undefined || linkFile === undefined) await placeFile(directory, name, reader.pieces(file))
        else await linkFile(directory, name, there)
      }
    })
    return { ...placed, handle, manifest }
  } catch (error) {
    throw unreadableState(error, { files: [fileOfHandle(handle.handle)], block: `files of ${operator}` })
  }
}

async function readManifest(
  { handle }: KeyedStateHandle,
  { operatorName, reader }: FilesRestore,
): Promise<FilesManifest> {
  const bytes = await reader.bytes(handle)
  try {
    return decodeManifest(bytes)
  } catch (error) {
    throw unreadableState(error, { files: [fileOfHandle(handle)], block: `what says of the files of ${operatorName}` })
  }
}

function placingOf({ driver }: FilesManifest, current: KvDriver, operator: string): NonNullable<KvDriver['placeFile']> {
  if (current.name === driver && current.placeFile !== undefined) return current.placeFile.bind(current)
  throw new FlinkError('STATE_DRIVER_INCOMPATIBLE', { operator, driver, current: current.name })
}
