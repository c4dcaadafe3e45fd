// Duty: programs that were sent to a session: files of its user alone, below one directory.
//
// Invariants: a file has its name when it is whole and not before; no name that a client gives leads anywhere else. What a job
// runs stays until that job has ended, whoever removes what it was run from: `<running>/<job id>/`.
import { createWriteStream, type Stats } from 'node:fs'
import { chmod, link, copyFile, lstat, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { errnoOf } from '../../../core/fs/errno.js'
import { makeDirectories } from '../../../core/fs/make-directories.js'
import { removeTree } from '../../../core/fs/remove-tree.js'
import type { Random } from '../../../core/random/random.js'
import type { Jar } from '../../../rest/session/jars/jar-gateway.js'
import { checkedJarName } from './jar-name.js'

const PRIVATE_DIRECTORY = 0o700
const PRIVATE_FILE = 0o600
const JAR = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}_[^/\\]+$/
const JOB_ID = /^[0-9a-f]{32}$/
/** What comes in; no id of a program looks like it. */
const PART = /^[0-9a-f-]{36}\.part$/
/** No connection lasts so long (`rest/rest-endpoint.ts`). */
const LONGEST_UPLOAD_MS = 10 * 60_000

/** Absolute; made when there is something for them. */
export interface JarPlaces {
  /** Several sessions may share it. */
  readonly uploads: string
  /** What the jobs of this session run. */
  readonly running: string
}

export class JarStore {
  readonly #directory: string
  readonly #running: string
  readonly #random: Random

  constructor({ uploads, running }: JarPlaces, random: Random) {
    this.#directory = uploads
    this.#running = running
    this.#random = random
  }

  async list(): Promise<Jar[]> {
    const jars: Jar[] = []
    for (const id of await namesIn(this.#directory)) {
      if (!JAR.test(id)) continue
      const status = await statusOf(path.join(this.#directory, id))
      if (status?.isFile() !== true) continue
      jars.push({ id, name: id.slice(id.indexOf('_') + 1), uploaded: Math.trunc(status.mtimeMs) })
    }
    return jars.toSorted((left, right) => right.uploaded - left.uploaded)
  }

  /** Returns the path of the file. JAR_UPLOAD_REFUSED where no job can be in a file of that name, DISK_FULL. */
  async receive(given: string, content: Readable): Promise<string> {
    const name = checkedJarName(given)
    await this.#prepare()
    const uuid = this.#uuid()
    const file = path.join(this.#directory, `${uuid}_${name}`)
    const part = path.join(this.#directory, `${uuid}.part`)
    try {
      await pipeline(content, createWriteStream(part, { flags: 'wx', mode: PRIVATE_FILE, flush: true }))
      await rename(part, file)
      return file
    } catch (error) {
      await rm(part, { force: true })
      if (errnoOf(error) !== 'ENOSPC') throw error
      throw new FlinkError('DISK_FULL', { path: this.#directory }, { cause: error })
    }
  }

  /** JAR_NOT_FOUND */
  async remove(id: string): Promise<void> {
    await rm(await this.find(id))
  }

  /** Its path. JAR_NOT_FOUND */
  async find(id: string): Promise<string> {
    const file = path.join(this.#directory, id)
    const isThere = JAR.test(id) && (await statusOf(file))?.isFile() === true
    if (!isThere) throw new FlinkError('JAR_NOT_FOUND', { id, directory: this.#directory })
    return file
  }

  /** A name of its own for the program of a job. */
  async keepFor(jobId: string, id: string): Promise<string> {
    const file = await this.find(id)
    const directory = path.join(this.#running, jobId)
    await makeDirectories(directory, PRIVATE_DIRECTORY)
    const kept = path.join(directory, id.slice(id.indexOf('_') + 1))
    await rm(kept, { force: true })
    try {
      await link(file, kept)
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') throw error
      // Not every file system has links.
      await copyFile(file, kept)
    }
    return kept
  }

  async giveUp(jobId: string): Promise<void> {
    await removeTree(path.join(this.#running, jobId))
  }

  /** Removes what is kept for jobs that are no more, and uploads in the middle of which a session died. `now`: epoch ms. */
  async removeEnded(isLiving: (jobId: string) => boolean, now: number): Promise<void> {
    for (const name of await namesIn(this.#directory)) {
      if (!PART.test(name)) continue
      const part = path.join(this.#directory, name)
      const status = await statusOf(part)
      if (status !== undefined && now - status.mtimeMs > LONGEST_UPLOAD_MS) await rm(part, { force: true })
    }
    for (const jobId of await namesIn(this.#running)) {
      if (JOB_ID.test(jobId) && !isLiving(jobId)) await this.giveUp(jobId)
    }
  }

  async #prepare(): Promise<void> {
    await makeDirectories(this.#directory, PRIVATE_DIRECTORY)
    await chmod(this.#directory, PRIVATE_DIRECTORY)
  }

  #uuid(): string {
    const hex = this.#random.hex(32)
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Undefined where it is not there, or is not to be had by such a name. */
async function statusOf(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file)
  } catch (error) {
    if (['ENOENT', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'].includes(errnoOf(error) ?? '')) return undefined
    throw error
  }
}
