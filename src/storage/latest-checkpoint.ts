// Duty: finds the newest usable checkpoint below a directory, beside jobs that live, and says which newer ones are damaged.
// Invariants: a directory counts only with `_metadata` in it; where there is none any more, or not the newest, and a mark says
// that there was, that is told as damage. Candidates are tried newest first; what is damaged is told and
// passed over, never half-used. What is newer and of a format that this engine cannot read is no damage, and a disk that
// cannot be read is none either: both end the search instead of going back to something older.
// Thread: main thread.
import { FlinkError, type ErrorCode } from '../core/errors/flink-error.js'
import { toFileUri } from '../core/fs/file-path.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import type { CompletedCheckpoint, SnapshotHeader } from './checkpoint-metadata.js'
import { readCompletionMarks, type CompletionMark } from './completion-mark.js'
import { readHeaderOf } from './metadata-file.js'
import { checkpointIdOf, JOB_DIRECTORY, METADATA_FILE } from './snapshot-directory.js'
import { locateSnapshot } from './snapshot-locator.js'
import { verifyState } from './snapshot-verification.js'

/** A job that lives may remove what is being verified; one that does so each time is too fast to start from. */
const MAX_REMOVED_MEANWHILE = 100

export interface LatestCheckpointSearch {
  readonly fileSystems: FileSystems
  /** Others are passed over without a word; those of which not even the header can be read are not asked for. */
  readonly isWanted?: (header: Pick<SnapshotHeader, 'jobName' | 'jobId' | 'timestamp'>) => boolean
  /** Whose checkpoints come and go as it likes: what is not there is not lost. */
  readonly isJobRunning?: (jobId: string) => Promise<boolean>
  /** Rejects with SNAPSHOT_CORRUPT when the state is damaged; without it all state is read. */
  readonly verify?: (checkpoint: CompletedCheckpoint) => Promise<void>
}

export interface LatestCheckpoint {
  /** Undefined when there is none that can be used. */
  readonly checkpoint: CompletedCheckpoint | undefined
  /** Why newer ones, or those of which nobody knows, cannot be used; newest first, and then those of which nothing is left. */
  readonly damaged: readonly FlinkError[]
  /** Directories of checkpoints without metadata: not finished before a crash, or robbed of them. */
  readonly incomplete: readonly string[]
}

interface Candidate {
  readonly id: number
  readonly header: SnapshotHeader | undefined
  readonly content: CompletedCheckpoint | FlinkError
}

/** The newest one of a run that was complete, or all of them. */
interface LostCheckpoints {
  readonly timestamp: number
  readonly error: FlinkError
}

/** Below the directory of one job (`chk-<n>` in it), or of all jobs whose directories are in it. */
export async function findLatestCheckpoint(
  directory: string,
  search: LatestCheckpointSearch,
): Promise<LatestCheckpoint> {
  const { fileSystem, path: parent } = search.fileSystems.forUri(directory)
  const entries = await fileSystem.list(parent)
  const jobDirectories = entries.filter(({ name }) => JOB_DIRECTORY.test(name)).map(({ name }) => `${parent}/${name}`)
  const heads = new Map<CheckpointDirectory, Candidate>()
  const incomplete: string[] = []
  const lost: LostCheckpoints[] = []
  for (const path of [parent, ...jobDirectories]) {
    const checkpoints = new CheckpointDirectory(path, search, (missing) => incomplete.push(missing))
    await advance(checkpoints, heads)
    // What is missed may have been completed since the directory was read, and the mark after it.
    if ((await checkpoints.lost(heads.get(checkpoints)?.id)).length === 0) continue
    await advance(checkpoints, heads)
    lost.push(...(await checkpoints.lost(heads.get(checkpoints)?.id)))
  }
  const damaged: FlinkError[] = []
  const unusable = (checkpoint?: CompletedCheckpoint): readonly FlinkError[] => {
    const newer = lost.filter(({ timestamp }) => timestamp > (checkpoint?.metadata.timestamp ?? -Infinity))
    return [...damaged, ...newer.map(({ error }) => error)]
  }
  for (let removed = 0; ;) {
    const [newest] = [...heads].toSorted(([, left], [, right]) => newestFirst(left, right))
    if (newest === undefined) return { checkpoint: undefined, damaged: unusable(), incomplete }
    const [checkpoints, candidate] = newest
    const result = await checkpoints.verified(candidate)
    if (!FlinkError.is(result)) return { checkpoint: result, damaged: unusable(result), incomplete }
    if (await checkpoints.holds(candidate.id)) {
      if (!DAMAGE.includes(result.code)) throw result
      damaged.push(result)
      checkpoints.settle(candidate.id)
    } else if ((removed += 1) > MAX_REMOVED_MEANWHILE) {
      throw result
    }
    await advance(checkpoints, heads)
  }
}

async function advance(checkpoints: CheckpointDirectory, heads: Map<CheckpointDirectory, Candidate>): Promise<void> {
  const head = await checkpoints.newest()
  if (head === undefined) heads.delete(checkpoints)
  else heads.set(checkpoints, head)
}

/** Of what nobody knows how old it is must be thought that it is the newest. */
function newestFirst(left: Candidate, right: Candidate): number {
  const [leftTime, rightTime] = [left, right].map(({ header }) => header?.timestamp ?? Infinity)
  return leftTime === rightTime ? right.id - left.id : (rightTime ?? 0) - (leftTime ?? 0)
}

const ABSENCE: readonly ErrorCode[] = ['SNAPSHOT_NOT_FOUND', 'SNAPSHOT_METADATA_MISSING']
const DAMAGE: readonly ErrorCode[] = ['SNAPSHOT_MAGIC_INVALID', 'SNAPSHOT_NOT_A_FILE', 'SNAPSHOT_CORRUPT']
/** What is said of a candidate when its turn comes. */
const UNUSABLE: readonly ErrorCode[] = [...DAMAGE, 'SNAPSHOT_VERSION_UNSUPPORTED']

/** The `chk-<n>` of one directory. */
class CheckpointDirectory {
  readonly #directory: string
  readonly #fileSystem: FileSystem
  readonly #search: LatestCheckpointSearch
  readonly #onIncomplete: (directory: string) => void
  /** Those that were seen and are not wanted, or damaged. */
  readonly #settled = new Set<number>()

  constructor(directory: string, search: LatestCheckpointSearch, onIncomplete: (directory: string) => void) {
    this.#directory = directory
    this.#fileSystem = search.fileSystems.forUri(directory).fileSystem
    this.#search = search
    this.#onIncomplete = onIncomplete
  }

  settle(id: number): void {
    this.#settled.add(id)
  }

  /** A removal takes the metadata first, so that without it what looked like damage was none. */
  async holds(id: number): Promise<boolean> {
    return (await this.#fileSystem.status(this.#metadataFile(id))) !== undefined
  }

  /**
   * Ids only grow within a directory, whatever the clock did. A job that lives completes checkpoints and removes older ones
   * while this looks, and from the newest down each may be passed just before it is complete or just after it was removed. From
   * the oldest up whatever was removed has a successor that lies ahead, or that another look at the directory shows.
   */
  async newest(): Promise<Candidate | undefined> {
    const seen = new Set<number>()
    for (;;) {
      const listed = (await this.#fileSystem.list(this.#directory)).flatMap(({ name }) => checkpointIdOf(name) ?? [])
      const ids = listed.filter((id) => !seen.has(id)).toSorted((left, right) => left - right)
      if (ids.length === 0) return undefined
      for (const id of ids) seen.add(id)
      const found = (await this.#firstOf(ids.toReversed())) ?? (await this.#firstOf(ids))
      if (found !== undefined) return found
    }
  }

  /** What had been complete here and is gone, where `newest` is the greatest id that was found. */
  async lost(newest: number | undefined): Promise<LostCheckpoints[]> {
    const { isWanted = (): boolean => true, isJobRunning = (): Promise<boolean> => Promise.resolve(false) } =
      this.#search
    const lost: LostCheckpoints[] = []
    for (const mark of await readCompletionMarks(this.#directory, this.#fileSystem)) {
      const error = await this.#lossOf(mark, newest)
      if (error === undefined) continue
      const timestamp = mark?.newest?.timestamp ?? mark?.timestamp ?? Infinity
      if (mark !== undefined && (!isWanted({ ...mark, timestamp }) || (await isJobRunning(mark.jobId)))) continue
      lost.push({ timestamp, error })
    }
    return lost
  }

  async #lossOf(mark: CompletionMark | undefined, newest: number | undefined): Promise<FlinkError | undefined> {
    const directory = this.#directory
    if (newest === undefined) {
      const since = mark === undefined ? 'an unknown time' : new Date(mark.timestamp).toISOString()
      return new FlinkError('CHECKPOINTS_LOST', { directory, since })
    }
    if (mark?.newest === undefined) return undefined
    const { checkpointId, timestamp } = mark.newest
    if (checkpointId <= newest || (await this.holds(checkpointId))) return undefined
    const time = new Date(timestamp).toISOString()
    return new FlinkError('NEWEST_CHECKPOINT_LOST', { checkpoint: `chk-${String(checkpointId)}`, directory, time })
  }

  /** The candidate with all its state, or why it cannot be used. */
  async verified({ content }: Candidate): Promise<CompletedCheckpoint | FlinkError> {
    if (FlinkError.is(content)) return content
    const verify = this.#search.verify ?? (({ metadata }) => verifyState(metadata, this.#search.fileSystems))
    try {
      await verify(content)
      return content
    } catch (error) {
      if (FlinkError.is(error, 'SNAPSHOT_CORRUPT')) return error
      throw error
    }
  }

  async #firstOf(ids: readonly number[]): Promise<Candidate | undefined> {
    for (const id of ids) {
      const candidate = this.#settled.has(id) ? undefined : await this.#candidate(id)
      if (candidate !== undefined) return candidate
    }
    return undefined
  }

  /** Undefined for what is not there, or not wanted. Half-written ones are normal after a crash: not worth a word. */
  async #candidate(id: number): Promise<Candidate | undefined> {
    const { isWanted = (): boolean => true } = this.#search
    const read = await this.#read(id)
    if (read === undefined) return undefined
    if (read.header === undefined || isWanted(read.header)) return { id, ...read }
    this.#settled.add(id)
    return undefined
  }

  async #read(id: number): Promise<Omit<Candidate, 'id'> | undefined> {
    const directory = `${this.#directory}/chk-${String(id)}`
    try {
      const content = await locateSnapshot(toFileUri(directory), this.#search.fileSystems)
      const { checkpointId } = content.metadata
      return { header: content.metadata, content: checkpointId === id ? content : this.#misplaced(id, checkpointId) }
    } catch (error) {
      if (!FlinkError.is(error)) throw error
      if (error.code === 'SNAPSHOT_METADATA_MISSING') this.#onIncomplete(directory)
      if (ABSENCE.includes(error.code)) return undefined
      if (!UNUSABLE.includes(error.code)) throw error
      return (await this.holds(id))
        ? { header: await readHeaderOf(this.#metadataFile(id), this.#fileSystem), content: error }
        : undefined
    }
  }

  /** A copy of an older one would be taken for the newest. */
  #misplaced(id: number, checkpointId: number): FlinkError {
    const reason = `it is that of checkpoint ${String(checkpointId)}, and was not written there`
    return new FlinkError('SNAPSHOT_CORRUPT', { file: this.#metadataFile(id), block: 'the header', reason })
  }

  #metadataFile(id: number): string {
    return `${this.#directory}/chk-${String(id)}/${METADATA_FILE}`
  }
}
