// Duty: opens the store of a backend, empty or with what a snapshot has of its key groups.
// Invariants: files whose key groups are all of this subtask are opened where they are put; those of others are opened
// aside, and what belongs here is copied. On failure nothing is left on the disk. A state's id is its place in the store.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { intersectKeyGroups, keyGroupRangeSize } from '../../../../core/keygroups/key-group-range.js'
import { KeyShapes } from '../../../../core/keygroups/key-shapes.js'
import type { KeyedStateHandle, StreamStateHandle } from '../../../../storage/state-handles.js'
import { fileOfHandle, unreadableState } from '../../../../storage/unreadable-state.js'
import type { KeyedStateBackendParameters } from '../state-backend.js'
import { EntryCopy } from './copy-entries.js'
import { KeyCounts } from './key-counts.js'
import { RestoredBlocks } from './restore-blocks.js'
import { openStoreOfFiles, type FilesRestore, type StoreOfFiles } from './restore-files.js'
import { restoredChain, type RestoredChain } from './restored-chain.js'
import { NO_SHARED_FILES, sharedFilesOf, type SharedCheckpointFiles } from './shared-checkpoint-files.js'
import { closePlaced, openPlaced, type PlacedStore, type StorePlace } from './store-place.js'
import { StoredStates } from './stored-states.js'

/** What the next checkpoint need not write again, where it builds on the one that was restored. */
export interface UploadedState {
  readonly checkpointId: number
  /** That lie in the store as it was opened. */
  readonly files: SharedCheckpointFiles
  readonly chain: RestoredChain | undefined
}

/** A store with what is known of it. */
export interface RestoredStore extends PlacedStore {
  readonly states: StoredStates
  readonly blocks: RestoredBlocks
  readonly keyCounts: KeyCounts
  /** Of all keys that came with it; undefined where it is not known. */
  readonly keyShapes: readonly string[] | undefined
  readonly uploaded?: UploadedState
}

export interface RestoredFrom extends Pick<FilesRestore, 'reader' | 'existing'> {
  readonly handles: readonly KeyedStateHandle[]
  /** Undefined where no later checkpoint is to name files of this one again. */
  readonly checkpointId?: number | undefined
}

export async function openEmptyStore(
  parameters: KeyedStateBackendParameters,
  where: StorePlace,
): Promise<RestoredStore> {
  return describe(await openPlaced(where), parameters, [])
}

export async function restoreStore(
  parameters: KeyedStateBackendParameters,
  where: StorePlace,
  { handles, reader, checkpointId, existing }: RestoredFrom,
): Promise<RestoredStore> {
  const { operatorName } = parameters
  const restore = { operatorName, where, reader, existing }
  const first = largestWithin(handles, parameters)
  const files = first === undefined ? undefined : await openStoreOfFiles(first, restore)
  const placed = files ?? (await openPlaced(where))
  try {
    const restored = describe(placed, parameters, handles)
    if (files !== undefined) takeStates(files, restored)
    for (const handle of handles) {
      if (handle === first) continue
      if (handle.backendFiles === undefined) await restored.blocks.add(handle, reader, restored.states)
      else await copyFrom(handle, restored, { ...restore, parameters })
    }
    if (checkpointId === undefined) return restored
    const uploaded = files === undefined ? NO_SHARED_FILES : sharedFilesOf(files)
    const chain = restoredChain(handles, parameters.keyGroups, restored.blocks.numberOfEntries)
    return { ...restored, uploaded: { checkpointId, files: uploaded, chain } }
  } catch (error) {
    await closePlaced(placed)
    throw error
  }
}

function describe(
  placed: PlacedStore,
  parameters: KeyedStateBackendParameters,
  handles: readonly KeyedStateHandle[],
): RestoredStore {
  const keyCounts = new KeyCounts()
  return {
    store: placed.store,
    directory: placed.directory,
    states: new StoredStates(parameters.operatorName),
    blocks: new RestoredBlocks(placed.store, parameters, keyCounts),
    keyCounts,
    keyShapes: shapesIn(handles, parameters),
  }
}

/** Files need not be copied where all of their key groups belong here. */
function largestWithin(
  handles: readonly KeyedStateHandle[],
  { keyGroups: { start, end } }: KeyedStateBackendParameters,
): KeyedStateHandle | undefined {
  const within = handles.filter(
    ({ keyGroups, backendFiles }) => backendFiles !== undefined && keyGroups.start >= start && keyGroups.end <= end,
  )
  return within.sort((one, other) => bytesOf(other) - bytesOf(one))[0]
}

function bytesOf({ backendFiles }: KeyedStateHandle): number {
  return (backendFiles?.files ?? []).reduce((sum, { handle }) => sum + sizeOf(handle), 0)
}

function sizeOf(handle: StreamStateHandle): number {
  return handle.kind === 'inline' ? handle.bytes.length : handle.lengthBytes
}

/** Their ids in the files are those in the store. */
function takeStates({ handle, manifest }: StoreOfFiles, { states, blocks, keyCounts }: RestoredStore): void {
  const file = fileOfHandle(handle.handle)
  for (const [id, metadata] of handle.states.entries()) {
    keyCounts.add(id, manifest.keys[id] ?? NaN)
    if (states.restored(metadata) === id) continue
    const error = new FlinkError('ASSERTION_FAILED', { what: `two states have the name ${metadata.name}` })
    throw unreadableState(error, { files: [file], block: 'states' })
  }
  blocks.found(manifest.waiting, file)
}

async function copyFrom(
  handle: KeyedStateHandle,
  { store, states, blocks, keyCounts }: RestoredStore,
  restore: FilesRestore & { readonly parameters: KeyedStateBackendParameters },
): Promise<void> {
  const keyGroups = intersectKeyGroups(handle.keyGroups, restore.parameters.keyGroups)
  if (keyGroupRangeSize(keyGroups) === 0) return
  const aside = await openStoreOfFiles(handle, restore)
  try {
    const waiting = new Set(aside.manifest.waiting)
    const copied = handle.states.map((metadata, from) => ({
      from,
      to: states.restored(metadata),
      isWaiting: waiting.has(from),
    }))
    new EntryCopy(aside.store, store).copy(copied, keyGroups)
    // Hashes spread keys over key groups evenly.
    const part = keyGroupRangeSize(keyGroups) / keyGroupRangeSize(handle.keyGroups)
    for (const { from, to } of copied) keyCounts.add(to, Math.round((aside.manifest.keys[from] ?? NaN) * part))
    const stillWaiting = copied.filter(({ isWaiting }) => isWaiting).map(({ to }) => to)
    blocks.found(stillWaiting, fileOfHandle(handle.handle))
  } finally {
    await closePlaced(aside)
  }
}

function shapesIn(
  handles: readonly KeyedStateHandle[],
  { keyKind }: KeyedStateBackendParameters,
): readonly string[] | undefined {
  const shapes = new KeyShapes(keyKind)
  for (const { keyShapes } of handles) {
    if (keyShapes === undefined) return undefined
    shapes.addAll(keyShapes)
  }
  return shapes.list()
}
