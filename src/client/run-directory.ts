import { chmod, lstat, stat, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import { ReasonError } from '../core/errors/reason-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { errnoOf } from '../core/fs/errno.js'
import { makeDirectories } from '../core/fs/make-directories.js'
import type { JobOverview } from '../rest/messages/job-messages.js'
import { jobDirectoryEntryOf, overviewOfEntry, type JobDirectoryEntry } from './job-directory-entry.js'
import { isJobProcessAlive, SYSTEM_PROBE, type JobProcessProbe } from './job-liveness.js'
import { isJobOverview } from './job-overview.js'
import { readJsonFile } from './json-file.js'
import { findSocket, isSocket, prepareSocketPlace, socketPathOf } from './socket-place.js'

const ARCHIVE_LIMIT = 100
const PRIVATE_DIRECTORY = 0o700
const PRIVATE_FILE = 0o600
const STICKY = 0o1000
/** A job's entry is as long as its name and a few hundred bytes. */
const FILE_LIMIT_BYTES = 1 << 20
/** The answers of a job are bounded by whoever makes them. */
const ANSWERS_LIMIT_BYTES = 64 << 20
const JOB_ID = /^[0-9a-f]{32}$/
const EXTENSION = '.json'
const OTHER_DIRECTORY = 'Set cluster.run-directory to a directory of yours.'

/** What is around the directory; without it the system, and nobody who is told. */
export interface RunDirectorySurroundings {
  readonly probe?: JobProcessProbe
  /** Told once of each file that is passed over. */
  readonly warn?: (text: string) => void
}

/**
 * The directory through which jobs are found: a socket and a description of every living job, an archive of ended ones.
 * Whoever finds the files of a dead process cleans them up. Files that no job wrote are passed over and left where they are;
 * no file leads out of the directory.
 */
export class RunDirectory {
  readonly path: string
  readonly #now: () => number
  readonly #probe: JobProcessProbe
  readonly #warn: (text: string) => void
  readonly #told = new Set<string>()

  /** `now` gives epoch ms. */
  constructor(directory: string, now: () => number, surroundings: RunDirectorySurroundings = {}) {
    this.path = directory
    this.#now = now
    this.#probe = surroundings.probe ?? SYSTEM_PROBE
    this.#warn = surroundings.warn ?? (() => undefined)
  }

  /** Makes the directory, private to its user; RUN_DIRECTORY_UNUSABLE when that fails. */
  async prepare(): Promise<void> {
    try {
      if (await isShared(this.path)) {
        throw new ReasonError('all users may make files in it (its sticky bit is set), and no other may see your jobs')
      }
      await this.#refuseOtherOwner()
      await this.#refuseFileAsArchive()
      await makeDirectories(this.#archive, PRIVATE_DIRECTORY)
      await chmod(this.path, PRIVATE_DIRECTORY)
    } catch (error) {
      throw FlinkError.is(error, 'RUN_DIRECTORY_UNUSABLE') ? error : this.unusable(error)
    }
  }

  /** Whoever owns a directory decides what is in it, whatever its mode. */
  async #refuseOtherOwner(): Promise<void> {
    const owner = await ownerOf(this.path)
    if (owner === undefined || process.getuid === undefined || owner === process.getuid()) return
    throw new ReasonError(`it belongs to another user (${String(owner)})`)
  }

  /** Nothing is wrong with the directory as such then: another one is not what the user needs. */
  async #refuseFileAsArchive(): Promise<void> {
    const isFile = await stat(this.#archive).then(
      (status) => !status.isDirectory(),
      (error: unknown) => {
        if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false
        throw error
      },
    )
    if (!isFile) return
    const reason = `${this.#archive}, where the jobs that have ended are kept, is no directory`
    throw new FlinkError('RUN_DIRECTORY_UNUSABLE', { path: this.path, reason, advice: 'Move it away or remove it.' })
  }

  /** What is thrown where the directory does not do what it is there for. */
  unusable(cause: unknown, what = ''): FlinkError {
    const reason = what === '' ? messageOf(cause) : `${what}: ${messageOf(cause)}`
    return new FlinkError('RUN_DIRECTORY_UNUSABLE', { path: this.path, reason, advice: OTHER_DIRECTORY }, { cause })
  }

  /** Where the socket of a job goes: here, or in a private temporary directory when the path would be too long. */
  async socketPathFor(jobId: string): Promise<string> {
    const socket = socketPathOf(this.path, jobId)
    try {
      await prepareSocketPlace(this.path, socket)
    } catch (error) {
      throw this.unusable(error)
    }
    return socket
  }

  /** A job that another process ran is this one's now: what that left does not stand in the way, nor for the job's end. */
  async succeed(jobId: string): Promise<void> {
    try {
      await rm(this.#archivedFile(jobId), { force: true })
      await rm(this.#answersFile(jobId), { force: true })
      if (process.platform !== 'win32') await rm(socketPathOf(this.path, jobId), { force: true })
    } catch (error) {
      throw this.unusable(error)
    }
  }

  async register(entry: JobDirectoryEntry): Promise<void> {
    await this.#write(this.#entryFile(entry.jobId), entry)
  }

  /** False when somebody removed what `register` wrote. */
  async isRegistered(entry: JobDirectoryEntry): Promise<boolean> {
    try {
      await lstat(this.#entryFile(entry.jobId))
      return true
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false
      throw this.unusable(error)
    }
  }

  /** Takes the job out of the living ones and keeps its last overview, and `answers`: the JSON of what else it has to say. */
  async archive(overview: JobOverview, answers?: string): Promise<void> {
    try {
      await this.prepare()
      if (answers !== undefined) await this.#writeText(this.#answersFile(overview.jid), answers)
      await this.#write(path.join(this.#archive, `${overview.jid}.json`), overview)
    } finally {
      // A full disk has no room for the overview, and the job has ended all the same.
      await rm(this.#entryFile(overview.jid), { force: true })
    }
    await this.#limitArchive()
  }

  /** What a job has left of itself. Whether its process lives is not asked; undefined where there is no entry. */
  async entryOf(jobId: string): Promise<JobDirectoryEntry | undefined> {
    return this.#entryOf(jobId)
  }

  /** Jobs that have an entry. Whether their processes live is not asked. */
  async entries(): Promise<JobDirectoryEntry[]> {
    const entries: JobDirectoryEntry[] = []
    for (const jobId of await this.#jobsIn(this.path)) {
      const entry = await this.#entryOf(jobId)
      if (entry !== undefined) entries.push(entry)
    }
    return entries
  }

  /** Jobs whose process lives. Files of dead ones are removed and their job archived as FAILED. */
  async livingJobs(): Promise<JobDirectoryEntry[]> {
    const entries = await this.entries()
    const alive = await Promise.all(entries.map((entry) => isJobProcessAlive(entry, this.#probe)))
    const living: JobDirectoryEntry[] = []
    for (const [index, entry] of entries.entries()) {
      if (alive[index] === true) living.push(entry)
      else await this.#removeDead(entry)
    }
    return living
  }

  /** The entry of a job whose process lives; what a dead one left is removed. */
  async find(jobId: string): Promise<JobDirectoryEntry | undefined> {
    const entry = await this.#entryOf(jobId)
    if (entry === undefined || (await isJobProcessAlive(entry, this.#probe))) return entry
    await this.#removeDead(entry)
    return undefined
  }

  /**
   * True while the process of the job lives, also when it does not answer: nobody else may go on from its checkpoints or
   * remove them. A job whose entry was lost still has its socket.
   */
  async isJobRunning(jobId: string): Promise<boolean> {
    if ((await this.find(jobId)) !== undefined) return true
    if (!JOB_ID.test(jobId)) return false
    return (await this.#probe.connect(socketPathOf(this.path, jobId))) === 'accepted'
  }

  /** One that has ended, or whose process died; undefined where it is not known. */
  async archivedJob(jobId: string): Promise<JobOverview | undefined> {
    return JOB_ID.test(jobId) ? this.#archivedJob(jobId) : undefined
  }

  async archivedJobs(): Promise<JobOverview[]> {
    const overviews: JobOverview[] = []
    for (const jobId of await this.#jobsIn(this.#archive)) {
      const overview = await this.#archivedJob(jobId)
      if (overview !== undefined) overviews.push(overview)
    }
    return overviews
  }

  /** What `archive` was given of a job beside its overview; undefined where it is not known. */
  async archivedAnswers(jobId: string): Promise<unknown> {
    if (!JOB_ID.test(jobId)) return undefined
    return this.#believed(this.#answersFile(jobId), (value) => value, ANSWERS_LIMIT_BYTES)
  }

  get #archive(): string {
    return path.join(this.path, 'archive')
  }

  #entryFile(jobId: string): string {
    return path.join(this.path, `${jobId}.json`)
  }

  async #entryOf(jobId: string): Promise<JobDirectoryEntry | undefined> {
    if (!JOB_ID.test(jobId)) return undefined
    return this.#believed(this.#entryFile(jobId), async (value) => {
      const entry = jobDirectoryEntryOf(value, jobId)
      const socket = await findSocket(this.path, entry.socket)
      if (socket === undefined) throw new ReasonError('its socket lies where no job puts one')
      return { ...entry, socket }
    })
  }

  #archivedFile(jobId: string): string {
    return path.join(this.#archive, `${jobId}.json`)
  }

  #answersFile(jobId: string): string {
    return path.join(this.#archive, `${jobId}.answers.json`)
  }

  async #archivedJob(jobId: string): Promise<JobOverview | undefined> {
    return this.#believed(this.#archivedFile(jobId), (value) => {
      if (isJobOverview(value) && value.jid === jobId) return value
      throw new ReasonError('it does not describe the job that its name says')
    })
  }

  /** What a file says; undefined when it went meanwhile, and when no job wrote it, which is told once. */
  async #believed<T>(
    file: string,
    check: (value: unknown) => T | Promise<T>,
    limitBytes = FILE_LIMIT_BYTES,
  ): Promise<T | undefined> {
    try {
      // Before the directory was made private others may have put files there.
      const owners = [process.getuid?.(), await ownerOf(this.path)].filter((uid) => uid !== undefined)
      return await check(await readJsonFile(file, { limitBytes, owners }))
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined
      // A file stands where the directory should be, on which the next command would fail.
      if (errnoOf(error) === 'ENOTDIR') await this.#refuseFiles(error)
      this.#passOver(file, error)
      return undefined
    }
  }

  #passOver(file: string, error: unknown): void {
    if (this.#told.has(file)) return
    this.#told.add(file)
    this.#warn(`${file} is passed over: ${messageOf(error)}. Remove it when it is of no use.`)
  }

  /** Cleans up after a job process that ended without a word (kill -9, power loss). */
  async #removeDead(entry: JobDirectoryEntry): Promise<void> {
    const file = this.#entryFile(entry.jobId)
    try {
      // A job that ends properly takes its entry away before its socket: it may have done so since the entry was read.
      await lstat(file)
      if (await isSocket(entry.socket)) await rm(entry.socket, { force: true })
      const overview = overviewOfEntry(entry, { state: 'FAILED', endTime: this.#now() })
      const { checkpoints, isRecoverable, queryableStates } = entry
      const died = {
        ...(checkpoints !== undefined && { checkpoints }),
        ...(isRecoverable !== undefined && { isRecoverable }),
        ...(queryableStates !== undefined && { queryableStates }),
      }
      await this.archive({ ...overview, died })
    } catch (error) {
      // Others may be allowed to clean up here; that the job is dead is as true.
      if (errnoOf(error) !== 'ENOENT') this.#passOver(file, error)
    }
  }

  /** Written aside and renamed, so that no reader ever sees half a file. */
  #write(file: string, value: unknown): Promise<void> {
    return this.#writeText(file, JSON.stringify(value))
  }

  async #writeText(file: string, text: string): Promise<void> {
    const { randomBytes } = await import('node:crypto')
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
    try {
      await writeFile(temporary, text, { mode: PRIVATE_FILE })
      await rename(temporary, file)
    } catch (error) {
      // Why it could not be written matters, not that nothing can be removed there either.
      await Promise.allSettled([rm(temporary, { force: true })])
      throw this.unusable(error)
    }
  }

  /** The ids that the files of a directory are named after. */
  async #jobsIn(directory: string): Promise<string[]> {
    try {
      const files = (await readdir(directory)).filter((file) => file.endsWith(EXTENSION))
      return files.map((file) => path.basename(file, EXTENSION)).filter((name) => JOB_ID.test(name))
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return []
      if (errnoOf(error) === 'ENOTDIR') await this.#refuseFiles(error)
      throw this.unusable(error)
    }
  }

  /** Throws where the run directory, or the archive in it, is a file. */
  async #refuseFiles(error: unknown): Promise<void> {
    await this.#refuseFileAsArchive()
    const isDirectory = await stat(this.path).then(
      (stats) => stats.isDirectory(),
      () => true,
    )
    if (!isDirectory) throw this.unusable(error)
  }

  /** The end of every job waits for this, so the files are only read when there are too many. */
  async #limitArchive(): Promise<void> {
    if ((await this.#jobsIn(this.#archive)).length <= ARCHIVE_LIMIT) return
    const overviews = await this.archivedJobs()
    overviews.sort((left, right) => right['end-time'] - left['end-time'])
    for (const overview of overviews.slice(ARCHIVE_LIMIT)) {
      await rm(this.#archivedFile(overview.jid), { force: true })
      await rm(this.#answersFile(overview.jid), { force: true })
    }
  }
}

/** A directory as /tmp is: it was not made for jobs, and to take it from others would harm them. */
async function isShared(directory: string): Promise<boolean> {
  try {
    return ((await stat(directory)).mode & STICKY) !== 0
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false
    throw error
  }
}

/** The id of its user; undefined before it is there, and on Windows. */
async function ownerOf(directory: string): Promise<number | undefined> {
  if (process.getuid === undefined) return undefined
  try {
    return (await stat(directory)).uid
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}
