import { constants } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { errnoOf } from '../../core/fs/errno.js'
import type { LogInfo } from '../../rest/messages/process-messages.js'
import type { WhichLog } from '../../rest/processes/observed-process.js'

/** What somebody has put in the place of a file meanwhile leads nowhere, and is not waited for. */
const AS_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

export interface ProcessLogsSettings {
  /** Undefined: the process writes none. */
  readonly directory: string | undefined
  /** Of the current log: a file name. */
  readonly log: string
  /** Of the current output among the names that there are; undefined where it goes somewhere else. */
  readonly outputOf: (names: readonly string[]) => string | undefined
  /** The directory may be one that others use as well: which names are those of the process. */
  readonly isOwn: (name: string) => boolean
}

/** The logs of a process and what it printed: files of one directory, and of no other, whatever is asked for. */
export class ProcessLogs {
  readonly #settings: ProcessLogsSettings

  constructor(settings: ProcessLogsSettings) {
    this.#settings = settings
  }

  async list(): Promise<LogInfo[]> {
    const infos = await Promise.all((await this.#names()).map((name) => this.#infoOf(name)))
    return infos.filter((info) => info !== undefined)
  }

  /** A log in which nothing has been written yet is empty. Undefined where there is none. */
  async open(which: WhichLog): Promise<Readable | undefined> {
    const { directory, log, outputOf } = this.#settings
    if (directory === undefined) return undefined
    const names = await this.#names()
    if (which.kind === 'named') return names.includes(which.name) ? read(path.join(directory, which.name)) : undefined
    if (which.kind === 'log') return (await read(path.join(directory, log))) ?? Readable.from([''])
    const output = outputOf(names)
    return output === undefined ? undefined : read(path.join(directory, output))
  }

  /** What lies in the directory: a name that is asked for is one of these, so that no path leads out of it. */
  async #names(): Promise<string[]> {
    const { directory, isOwn } = this.#settings
    if (directory === undefined) return []
    try {
      const entries = await readdir(directory, { withFileTypes: true })
      return entries.filter((entry) => entry.isFile() && isOwn(entry.name)).map(({ name }) => name)
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return []
      throw error
    }
  }

  async #infoOf(name: string): Promise<LogInfo | undefined> {
    try {
      const { size, mtimeMs } = await stat(path.join(this.#settings.directory ?? '', name))
      return { name, size, mtime: Math.trunc(mtimeMs) }
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined
      throw error
    }
  }
}

/** To its end as it is now: a log to which more is written meanwhile has an end all the same. */
async function read(file: string): Promise<Readable | undefined> {
  try {
    const handle = await open(file, AS_FILE)
    const { size } = await handle.stat()
    if (size > 0) return handle.createReadStream({ start: 0, end: size - 1 })
    await handle.close()
    return Readable.from([''])
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}
