// Duty: what an operator subtask keeps of its checkpoints in files of the store, and goes on from after a failure.
// Invariants: kept are the links that the checkpoint was taken with, moved to where they outlive the store; that costs a rename
// and a small page. It is a copy: whatever fails is told, and neither a checkpoint nor a restore fails for it. What could not
// be opened goes, so that the next restart has the checkpoint verified again. Who removes the rest: the main thread.
// Thread: the task worker that owns the backend.
import { messageOf } from '../../../../core/errors/thrown-value.js'
import { fileStamp } from '../../../../core/fs/file-stamp.js'
import { parseFileUri, toFileUri } from '../../../../core/fs/file-path.js'
import { crc32c } from '../../../../core/memory/crc32c.js'
import type { KeyedStateHandle, StreamStateHandle } from '../../../../storage/state-handles.js'
import {
  findTaskLocalState,
  taskLocalStateDirectory,
  writeTaskLocalState,
  type FoundLocalState,
  type LocalStateFile,
  type LocalStateFiles,
} from '../../../../storage/task-local-state.js'
import type { KeyedStateReader } from '../keyed-state-backend.js'
import type { LocalRecoveryConfig } from '../local-recovery-config.js'
import type { KeyedStateBackendParameters } from '../state-backend.js'
import type { WrittenFiles } from './files-snapshot.js'
import type { KvFile, KvFiles } from './kv-store.js'

/** What a checkpoint is restored from. */
export interface StoredCheckpoint {
  readonly handles: readonly KeyedStateHandle[]
  readonly reader: KeyedStateReader
  /** Undefined where nothing is known of it. */
  readonly checkpointId?: number | undefined
}

/** The same, with what is kept of it. */
export interface KeptCheckpoint extends StoredCheckpoint {
  /** Where it is kept. */
  readonly directory: string
  /** By name. */
  readonly existing: ReadonlyMap<string, string>
}

/** Links to the files of a checkpoint that is written; they go when it is aborted. */
export interface CheckpointToKeep {
  readonly files: KvFiles
  readonly written: WrittenFiles
  readonly isReleased: () => boolean
}

export class TaskLocalStateStore {
  readonly #parameters: KeyedStateBackendParameters
  readonly #config: LocalRecoveryConfig | undefined
  /** What was in the way the last time is told once. */
  #hasFailed = false

  constructor(parameters: KeyedStateBackendParameters) {
    this.#parameters = parameters
    this.#config = parameters.localRecovery
  }

  /** A checkpoint was written of these files, which stay where they can be linked again. */
  async keep(checkpointId: number, { files, written, isReleased }: CheckpointToKeep): Promise<void> {
    const config = this.#config
    if (config === undefined) return
    try {
      const own = await ownBytesOf(files.files)
      const directory = await move(files, checkpointId, config)
      try {
        await describe(directory, { files: files.files, own, written }, config)
      } catch (error) {
        await remove(directory, config)
        throw error
      }
      this.#hasFailed = false
    } catch (error) {
      // Aborted: its links were removed under our hands.
      if (isReleased()) return
      const what = 'a checkpoint is not kept beside the task'
      if (!this.#hasFailed) config.logger.warn(what, { ...this.#fields(checkpointId), reason: messageOf(error) })
      this.#hasFailed = true
    }
  }

  /** True where `open` opened a store with what is kept; else the checkpoint has to be read. */
  async restore(checkpoint: StoredCheckpoint, open: (kept: KeptCheckpoint) => Promise<void>): Promise<boolean> {
    const config = this.#config
    const { checkpointId } = checkpoint
    if (checkpointId === undefined || config?.isRecoveredFrom !== true) return false
    const fields = this.#fields(checkpointId)
    const found = await this.#find(checkpointId, checkpoint.handles, config)
    if ('reason' in found) {
      config.logger.warn('the checkpoint is read: nothing beside the task can be used', { ...fields, ...found })
      return false
    }
    try {
      const kept = keptOf(checkpoint, found)
      await open(kept)
      const { size: files } = kept.existing
      config.logger.info('restored from files beside the task', { ...fields, files })
      return true
    } catch (error) {
      const reason = messageOf(error)
      config.logger.warn('the checkpoint is read: what was beside the task could not be opened', { ...fields, reason })
      await remove(found.directory, config)
      return false
    }
  }

  async #find(
    checkpointId: number,
    [handle, ...others]: readonly KeyedStateHandle[],
    { subtask, roots, fileSystems }: LocalRecoveryConfig,
  ): Promise<FoundLocalState> {
    const { start, end } = this.#parameters.keyGroups
    const isOwn = handle?.keyGroups.start === start && handle.keyGroups.end === end && others.length === 0
    if (!isOwn || handle.backendFiles === undefined) return { reason: 'it is not in files of these key groups alone' }
    return findTaskLocalState(roots, { checkpointId, ...subtask }, handle, fileSystems)
  }

  #fields(checkpointId: number): { readonly operator: string; readonly checkpointId: number } {
    return { operator: this.#parameters.operatorName, checkpointId }
  }
}

/** The checkpoint's own handles, read from here. */
function keptOf(
  checkpoint: StoredCheckpoint,
  { directory, files }: { readonly directory: string; readonly files: LocalStateFiles },
): KeptCheckpoint {
  const { reader } = checkpoint
  const local = (handle: StreamStateHandle): StreamStateHandle => files.get(handle)?.handle ?? handle
  const existing = [...files.values()].flatMap(({ name, handle, stamp }) =>
    stamp === undefined || handle.kind === 'inline' ? [] : [[name, parseFileUri(handle.uri).path] as const],
  )
  return {
    ...checkpoint,
    reader: {
      ...reader,
      bytes: (handle) => reader.bytes(local(handle)),
      pieces: (handle) => reader.pieces(local(handle)),
    },
    directory,
    existing: new Map(existing),
  }
}

/** In the first of the roots that takes it. */
async function move(files: KvFiles, checkpointId: number, { roots, subtask }: LocalRecoveryConfig): Promise<string> {
  let failure: unknown
  for (const root of roots) {
    const directory = taskLocalStateDirectory(root, { checkpointId, ...subtask })
    try {
      await files.moveTo(directory)
      return directory
    } catch (error) {
      failure ??= error
    }
  }
  throw failure
}

async function describe(
  directory: string,
  kept: {
    readonly files: readonly KvFile[]
    readonly own: ReadonlyMap<string, Uint8Array>
    readonly written: WrittenFiles
  },
  { fileSystems }: LocalRecoveryConfig,
): Promise<void> {
  const { handle, manifest } = kept.written
  const handles = new Map((handle.backendFiles?.files ?? []).map((file) => [file.name, file.handle]))
  const files = await Promise.all(
    kept.files.map(async (file): Promise<LocalStateFile> => {
      const { name, kept: place, sizeBytes: lengthBytes } = file
      const checksum = handles.get(name)?.crc32c ?? 0
      if (place === undefined) return { name, handle: inlineHandle(kept.own.get(name) ?? new Uint8Array(0)) }
      const path = `${directory}/${place.file}`
      const local = { kind: 'file', uri: toFileUri(path), offset: place.start, lengthBytes, crc32c: checksum } as const
      return { name, handle: local, stamp: place.isWhole ? await fileStamp(path) : undefined }
    }),
  )
  await writeTaskLocalState(directory, { handle: inlineHandle(manifest), files }, fileSystems)
}

/** Of those that the links do not have. */
async function ownBytesOf(files: readonly KvFile[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const own = new Map<string, Uint8Array>()
  for (const file of files) {
    if (file.kept !== undefined) continue
    const pieces: Uint8Array[] = []
    for await (const piece of file.read()) pieces.push(piece)
    own.set(file.name, Buffer.concat(pieces))
  }
  return own
}

function inlineHandle(bytes: Uint8Array): StreamStateHandle {
  return { kind: 'inline', bytes, crc32c: crc32c(bytes) }
}

async function remove(directory: string, { fileSystems }: LocalRecoveryConfig): Promise<void> {
  const { fileSystem, path } = fileSystems.forUri(directory)
  await fileSystem.delete(path)
}
