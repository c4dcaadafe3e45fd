// Duty: whether the process that has a job lives, asked by one that wants to take the job.
// Invariants: one that has certainly ended is not waited for. Of any other (stuck, stopped, on another machine) signs of life are
// waited for: with one the job is refused, and without any for the whole time it is taken, which the fence makes safe.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FileSystem } from '../../../core/fs/file-system.js'
import { hasEnded, type ProcessOwner, type ProcessProbe } from '../../../core/process/process-owner.js'
import { durationText } from '../../../core/time/duration-text.js'
import type { FenceName } from './fence-directory.js'
import { describeOwner, readOwner } from './fence-owner.js'
import type { JobEntry } from './job-entry.js'
import { BEAT_FILE, BEAT_MS } from './job-fence.js'

/** With fewer a disk that is slow for a moment would be a process that is dead. */
const LEAST_BEATS = 4
const POLL_MS = 100

export interface OwnerWatchServices {
  /** This process. */
  readonly asker: ProcessOwner
  readonly probe?: ProcessProbe
  readonly monotonicMs: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Told that it takes long, and why; and what was decided then. */
  readonly tell: (text: string) => void
}

/** Resolves when the job may be taken; RECOVERY_JOB_LIVES. `timeoutMs`: how long signs of life are waited for. */
export async function awaitOwnerGone(
  entry: JobEntry,
  name: FenceName,
  timeoutMs: number,
  services: OwnerWatchServices,
): Promise<void> {
  const { asker, probe, monotonicMs, sleep, tell } = services
  const { jobId, fileSystem, fences } = entry
  const owner = await readOwner(fences, name)
  if (owner !== undefined && (await hasEnded(owner, asker, probe))) return
  const who = describeOwner(owner)
  const waitMs = Math.max(timeoutMs, LEAST_BEATS * BEAT_MS)
  const file = `${fences.pathOf(name)}/${BEAT_FILE}`
  const first = await beatIn(file, fileSystem)
  const began = monotonicMs()
  let isTold = false
  while (monotonicMs() - began < waitMs) {
    await sleep(POLL_MS)
    if (!(await fences.exists(name))) {
      throw new FlinkError('RECOVERY_JOB_LIVES', { jobId, reason: 'another process has just recovered it' })
    }
    const beat = await beatIn(file, fileSystem)
    if (beat !== undefined && beat !== first)
      throw new FlinkError('RECOVERY_JOB_LIVES', { jobId, reason: `it runs in ${who}` })
    if (owner !== undefined && (await hasEnded(owner, asker, probe))) return
    if (!isTold && monotonicMs() - began > LEAST_BEATS * BEAT_MS) {
      isTold = true
      tell(
        `Waiting for a sign of life of ${who}, which has the job, for ${durationText(waitMs)} (client.timeout) at most.`,
      )
    }
  }
  tell(
    `${who.charAt(0).toUpperCase()}${who.slice(1)} has given no sign of life for ${durationText(waitMs)}: the job is taken from it. Should it go on, it ends.`,
  )
}

/** Undefined also for the moment in which it is written. */
async function beatIn(file: string, fileSystem: FileSystem): Promise<string | undefined> {
  try {
    const text = new TextDecoder().decode(await fileSystem.readFile(file))
    return text === '' ? undefined : text
  } catch (error) {
    if (FlinkError.is(error, 'FILE_NOT_FOUND')) return undefined
    throw error
  }
}
