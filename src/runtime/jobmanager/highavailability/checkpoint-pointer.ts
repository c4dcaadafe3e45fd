// Duty: which completed snapshot a recovery goes on from: `checkpoint.json` in the fence, and beside it the snapshot itself
// where that lies in the memory of the JobManager.
// Invariants: replaced as a whole and durable before tasks are notified of the checkpoint; written within the fence, so never
// by a process that has lost the job. Bytes that it names are there before it names them, and go after it names others. They too
// get their name by a rename: a process that was stopped with the file open writes on when it wakes up, whoever has the fence then.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { PART_SUFFIX, replaceFile } from '../../../core/fs/publish-file.js'
import { toFileUri } from '../../../core/fs/file-path.js'
import type { FileSystem } from '../../../core/fs/file-system.js'
import { NOT_ADDRESSABLE } from '../../../core/fs/not-addressable.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import { decodeMetadata, encodeMetadata } from '../../../storage/metadata-codec.js'
import { entryDamaged, readCheckedFile, writeCheckedFile } from './checked-file.js'
import type { JobFence } from './job-fence.js'

const POINTER_FILE = 'checkpoint.json'
const METADATA_PREFIX = 'metadata-'
/** One name for all: what a full disk leaves of one is in the way of the next, and overwritten. */
const METADATA_PART_FILE = `metadata${PART_SUFFIX}`

/** A snapshot in files by its path, one from memory as it is. */
export type CheckpointPointer =
  | { readonly kind: 'path'; readonly checkpointId: number; readonly externalPath: string }
  | { readonly kind: 'memory'; readonly checkpoint: CompletedCheckpoint }

export async function writePointer(
  { metadata, externalPath }: CompletedCheckpoint,
  fence: JobFence,
  fileSystem: FileSystem,
): Promise<void> {
  const { checkpointId } = metadata
  const file = `${fence.path}/${POINTER_FILE}`
  await fence.within(async () => {
    if (externalPath !== NOT_ADDRESSABLE) {
      await writeCheckedFile(file, { checkpointId, externalPath }, fileSystem)
      return
    }
    const name = `${METADATA_PREFIX}${String(checkpointId)}`
    const part = `${fence.path}/${METADATA_PART_FILE}`
    await replaceFile(fileSystem, `${fence.path}/${name}`, encodeMetadata(metadata, toFileUri(fence.path)), { part })
    await writeCheckedFile(file, { checkpointId, metadata: name }, fileSystem)
    for (const { name: other, path } of await fileSystem.list(fence.path)) {
      if (other.startsWith(METADATA_PREFIX) && other !== name) await fileSystem.delete(path)
    }
  })
}

/** Undefined where no checkpoint was complete; RECOVERY_ENTRY_DAMAGED, SNAPSHOT_CORRUPT. */
export async function readPointer(
  fence: JobFence,
  jobId: string,
  fileSystem: FileSystem,
): Promise<CheckpointPointer | undefined> {
  const file = `${fence.path}/${POINTER_FILE}`
  const fields = await readCheckedFile(file, jobId, fileSystem)
  if (fields === undefined) return undefined
  const { checkpointId, externalPath, metadata } = fields
  const isNumbered = typeof checkpointId === 'number' && Number.isSafeInteger(checkpointId)
  if (isNumbered && typeof externalPath === 'string') return { kind: 'path', checkpointId, externalPath }
  if (isNumbered && typeof metadata === 'string') return inMemory(`${fence.path}/${metadata}`, fence, jobId, fileSystem)
  throw entryDamaged(file, jobId, 'it names no checkpoint')
}

/** The job has ended: nobody goes on from it. */
export async function removePointer(fence: JobFence, fileSystem: FileSystem): Promise<void> {
  for (const { name, path } of await fileSystem.list(fence.path)) {
    const isPointer = name === POINTER_FILE || name.startsWith(METADATA_PREFIX)
    if (isPointer || name.endsWith(PART_SUFFIX)) await fileSystem.delete(path)
  }
}

async function inMemory(
  file: string,
  fence: JobFence,
  jobId: string,
  fileSystem: FileSystem,
): Promise<CheckpointPointer> {
  try {
    const metadata = decodeMetadata(await fileSystem.readFile(file), file, toFileUri(fence.path))
    return { kind: 'memory', checkpoint: { metadata, externalPath: NOT_ADDRESSABLE } }
  } catch (error) {
    if (FlinkError.is(error, 'FILE_NOT_FOUND')) throw entryDamaged(file, jobId, 'it is missing')
    throw error
  }
}
