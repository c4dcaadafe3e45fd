// Duty: what a session keeps on the disk, in `<run directory>/session/` (0700, its files 0600):
//
//   session.json        which process is the session, and where it is reached
//   jobs/<jobId>.json   a job that was submitted to it
//   ha/                 where its jobs are kept for their recovery, unless high-availability.storageDir says otherwise
//
// Invariants: one living process has session.json, whichever others are started at the same moment; a process is known by its id
// and its start, never by the id alone.
import { link, lstat, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readJsonFile } from '../../client/json-file.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { errnoOf } from '../../core/fs/errno.js'
import { LocalFileSystem } from '../../core/fs/local-file-system.js'
import { makeDirectories } from '../../core/fs/make-directories.js'
import { startOfProcess } from '../../core/process/process-start.js'
import type { Random } from '../../core/random/random.js'

const PRIVATE_DIRECTORY = 0o700
const PRIVATE_FILE = 0o600
const FILE_LIMIT_BYTES = 1 << 20
const LOCAL = new LocalFileSystem()
const JOB_FILE = /^([0-9a-f]{32})\.json$/

/** Which process is the session. */
export interface SessionEntry {
  readonly pid: number
  /** See startOfProcess. */
  readonly processStart: string | undefined
  /** Where it is reached; undefined while it begins. */
  readonly web?: string | undefined
  readonly logFile: string
  /** Epoch ms. */
  readonly startTime: number
  readonly version: string
}

/** A job that was submitted to the session. */
export interface SessionJobRecord {
  readonly jobId: string
  /** Epoch ms. */
  readonly submittedAt: number
  /** Path of its job file. */
  readonly jobFile: string
  readonly output?: string | undefined
  /** While it is not known whether the job is accepted: its process. */
  readonly process?: { readonly pid: number; readonly start: string } | undefined
  /** That it has: the next session keeps them for it, also while it has no process. */
  readonly slots?: number | undefined
}

export class SessionDirectory {
  readonly path: string
  readonly #random: Random

  constructor(runDirectory: string, random: Random) {
    this.path = path.join(runDirectory, 'session')
    this.#random = random
  }

  get storage(): string {
    return path.join(this.path, 'ha')
  }

  /** DISK_FULL, RUN_DIRECTORY_UNUSABLE. */
  async prepare(): Promise<void> {
    try {
      await makeDirectories(this.#jobs, PRIVATE_DIRECTORY)
    } catch (error) {
      throw this.#unusable(error)
    }
  }

  /** SESSION_ALREADY_RUNS where another process is the session; DISK_FULL, RUN_DIRECTORY_UNUSABLE. */
  async take(entry: SessionEntry): Promise<void> {
    const own = `${this.#file}.${this.#random.hex(12)}.tmp`
    try {
      await writeFile(own, JSON.stringify(entry), { mode: PRIVATE_FILE })
      while (!(await isLinked(own, this.#file))) {
        await this.refuseRunning()
        await this.#removeDead()
      }
    } catch (error) {
      throw FlinkError.is(error, 'SESSION_ALREADY_RUNS') ? error : this.#unusable(error)
    } finally {
      await rm(own, { force: true })
    }
  }

  /** Somebody may have removed it, who cleans up what is temporary: commands would not find the session any more. Never rejects. */
  async keep(entry: SessionEntry): Promise<void> {
    try {
      if ((await this.running()) !== undefined) return
      await this.prepare()
      await this.take(entry)
    } catch {
      // As long as it cannot be had the next time comes.
    }
  }

  /** SESSION_ALREADY_RUNS. */
  async refuseRunning(): Promise<void> {
    const other = await this.running()
    if (other === undefined) return
    const where = other.web ?? `with its log in ${other.logFile}`
    throw new FlinkError('SESSION_ALREADY_RUNS', { pid: other.pid, where })
  }

  /** After `take`. */
  async update(entry: SessionEntry): Promise<void> {
    await this.#write(this.#file, entry)
  }

  /** The session that lives. */
  async running(): Promise<SessionEntry | undefined> {
    const entry = sessionEntryOf(await this.#read(this.#file))
    if (entry === undefined) return undefined
    const start = await startOfProcess(entry.pid)
    return start !== undefined && start === entry.processStart ? entry : undefined
  }

  /** The session has ended. */
  async leave(): Promise<void> {
    const entry = sessionEntryOf(await this.#read(this.#file))
    if (entry?.pid === process.pid) await rm(this.#file, { force: true })
  }

  /** A file that says nothing any more is of a job all the same: what else is kept of that says whether there is one. */
  async records(): Promise<SessionJobRecord[]> {
    const records: SessionJobRecord[] = []
    for (const file of await readdir(this.#jobs)) {
      const [, jobId] = JOB_FILE.exec(file) ?? []
      if (jobId === undefined) continue
      const place = path.join(this.#jobs, file)
      const record = sessionJobRecordOf(await this.#read(place), jobId) ?? (await damagedRecord(place, jobId))
      if (record !== undefined) records.push(record)
    }
    return records.toSorted((left, right) => left.submittedAt - right.submittedAt)
  }

  /** A session has, or had, this job. */
  async knows(jobId: string): Promise<boolean> {
    return sessionJobRecordOf(await this.#read(path.join(this.#jobs, `${jobId}.json`)), jobId) !== undefined
  }

  async record(job: SessionJobRecord): Promise<void> {
    await this.#write(path.join(this.#jobs, `${job.jobId}.json`), job)
  }

  async forget(jobId: string): Promise<void> {
    await rm(path.join(this.#jobs, `${jobId}.json`), { force: true })
  }

  #unusable(error: unknown): FlinkError {
    if (errnoOf(error) === 'ENOSPC') return new FlinkError('DISK_FULL', { path: this.path }, { cause: error })
    const advice = 'Set cluster.run-directory to a directory of yours.'
    return new FlinkError(
      'RUN_DIRECTORY_UNUSABLE',
      { path: this.path, reason: messageOf(error), advice },
      { cause: error },
    )
  }

  get #file(): string {
    return path.join(this.path, 'session.json')
  }

  get #jobs(): string {
    return path.join(this.path, 'jobs')
  }

  /** Of several that find it one moves it away, so that nobody removes what a new session has put there since. */
  async #removeDead(): Promise<void> {
    const aside = `${this.#file}.${this.#random.hex(12)}.dead`
    try {
      await rename(this.#file, aside)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
      return
    }
    const moved = sessionEntryOf(await this.#read(aside))
    const lives = moved !== undefined && (await startOfProcess(moved.pid)) === moved.processStart
    // A new session took it between the look and the rename.
    if (lives && moved.processStart !== undefined) await isLinked(aside, this.#file)
    await rm(aside, { force: true })
  }

  async #read(file: string): Promise<unknown> {
    try {
      const own = process.getuid?.()
      return await readJsonFile(file, { limitBytes: FILE_LIMIT_BYTES, owners: own === undefined ? [] : [own] })
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined
      // Half written, by somebody else, no file: none of it is a session or a job.
      return undefined
    }
  }

  async #write(file: string, value: unknown): Promise<void> {
    const temporary = `${file}.${this.#random.hex(12)}.tmp`
    try {
      // After a loss of power nobody else knows which jobs there were.
      await writeFile(temporary, JSON.stringify(value), { mode: PRIVATE_FILE, flush: true })
      await rename(temporary, file)
      await LOCAL.syncDirectory(path.dirname(file))
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }
}

/** What is known of a job by the name of its file; undefined where that is no file of this user. */
async function damagedRecord(file: string, jobId: string): Promise<SessionJobRecord | undefined> {
  try {
    const status = await lstat(file)
    const isOwn = status.isFile() && (process.getuid === undefined || status.uid === process.getuid())
    return isOwn ? { jobId, submittedAt: Math.trunc(status.mtimeMs), jobFile: '' } : undefined
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** False where there is one of that name already. */
async function isLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
    return !(await isThere(to)) && (await isLinked(from, to))
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file)
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

function sessionEntryOf(value: unknown): SessionEntry | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { pid, processStart, web, logFile, startTime, version } = value as Partial<Record<keyof SessionEntry, unknown>>
  const isText = (field: unknown): field is string | undefined => field === undefined || typeof field === 'string'
  const isRight = typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 && typeof startTime === 'number'
  if (!isRight || !isText(processStart) || !isText(web)) return undefined
  if (typeof logFile !== 'string' || typeof version !== 'string') return undefined
  return { pid, processStart, web, logFile, startTime, version }
}

function sessionJobRecordOf(value: unknown, expectedJobId: string): SessionJobRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { jobId, submittedAt, jobFile, output } = value as Partial<Record<keyof SessionJobRecord, unknown>>
  if (jobId !== expectedJobId || typeof submittedAt !== 'number' || typeof jobFile !== 'string') return undefined
  const { process, slots } = value as Partial<Record<keyof SessionJobRecord, unknown>>
  const started = startedProcessOf(process)
  return {
    ...{ jobId, submittedAt, jobFile },
    ...(typeof output === 'string' && { output }),
    ...(started !== undefined && { process: started }),
    ...(typeof slots === 'number' && Number.isSafeInteger(slots) && slots > 0 && { slots }),
  }
}

function startedProcessOf(value: unknown): SessionJobRecord['process'] {
  if (typeof value !== 'object' || value === null) return undefined
  const { pid, start } = value as { readonly pid?: unknown; readonly start?: unknown }
  return typeof pid === 'number' && typeof start === 'string' ? { pid, start } : undefined
}
