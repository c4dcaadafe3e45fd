/** The snapshots below a directory, the newest first: of one job (`<dir>/<job id>`), of all jobs, or savepoints beside each other. */
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { toFileUri } from '../core/fs/file-path.js'
import { streamHandlesOf } from '../storage/checkpoint-metadata.js'
import { readHeaderOf, readMetadataFile } from '../storage/metadata-file.js'
import { JOB_DIRECTORY, METADATA_FILE } from '../storage/snapshot-directory.js'
import { bytesOf } from '../storage/state-size.js'

export interface ListedSnapshot {
  /** What `run -s` takes. */
  readonly path: string
  /** Null in each of these where not even the beginning of the metadata can be read. */
  readonly kind: 'savepoint' | 'checkpoint' | null
  readonly jobId: string | null
  readonly jobName: string | null
  readonly checkpointId: number | null
  /** Epoch ms of the trigger. */
  readonly timestamp: number | null
  /** Of all state that it names, shared files included; null where the metadata are damaged. */
  readonly sizeBytes: number | null
  /** Why it cannot be read; absent where it can. */
  readonly damage?: string
}

/** Empty where there is none; what a directory has beside snapshots is passed over. */
export async function listSnapshots(directory: string, fileSystems: FileSystems): Promise<ListedSnapshot[]> {
  const { fileSystem, path: top } = fileSystems.forUri(directory)
  const found: ListedSnapshot[] = []
  for (const { name, path: inside, isDirectory } of await fileSystem.list(top)) {
    if (!isDirectory) continue
    const listed = await listedIn(inside, fileSystem)
    if (listed !== undefined) found.push(listed)
    else if (JOB_DIRECTORY.test(name)) found.push(...(await listSnapshots(toFileUri(inside), fileSystems)))
  }
  return found.sort((left, right) => {
    const [leftTime, rightTime] = [left.timestamp ?? Infinity, right.timestamp ?? Infinity]
    return leftTime === rightTime ? (right.checkpointId ?? 0) - (left.checkpointId ?? 0) : rightTime - leftTime
  })
}

/** Undefined where there are no metadata, or none any more: a job that lives removes checkpoints as it likes. */
async function listedIn(directory: string, fileSystem: FileSystem): Promise<ListedSnapshot | undefined> {
  const file = `${directory}/${METADATA_FILE}`
  try {
    const metadata = await readMetadataFile(file, toFileUri(directory), fileSystem)
    return metadata && { path: directory, ...headOf(metadata), sizeBytes: bytesOf(streamHandlesOf(metadata)) }
  } catch (error) {
    if (!FlinkError.is(error)) throw error
    return { path: directory, ...headOf(await headerOf(file, fileSystem)), sizeBytes: null, damage: messageOf(error) }
  }
}

/** Of what cannot be read at all nothing more is to be said than that. */
async function headerOf(file: string, fileSystem: FileSystem): Promise<Header> {
  try {
    return await readHeaderOf(file, fileSystem)
  } catch (error) {
    if (FlinkError.is(error)) return undefined
    throw error
  }
}

type Head = Pick<ListedSnapshot, 'kind' | 'jobId' | 'jobName' | 'checkpointId' | 'timestamp'>
type Header = Awaited<ReturnType<typeof readHeaderOf>>

function headOf(header: Header): Head {
  if (header === undefined) return { kind: null, jobId: null, jobName: null, checkpointId: null, timestamp: null }
  const { jobId, jobName, checkpointId, timestamp, isSavepoint } = header
  return { kind: isSavepoint ? 'savepoint' : 'checkpoint', jobId, jobName, checkpointId, timestamp }
}
