import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FlinkError } from '../errors/flink-error.js'
import { messageOf } from '../errors/thrown-value.js'
import { hasEnded, processOwnerOf, thisProcess, type ProcessOwner } from './process-owner.js'
import type { Random } from '../random/random.js'
import { errnoOf } from '../fs/errno.js'
import { directoriesIn } from '../fs/directory-list.js'
import { makeDirectories } from '../fs/make-directories.js'
import { removeTree } from '../fs/remove-tree.js'

const OWNER_ONLY = 0o700
/** Beside a directory, so that the driver that works in it meets nothing of ours. */
const OWNER_SUFFIX = '.owner'

/** A directory that only its process uses, and that nobody needs after it. */
export interface WorkingDirectory {
  readonly path: string
  /** May be called twice. */
  remove(): Promise<void>
}

export interface WorkingDirectoriesOptions {
  /** As `io.tmp.dirs`; undefined: the system's own. */
  readonly places: string | undefined
  /** What their names begin with, of which nobody else makes any. */
  readonly prefix: string
  /** What is in the way there, as the user is told it. */
  readonly option: string
  readonly random: Random
}

/**
 * Directories on local disks, one place after the other: `<place>/<prefix>-<name>-<random>`, with whose it is in
 * `<the same>.owner`. Who makes a first one in a place removes what processes left there that have certainly ended.
 */
export class WorkingDirectories {
  readonly #options: WorkingDirectoriesOptions
  readonly #places: readonly string[]
  readonly #swept = new Set<string>()
  #next: number
  #owner: Promise<ProcessOwner> | undefined

  constructor(options: WorkingDirectoriesOptions) {
    const given = directoriesIn(options.places)
    this.#options = options
    this.#places = (given.length === 0 ? [tmpdir()] : given).map((place) => path.resolve(place))
    // The threads of a job begin at different ones.
    this.#next = options.random.nextInt(this.#places.length)
  }

  /**
   * LOCAL_DIRECTORY_UNUSABLE where none of the places takes a new directory. `near`: a directory on whose disk it is to be, if
   * a place is.
   */
  async create(name: string, near?: string): Promise<WorkingDirectory> {
    const reasons: string[] = []
    for (const place of await this.#placesToTry(near)) {
      try {
        return await this.#createIn(place, name)
      } catch (error) {
        reasons.push(`${place}: ${messageOf(error)}`)
      }
    }
    throw new FlinkError('LOCAL_DIRECTORY_UNUSABLE', { reasons: reasons.join('; '), option: this.#options.option })
  }

  /** One in each place that takes a new directory; LOCAL_DIRECTORY_UNUSABLE where none does. */
  async createInEach(name: string): Promise<readonly WorkingDirectory[]> {
    const made = await Promise.allSettled(this.#places.map((place) => this.#createIn(place, name)))
    const directories = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    if (directories.length > 0) return directories
    const reasons = made.flatMap((each, index) =>
      each.status === 'rejected' ? [`${this.#places[index] ?? ''}: ${messageOf(each.reason)}`] : [],
    )
    throw new FlinkError('LOCAL_DIRECTORY_UNUSABLE', { reasons: reasons.join('; '), option: this.#options.option })
  }

  /** The next one first. */
  async #placesToTry(near: string | undefined): Promise<readonly string[]> {
    const first = this.#next % this.#places.length
    this.#next += 1
    const places = [...this.#places.slice(first), ...this.#places.slice(0, first)]
    if (near === undefined || places.length === 1) return places
    const disk = await diskOf(near)
    const isNear = await Promise.all(places.map(async (place) => (await diskOf(place)) === disk))
    return [...places.filter((_, index) => isNear[index]), ...places.filter((_, index) => !isNear[index])]
  }

  async #createIn(place: string, name: string): Promise<WorkingDirectory> {
    await makeDirectories(place)
    this.#owner ??= thisProcess()
    const owner = await this.#owner
    await this.#sweep(place, owner)
    const { prefix, random } = this.#options
    const directory = path.join(place, `${prefix}-${name}-${random.hex(16)}`)
    // First whose it will be: a directory without an owner could never be removed.
    await writeFile(directory + OWNER_SUFFIX, JSON.stringify(owner), { mode: 0o600 })
    try {
      await mkdir(directory, { mode: OWNER_ONLY })
    } catch (error) {
      await rm(directory + OWNER_SUFFIX, { force: true })
      throw error
    }
    return { path: directory, remove: () => removeOwned(directory) }
  }

  async #sweep(place: string, asker: ProcessOwner): Promise<void> {
    if (this.#swept.has(place)) return
    this.#swept.add(place)
    const ownerFiles = (await readdir(place)).filter(
      (file) => file.startsWith(`${this.#options.prefix}-`) && file.endsWith(OWNER_SUFFIX),
    )
    for (const file of ownerFiles) await removeLeftOver(path.join(place, file), asker)
  }
}

/** Undefined for what is not there. */
async function diskOf(directory: string): Promise<number | undefined> {
  try {
    return (await stat(directory)).dev
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return undefined
  }
}

/** Whatever is in the way, somebody else's left-overs are no reason to fail. */
async function removeLeftOver(ownerFile: string, asker: ProcessOwner): Promise<void> {
  try {
    const owner = processOwnerOf(JSON.parse(await readFile(ownerFile, 'utf8')))
    if (owner === undefined || !(await hasEnded(owner, asker))) return
    await removeOwned(ownerFile.slice(0, -OWNER_SUFFIX.length))
  } catch (error) {
    // Not readable for us, half written, or removed by somebody else meanwhile.
    if (!(error instanceof SyntaxError) && errnoOf(error) === undefined) throw error
  }
}

/** The owner's file last: as long as it is there the rest is found again. */
async function removeOwned(directory: string): Promise<void> {
  await removeTree(directory)
  await rm(directory + OWNER_SUFFIX, { force: true })
}
