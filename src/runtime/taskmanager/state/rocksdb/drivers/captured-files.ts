// Duty: files of a store at one moment, under links of their own in a directory that goes with the release, or is moved away.
// Thread: the task worker that owns the backend.
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { FlinkError } from '../../../../../core/errors/flink-error.js'
import { errnoOf } from '../../../../../core/fs/errno.js'
import type { KvFile, KvFiles } from '../kv-store.js'
import { nativeFailure } from './native-failure.js'

/**
 * Each wait for the disk takes a busy task several ms, so they are few: a checkpoint of 420 MB under full load took 23 s in
 * pieces of 256 kB and 7 s in these. Their checksum takes the thread 3 ms.
 */
const PIECE_BYTES = 1024 * 1024

export interface LinkedFile {
  readonly name: string
  /** In the directory. */
  readonly link: string
  readonly start: number
  readonly end: number
  /** Of a whole file that never changes. */
  readonly isWhole: boolean
}

export class CapturedFiles implements KvFiles {
  readonly files: readonly KvFile[]
  readonly #directory: string
  #releasing: Promise<void> | undefined

  /** `own`: small files that no other moment has, with their bytes. */
  constructor(directory: string, linked: readonly LinkedFile[], own: ReadonlyMap<string, Uint8Array>) {
    this.#directory = directory
    const shared = linked.map((file) => this.#linkedFile(file))
    this.files = [...shared, ...[...own].map(([name, bytes]) => this.#ownFile(name, bytes))]
  }

  release(): Promise<void> {
    this.#releasing ??= rm(this.#directory, { recursive: true, force: true }).catch((error: unknown) => {
      throw nativeFailure({ operation: 'remove', directory: this.#directory }, error)
    })
    return this.#releasing
  }

  async moveTo(directory: string): Promise<void> {
    this.#check()
    await this.#move(directory)
    this.#releasing = Promise.resolve()
  }

  async #move(directory: string): Promise<void> {
    try {
      // No more than that: a root that was removed does not come back.
      await mkdir(path.dirname(directory)).catch(unlessThere)
      await rename(this.#directory, directory)
    } catch (error) {
      throw nativeFailure({ operation: 'keep', directory }, error)
    }
  }

  #linkedFile(file: LinkedFile): KvFile {
    const read = (): AsyncIterable<Uint8Array> => this.#readLinked(file)
    const { name, link, start, end, isWhole } = file
    return { name, isShared: true, sizeBytes: end - start, kept: { file: link, start, isWhole }, read }
  }

  #ownFile(name: string, bytes: Uint8Array): KvFile {
    return { name, isShared: false, sizeBytes: bytes.length, read: () => this.#readOwn(bytes) }
  }

  async *#readLinked({ link, start, end }: LinkedFile): AsyncIterable<Uint8Array> {
    this.#check()
    try {
      const handle = await open(path.join(this.#directory, link), 'r')
      let ahead = readAhead(handle, start, end)
      try {
        for (let at = start; at < end;) {
          const bytes = await ahead
          if (bytes.length === 0)
            throw new FlinkError('ASSERTION_FAILED', { what: `${link} of a state store is shorter than it was` })
          at += bytes.length
          // While the one before is written.
          ahead = readAhead(handle, at, end)
          yield bytes
        }
      } finally {
        await Promise.allSettled([ahead])
        await handle.close()
      }
    } catch (error) {
      throw nativeFailure({ operation: 'read', directory: this.#directory }, error)
    }
  }

  async *#readOwn(bytes: Uint8Array): AsyncIterable<Uint8Array> {
    this.#check()
    yield new Uint8Array(bytes)
  }

  #check(): void {
    if (this.#releasing !== undefined)
      throw new FlinkError('ASSERTION_FAILED', { what: 'files of a state store were read after their release' })
  }
}

function unlessThere(error: unknown): void {
  if (errnoOf(error) !== 'EEXIST') throw error
}

async function readPiece(handle: FileHandle, at: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.min(PIECE_BYTES, end - at))
  if (bytes.length === 0) return bytes
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, at)
  return bytes.subarray(0, bytesRead)
}

/** Whoever awaits it is told of a failure, and nobody before. */
function readAhead(handle: FileHandle, at: number, end: number): Promise<Uint8Array> {
  const piece = readPiece(handle, at, end)
  void Promise.allSettled([piece])
  return piece
}
