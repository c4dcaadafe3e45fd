// Duty: what a subtask keeps of a checkpoint on its own disk, so that a restart need not read the checkpoint itself:
//   <root>/chk-<id>/<operator id>-<subtask>/   files, and `_local`: the CRC32C of the rest (8 hex digits), a line feed, JSON
// Invariants: a copy of what the checkpoint has, never the only one: whatever is missing or wrong is reason to read that. The
// page is written last, so without it nothing is there. A file that may be linked has the stamp that it had then; the bytes of
// the others are read, and verified like those of a checkpoint.
// Thread: written and read by task workers, read by the main thread.
import { ReasonError } from '../core/errors/reason-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { fileStamp } from '../core/fs/file-stamp.js'
import { parseFileUri } from '../core/fs/file-path.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { crc32c } from '../core/memory/crc32c.js'
import type { KeyedStateHandle, StreamStateHandle } from './state-handles.js'

/** Which part of which checkpoint. */
export interface TaskLocalStatePlace {
  readonly checkpointId: number
  readonly operatorId: string
  readonly subtaskIndex: number
}

export interface LocalStateFile {
  /** As the backend calls it. */
  readonly name: string
  /** The same bytes as those of the checkpoint's file. */
  readonly handle: StreamStateHandle
  /** Of a whole file that never changes (core/fs/file-stamp.ts): while it has this stamp it may be linked. */
  readonly stamp?: string | undefined
}

export interface TaskLocalState {
  /** The bytes of the checkpoint's own handle. */
  readonly handle: StreamStateHandle
  readonly files: readonly LocalStateFile[]
}

/** By what the checkpoint names. */
export type LocalStateFiles = ReadonlyMap<StreamStateHandle, LocalStateFile>

/** Either what is kept, and where, or why it is of no use. */
export type FoundLocalState =
  { readonly directory: string; readonly files: LocalStateFiles } | { readonly reason: string }

const PAGE = '_local'

/** Named like that of the checkpoint: snapshot-directory.ts reads its id. */
export function localCheckpointDirectory(root: string, checkpointId: number): string {
  return `${root}/chk-${String(checkpointId)}`
}

export function taskLocalStateDirectory(root: string, place: TaskLocalStatePlace): string {
  const { checkpointId, operatorId, subtaskIndex } = place
  return `${localCheckpointDirectory(root, checkpointId)}/${operatorId}-${String(subtaskIndex)}`
}

/** From here on it is there. */
export async function writeTaskLocalState(
  directory: string,
  state: TaskLocalState,
  fileSystems: FileSystems,
): Promise<void> {
  const json = Buffer.from(JSON.stringify(state, bytesAsText))
  const { fileSystem, path } = fileSystems.forUri(`${directory}/${PAGE}`)
  const writer = await fileSystem.openForWrite(path)
  try {
    await writer.write(Buffer.concat([Buffer.from(`${checksumOf(json)}\n`), json]))
  } finally {
    await writer.close()
  }
}

/**
 * What is kept of the part of a checkpoint that `handle` names, in the first of the roots that has it. A directory that cannot
 * be read is a reason like any other.
 */
export async function findTaskLocalState(
  roots: readonly string[],
  place: TaskLocalStatePlace,
  handle: KeyedStateHandle,
  fileSystems: FileSystems,
): Promise<FoundLocalState> {
  try {
    for (const root of roots) {
      const directory = taskLocalStateDirectory(root, place)
      const state = await readPage(directory, fileSystems)
      if (state === undefined) continue
      const files = matched(state, handle)
      for (const file of files.values()) await refuseChanged(file, fileSystems)
      return { directory, files }
    }
    return { reason: 'nothing is kept of it' }
  } catch (error) {
    return { reason: messageOf(error) }
  }
}

async function readPage(directory: string, fileSystems: FileSystems): Promise<TaskLocalState | undefined> {
  const { fileSystem, path } = fileSystems.forUri(`${directory}/${PAGE}`)
  const status = await fileSystem.status(path)
  if (status === undefined) return undefined
  // A pipe that nobody writes to would keep the restore for ever.
  if (!status.isPlainFile) throw changed(path, 'it is no plain file')
  const page = Buffer.from(await fileSystem.readFile(path))
  const json = page.subarray(page.indexOf('\n') + 1)
  if (page.toString('latin1', 0, page.length - json.length) !== `${checksumOf(json)}\n`)
    throw changed(path, 'its checksum does not match')
  return JSON.parse(json.toString(), bytesFromText) as TaskLocalState
}

/** Refuses what is not of these very bytes. */
function matched(state: TaskLocalState, handle: KeyedStateHandle): LocalStateFiles {
  const files = new Map<StreamStateHandle, LocalStateFile>()
  const kept = new Map(state.files.map((file) => [file.name, file]))
  const named = [...(handle.backendFiles?.files ?? [])].map((file) => ({ ...file, local: kept.get(file.name) }))
  for (const { name, handle: theirs, local } of [
    ...named,
    { name: 'what says of the files', handle: handle.handle, local: { name: PAGE, handle: state.handle } },
  ]) {
    if (local === undefined || !hasBytesOf(local.handle, theirs)) throw changed(name, 'the checkpoint has another one')
    files.set(theirs, local)
  }
  return files
}

function hasBytesOf(one: StreamStateHandle, other: StreamStateHandle): boolean {
  return sizeOf(one) === sizeOf(other) && one.crc32c === other.crc32c
}

function sizeOf(handle: StreamStateHandle): number {
  return handle.kind === 'inline' ? handle.bytes.length : handle.lengthBytes
}

async function refuseChanged({ handle, stamp }: LocalStateFile, fileSystems: FileSystems): Promise<void> {
  if (handle.kind === 'inline') return
  const { path } = parseFileUri(handle.uri)
  const { fileSystem } = fileSystems.forUri(handle.uri)
  const status = await fileSystem.status(path)
  if (status === undefined) throw changed(path, 'it is missing')
  if (!status.isPlainFile) throw changed(path, 'it is no plain file')
  if (status.sizeBytes < handle.offset + handle.lengthBytes)
    throw changed(path, `it is cut off after ${String(status.sizeBytes)} bytes`)
  if (stamp !== undefined && (await fileStamp(path)) !== stamp) throw changed(path, 'it was changed')
}

function changed(file: string, reason: string): ReasonError {
  return new ReasonError(`${file}: ${reason}`)
}

function checksumOf(bytes: Uint8Array): string {
  return crc32c(bytes).toString(16).padStart(8, '0')
}

function bytesAsText(this: unknown, key: string, value: unknown): unknown {
  const given: unknown = (this as Record<string, unknown>)[key]
  return given instanceof Uint8Array ? Buffer.from(given).toString('base64') : value
}

function bytesFromText(key: string, value: unknown): unknown {
  return key === 'bytes' && typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : value
}
