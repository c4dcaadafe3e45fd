import type { RunDirectory } from '../../client/run-directory.js'
import { printable } from '../terminal/printable-text.js'
import { FollowedFile } from './followed-file.js'
import { findLogFiles, type JobLogFiles, type LogFilePlace, type LogSource } from './job-log-files.js'

const LOOK_MS = 200
/** A process that has taken its job out of the run directory has little left to say. */
const LAST_WORDS_MS = 5000
/** Lines of a log so long before its job began are of another process that had this id. */
const EARLIER_MS = 60_000

export interface LogsWanted {
  readonly runDirectory: RunDirectory
  readonly jobId: string
  readonly directory: string
  readonly follow: boolean
  /** Of what is there at first. */
  readonly lastLines: number
}

export interface LogsTaker {
  /** `file`: where the lines stand. */
  readonly take: (source: LogSource, file: string, lines: readonly string[]) => void
  /** For people: what is not there, and why. */
  readonly tell: (text: string) => void
  /** False: nobody reads any more. */
  readonly isOpen: () => boolean
  readonly sleep: (ms: number) => Promise<void>
}

/** Shows what the files of a job have, and with `follow` what comes, until the job has ended. */
export async function showLogs(wanted: LogsWanted, taker: LogsTaker): Promise<void> {
  const followed = new Map<string, FollowedFile>()
  try {
    let found = await look(wanted, followed, taker)
    tellMissingOutput(found, { wanted, taker })
    // The first word of a job that has just begun may come in a moment.
    const mayCome = wanted.follow && found.isRunning
    if (!mayCome) tellMissingLog(found, followed, taker)
    let { pid } = found
    while (wanted.follow && found.isRunning && taker.isOpen()) {
      await taker.sleep(LOOK_MS)
      found = await look(wanted, followed, taker)
      if (found.isRunning) ({ pid } = found)
    }
    if (!wanted.follow) {
      finish(followed, found, taker)
      return
    }
    for (let waitedMs = 0; isAlive(pid) && waitedMs < LAST_WORDS_MS; waitedMs += LOOK_MS) await taker.sleep(LOOK_MS)
    const last = await look(wanted, followed, taker)
    finish(followed, last, taker)
    if (mayCome) tellMissingLog({ ...last, pid }, followed, taker)
    if (found.state !== undefined) taker.tell(`Job ${wanted.jobId} has ended: ${printable(found.state)}`)
  } finally {
    for (const file of followed.values()) await file.close()
  }
}

/** Reads on in all files that there are by now. */
async function look(wanted: LogsWanted, followed: Map<string, FollowedFile>, taker: LogsTaker): Promise<JobLogFiles> {
  // A file that comes later is read whole.
  const lastLines = followed.size === 0 ? wanted.lastLines : Infinity
  const found = await findLogFiles(wanted.runDirectory, wanted.jobId, wanted.directory)
  for (const { path, source } of found.files) {
    const file = followed.get(path) ?? new FollowedFile(path, lastLines)
    followed.set(path, file)
    await file.read(ofJobAlone({ source, path }, found, taker), taker.isOpen)
  }
  return found
}

function finish(followed: ReadonlyMap<string, FollowedFile>, found: JobLogFiles, taker: LogsTaker): void {
  for (const place of found.files) followed.get(place.path)?.end(ofJobAlone(place, found, taker))
}

/** The log is named after the process, and the id of a process is given again. */
function ofJobAlone(
  { source, path }: LogFilePlace,
  { lived }: JobLogFiles,
  { take }: LogsTaker,
): (lines: readonly string[]) => void {
  return (lines) => {
    const own = source === 'output' ? lines : lines.filter((line) => isOfLife(line, lived))
    if (own.length > 0) take(source, path, own)
  }
}

function isOfLife(line: string, lived: JobLogFiles['lived']): boolean {
  const [, time] = /"time":"([^"]{1,40})"/.exec(line) ?? []
  const atMs = time === undefined ? NaN : Date.parse(time)
  return Number.isNaN(atMs) || (atMs >= lived.fromMs - EARLIER_MS && atMs <= lived.toMs + EARLIER_MS)
}

function tellMissingOutput(
  { files, directory, isRunning }: JobLogFiles,
  { wanted, taker }: { readonly wanted: LogsWanted; readonly taker: LogsTaker },
): void {
  if (files.some(({ source }) => source === 'output')) return
  const goes = isRunning ? 'goes' : 'went'
  taker.tell(
    `There is no output file of job ${wanted.jobId} in ${printable(directory)}: what a job that is not detached prints ${goes} to its terminal.`,
  )
}

function tellMissingLog(
  { files, pid }: JobLogFiles,
  followed: ReadonlyMap<string, FollowedFile>,
  taker: LogsTaker,
): void {
  const log = files.find(({ source }) => source === 'log')
  if (log !== undefined && followed.get(log.path)?.exists === true) return
  const why =
    pid === undefined ? 'which process it had is not known' : 'nothing was logged that env.log.level lets through'
  taker.tell(`There is no log of it${log === undefined ? '' : ` at ${printable(log.path)}`}: ${why}.`)
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
