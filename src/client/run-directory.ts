import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import type { JobOverview } from '../rest/messages/job-messages.js'
import { parseJobDirectoryEntry, type JobDirectoryEntry } from './job-directory-entry.js'
import { isJobProcessAlive, SYSTEM_PROBE, type JobProcessProbe } from './job-liveness.js'

/** The kernel's limit on the length of a socket path is 107 bytes on Linux and 103 on macOS. */
const SOCKET_PATH_LIMIT_BYTES = 103
const ARCHIVE_LIMIT = 100
const PRIVATE_DIRECTORY = 0o700
const PRIVATE_FILE = 0o600
const ENTRY_FILE = /^[0-9a-f]{32}\.json$/

/** What tests put in the place of the system. */
export interface RunDirectorySurroundings {
  readonly probe?: JobProcessProbe
}

/**
 * The directory through which jobs are found: a socket and a description of every living job, an archive of ended ones.
 * Whoever finds the files of a dead process cleans them up.
 */
export class RunDirectory {
  readonly path: string
  readonly #now: () => number
  readonly #probe: JobProcessProbe

  /** `now` gives epoch ms. */
  constructor(directory: string, now: () => number, surroundings: RunDirectorySurroundings = {}) {
    this.path = directory
    this.#now = now
    this.#probe = surroundings.probe ?? SYSTEM_PROBE
  }

  /** Makes the directory, private to its user; RUN_DIRECTORY_UNUSABLE when that fails. */
  async prepare(): Promise<void> {
    try {
      await mkdir(this.#archive, { recursive: true, mode: PRIVATE_DIRECTORY })
      await chmod(this.path, PRIVATE_DIRECTORY)
    } catch (error) {
      throw this.#unusable(error)
    }
  }

  /** Where the socket of a job goes: here, or in a private temporary directory when the path would be too long. */
  async socketPathFor(jobId: string): Promise<string> {
    const here = path.join(this.path, `${jobId}.sock`)
    if (process.platform === 'win32') return `\\\\.\\pipe\\flink-ts-${jobId}`
    if (Buffer.byteLength(here) <= SOCKET_PATH_LIMIT_BYTES) return here
    const directory = path.join(tmpdir(), `flink-ts-${String(userInfo().uid)}`)
    try {
      await mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY })
      await chmod(directory, PRIVATE_DIRECTORY)
    } catch (error) {
      // The path is too long for a socket and somebody else holds the name beside: another run directory helps.
      throw this.#unusable(error)
    }
    return path.join(directory, `${jobId}.sock`)
  }

  async register(entry: JobDirectoryEntry): Promise<void> {
    await this.#write(this.#entryFile(entry.jobId), entry)
  }

  /** Takes the job out of the living ones and keeps its last overview. */
  async archive(overview: JobOverview): Promise<void> {
    await mkdir(this.#archive, { recursive: true, mode: PRIVATE_DIRECTORY })
    await this.#write(path.join(this.#archive, `${overview.jid}.json`), overview)
    await rm(this.#entryFile(overview.jid), { force: true })
    await this.#limitArchive()
  }

  /** Jobs whose process lives. Files of dead ones are removed and their job archived as FAILED. */
  async livingJobs(): Promise<JobDirectoryEntry[]> {
    const entries: JobDirectoryEntry[] = []
    for (const file of await this.#filesIn(this.path)) {
      const entry = parseJobDirectoryEntry(await this.#read(path.join(this.path, file)))
      if (entry === undefined) continue
      if (await isJobProcessAlive(entry, this.#probe)) entries.push(entry)
      else await this.removeDead(entry)
    }
    return entries
  }

  /**
   * True while the process of the job lives, also when it does not answer: nobody else may go on from its checkpoints or
   * remove them.
   */
  async isJobRunning(jobId: string): Promise<boolean> {
    return (await this.find(jobId)) !== undefined
  }

  async find(jobId: string): Promise<JobDirectoryEntry | undefined> {
    const jobs = await this.livingJobs()
    return jobs.find((entry) => entry.jobId === jobId)
  }

  /** Cleans up behind a job process that ended without a word (kill -9, power loss). */
  async removeDead(entry: JobDirectoryEntry): Promise<void> {
    await rm(entry.socket, { force: true })
    await this.archive(overviewOfDeadJob(entry, this.#now()))
  }

  async archivedJobs(): Promise<JobOverview[]> {
    const overviews: JobOverview[] = []
    for (const file of await this.#filesIn(this.#archive)) {
      const overview = parseOverview(await this.#read(path.join(this.#archive, file)))
      if (overview !== undefined) overviews.push(overview)
    }
    return overviews
  }

  get #archive(): string {
    return path.join(this.path, 'archive')
  }

  #entryFile(jobId: string): string {
    return path.join(this.path, `${jobId}.json`)
  }

  /** Written aside and renamed, so that no reader ever sees half a file. */
  async #write(file: string, value: unknown): Promise<void> {
    const { randomBytes } = await import('node:crypto')
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
    try {
      await writeFile(temporary, JSON.stringify(value), { mode: PRIVATE_FILE })
      await rename(temporary, file)
    } catch (error) {
      await rm(temporary, { force: true })
      throw this.#unusable(error)
    }
  }

  async #filesIn(directory: string): Promise<string[]> {
    try {
      return (await readdir(directory)).filter((file) => ENTRY_FILE.test(file))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw this.#unusable(error)
    }
  }

  /** Empty when another process removed the file meanwhile. */
  async #read(file: string): Promise<string> {
    try {
      return await readFile(file, 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return ''
      throw this.#unusable(error)
    }
  }

  /** The end of every job waits for this, so the files are only read when there are too many. */
  async #limitArchive(): Promise<void> {
    if ((await this.#filesIn(this.#archive)).length <= ARCHIVE_LIMIT) return
    const overviews = await this.archivedJobs()
    overviews.sort((left, right) => right['end-time'] - left['end-time'])
    for (const overview of overviews.slice(ARCHIVE_LIMIT)) {
      await rm(path.join(this.#archive, `${overview.jid}.json`), { force: true })
    }
  }

  #unusable(error: unknown): FlinkError {
    const reason = error instanceof Error ? error.message : String(error)
    return new FlinkError('RUN_DIRECTORY_UNUSABLE', { path: this.path, reason }, { cause: error })
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function parseOverview(text: string): JobOverview | undefined {
  try {
    const value = JSON.parse(text) as JobOverview
    return typeof value.jid === 'string' && typeof value.state === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function overviewOfDeadJob(entry: JobDirectoryEntry, now: number): JobOverview {
  const none = { created: 0, scheduled: 0, deploying: 0, running: 0, finished: 0, canceling: 0, canceled: 0 }
  return {
    jid: entry.jobId,
    name: entry.name,
    state: 'FAILED',
    'start-time': entry.startTime,
    'end-time': now,
    duration: now - entry.startTime,
    'last-modification': now,
    tasks: { total: 0, ...none, failed: 0, reconciling: 0, initializing: 0 },
    'pending-operators': 0,
  }
}
