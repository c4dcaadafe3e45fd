// Duty: all files of a running RocksDB at one moment, and back. `*.sst` never change, and are linked. MANIFEST and logs only
// grow: they are linked, and the bytes up to now handed over in pieces. CURRENT, which names the MANIFEST, is copied.
// Invariants: the caller is the only writer, so the logs are still. RocksDB flushes and compacts meanwhile, and removes files:
// where one was gone before it was linked, or the MANIFEST grew, all is done once more (README, Files of a running RocksDB).
// Thread: the task worker that owns the backend.
import { constants, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { link, open } from 'node:fs/promises'
import path from 'node:path'
import { FlinkError } from '../../../../../core/errors/flink-error.js'
import { errnoOf } from '../../../../../core/fs/errno.js'
import { makeDirectories } from '../../../../../core/fs/make-directories.js'
import { CapturedFiles, type LinkedFile } from './captured-files.js'
import { GrowingFile, pieceName, placeOfPiece } from './growing-file.js'
import { nativeFailure } from './native-failure.js'
import { readFrom } from './read-from.js'
import { RocksManifest } from './rocksdb-manifest.js'

const MOST_TRIES = 1000
const LOG_FILE = /^(\d+)\.log$/
const CURRENT = 'CURRENT'

/** How a link is made; a test gives its own. */
export type Link = (existing: string, link: string) => void

export interface RocksFilesOptions {
  /** RocksDB's own. */
  readonly database: string
  /** A directory on the same disk. */
  readonly captures: string
  readonly link?: Link
}

export class RocksFiles {
  readonly #options: RocksFilesOptions
  readonly #link: Link
  #manifestName = ''
  #manifest = new RocksManifest()
  #growing = new Map<string, GrowingFile>()

  constructor(options: RocksFilesOptions) {
    this.#options = options
    this.#link = options.link ?? linkSync
  }

  capture(): CapturedFiles {
    try {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const captured = this.#tryCapture(mkdtempSync(path.join(this.#options.captures, 'capture-')))
        if (captured !== undefined) return captured
      }
    } catch (error) {
      throw nativeFailure({ operation: 'link files', directory: this.#options.database }, error)
    }
    throw new FlinkError('ASSERTION_FAILED', { what: `${this.#options.database} never stood still` })
  }

  /** Undefined where RocksDB removed something meanwhile. */
  #tryCapture(directory: string): CapturedFiles | undefined {
    try {
      const current = this.#follow()
      const links = this.#linkAll(directory)
      if (this.#isFurther(current)) throw new ChangedMeanwhile()
      const own = new Map([[CURRENT, current]])
      return new CapturedFiles(directory, this.#piecesOf(links), own)
    } catch (error) {
      rmSync(directory, { recursive: true, force: true })
      if (error instanceof ChangedMeanwhile || errnoOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** Reads what the MANIFEST got since, or another one that RocksDB began; what CURRENT says. */
  #follow(): Uint8Array {
    const current = readFileSync(path.join(this.#options.database, CURRENT))
    const name = current.toString('latin1').trim()
    if (name !== this.#manifestName) this.#manifest = new RocksManifest()
    this.#manifestName = name
    this.#manifest.read(readFrom(path.join(this.#options.database, name), this.#manifest.position))
    return current
  }

  /** Names of the links, with how many bytes of each belong to this moment. */
  #linkAll(directory: string): ReadonlyMap<string, number> {
    const { database } = this.#options
    const tables = [...this.#manifest.files].map(([number, size]) => [tableName(number), size] as const)
    const logs = readdirSync(database).filter((name) => this.#isNeededLog(name))
    for (const name of [...tables.map(([table]) => table), ...logs, this.#manifestName])
      this.#link(path.join(database, name), path.join(directory, name))
    const sizes = logs.map((name) => [name, statSync(path.join(directory, name)).size] as const)
    return new Map([...tables, ...sizes, [this.#manifestName, this.#manifest.sizeBytes]])
  }

  #isNeededLog(name: string): boolean {
    const number = LOG_FILE.exec(name)?.[1]
    return number !== undefined && Number(number) >= this.#manifest.logNumber
  }

  /** A log may be gone that was needed at the moment that was read. */
  #isFurther(current: Uint8Array): boolean {
    const { database } = this.#options
    if (statSync(path.join(database, this.#manifestName)).size !== this.#manifest.position) return true
    return !readFileSync(path.join(database, CURRENT)).equals(current)
  }

  #piecesOf(links: ReadonlyMap<string, number>): readonly LinkedFile[] {
    const growing = new Map<string, GrowingFile>()
    const files = [...links].flatMap(([link, size]): LinkedFile[] => {
      if (isTable(link)) return [{ name: link, link, start: 0, end: size, isWhole: true }]
      const file = this.#growing.get(link) ?? new GrowingFile()
      growing.set(link, file)
      return file.piecesUpTo(size).map((piece) => ({ name: pieceName(link, piece), link, ...piece, isWhole: false }))
    })
    // Files that are gone never come back: their numbers are not given a second time.
    this.#growing = growing
    return files
  }
}

/** Puts a file, or a piece of one, where RocksDB looks for it. */
export async function placeRocksFile(database: string, name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const { file, start } = placeOfPiece(name)
  if (file !== path.basename(file)) throw new FlinkError('ASSERTION_FAILED', { what: `'${name}' names no file` })
  try {
    await makeDirectories(database)
    const handle = await open(path.join(database, file), constants.O_WRONLY | constants.O_CREAT)
    try {
      let at = start
      for await (const bytes of pieces) {
        for (let done = 0; done < bytes.length;)
          done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten
        at += bytes.length
      }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw nativeFailure({ operation: 'restore', directory: database }, error)
  }
}

/** Puts a table where RocksDB looks for it, which never changes it. */
export async function linkRocksFile(database: string, name: string, existing: string): Promise<void> {
  try {
    await makeDirectories(database)
    await link(existing, path.join(database, path.basename(name)))
  } catch (error) {
    throw nativeFailure({ operation: 'restore', directory: database }, error)
  }
}

function tableName(number: number): string {
  return `${String(number).padStart(6, '0')}.sst`
}

function isTable(name: string): boolean {
  return name.endsWith('.sst')
}

class ChangedMeanwhile extends Error {}
