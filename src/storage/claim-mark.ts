// Duty: says in the directory of a snapshot which job has claimed it (claim mode CLAIM): it is that job's to remove.
// Invariants: a mark means something only while its job lives; what cannot be understood is no mark. It is a hint: a crash of the
// machine ends the job as well. It goes with the snapshot, and only a snapshot in a directory of its own has one.
// Thread: main thread.
import { ReasonError } from '../core/errors/reason-error.js'
import { NOT_ADDRESSABLE } from '../core/fs/not-addressable.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import type { CompletedCheckpoint } from './checkpoint-metadata.js'
import { textOfMark, writeHint } from './job-mark.js'
import { CLAIM_MARK_FILE } from './snapshot-directory.js'

type Place = Pick<CompletedCheckpoint, 'externalPath' | 'metadataFile'>

export async function markClaimed(snapshot: Place, jobId: string, fileSystems: FileSystems): Promise<void> {
  const mark = markOf(snapshot, fileSystems)
  if (mark !== undefined) await writeHint(mark.path, { jobId }, mark.fileSystem)
}

/** The job that claimed it last; undefined where none did. */
export async function claimantOf(snapshot: Place, fileSystems: FileSystems): Promise<string | undefined> {
  const mark = markOf(snapshot, fileSystems)
  if (mark === undefined) return undefined
  try {
    const text = await textOfMark(mark.path, mark.fileSystem, (reason) => new ReasonError(reason))
    return text === undefined ? undefined : jobIdIn(JSON.parse(text))
  } catch (error) {
    if (error instanceof ReasonError || error instanceof SyntaxError) return undefined
    throw error
  }
}

function markOf(
  { externalPath, metadataFile }: Place,
  fileSystems: FileSystems,
): ReturnType<FileSystems['forUri']> | undefined {
  if (externalPath === NOT_ADDRESSABLE || metadataFile !== undefined) return undefined
  return fileSystems.forUri(`${externalPath}/${CLAIM_MARK_FILE}`)
}

function jobIdIn(content: unknown): string | undefined {
  if (typeof content !== 'object' || content === null || !('jobId' in content)) return undefined
  return typeof content.jobId === 'string' ? content.jobId : undefined
}
