import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import { errnoOf } from '../core/fs/errno.js'
import {
  hasEnded,
  processOwnerOf,
  SYSTEM_PROCESS_PROBE,
  thisProcess,
  type ProcessOwner,
  type ProcessProbe,
} from '../core/process/process-owner.js'
import type { RunDirectory } from './run-directory.js'

const PRIVATE_FILE = 0o600

/**
 * That a process is about to put another job in the place of this one: `<jobId>.upgrade` in the run directory. One that died
 * holds nothing: whoever comes next moves its file aside, which one of several can do.
 */
export class UpgradeLock {
  readonly #file: string

  private constructor(file: string) {
    this.#file = file
  }

  /** UPGRADE_UNDER_WAY where a living process has it, RUN_DIRECTORY_UNUSABLE where it cannot be had there. */
  static async take(
    runDirectory: Pick<RunDirectory, 'path' | 'unusable'>,
    jobId: string,
    probe: ProcessProbe = SYSTEM_PROCESS_PROBE,
  ): Promise<UpgradeLock> {
    const file = path.join(runDirectory.path, `${jobId}.upgrade`)
    const owner = await thisProcess()
    const lives = async (holder: ProcessOwner | undefined): Promise<boolean> =>
      holder !== undefined && !(await hasEnded(holder, owner, probe))
    const aside = `${file}.${String(owner.pid)}`
    try {
      await writeFile(aside, JSON.stringify(owner), { mode: PRIVATE_FILE })
      while (!(await isMade(aside, file))) {
        const holder = await holderOf(file)
        if (holder !== undefined && (await lives(holder))) {
          throw new FlinkError('UPGRADE_UNDER_WAY', { jobId, pid: holder.pid })
        }
        await moveAside(file, `${aside}.dead`, lives)
      }
    } catch (error) {
      throw FlinkError.is(error) ? error : runDirectory.unusable(error)
    } finally {
      await rm(aside, { force: true })
    }
    return new UpgradeLock(file)
  }

  /** Never rejects: what is left of it holds nobody up, for the job has another one in its place or this process ends. */
  async release(): Promise<void> {
    await Promise.allSettled([rm(this.#file, { force: true })])
  }
}

/** Made whole, or not at all. */
async function isMade(from: string, file: string): Promise<boolean> {
  try {
    await link(from, file)
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Undefined where it has gone meanwhile, or nobody wrote it who could hold it. */
async function holderOf(file: string): Promise<ProcessOwner | undefined> {
  try {
    return processOwnerOf(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** What was moved is looked at again: between the look and the move another process may have put its own in its place. */
async function moveAside(
  file: string,
  to: string,
  lives: (holder: ProcessOwner | undefined) => Promise<boolean>,
): Promise<void> {
  try {
    await rename(file, to)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
  if (await lives(await holderOf(to))) await isMade(to, file)
  await rm(to, { force: true })
}
