// Duty: files of a store at one moment, under links of their own in a directory that goes with the release.
// Thread: the task worker that owns the backend.
import { open, rm } from 'node:fs/promises'
import path from 'node:path'
import { FlinkError } from '../../../../../core/errors/flink-error.js'
import type { KvFile, KvFiles } from '../kv-store.js'
import { nativeFailure } from './native-failure.js'

const CHUNK_BYTES = 256 * 1024

export interface LinkedFile {
  readonly name: string
  /** In the directory. */
  readonly link: string
  readonly start: number
  readonly end: number
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

  #linkedFile(file: LinkedFile): KvFile {
    const read = (): AsyncIterable<Uint8Array> => this.#readLinked(file)
    return { name: file.name, isShared: true, sizeBytes: file.end - file.start, read }
  }

  #ownFile(name: string, bytes: Uint8Array): KvFile {
    return { name, isShared: false, sizeBytes: bytes.length, read: () => this.#readOwn(bytes) }
  }

  async *#readLinked({ link, start, end }: LinkedFile): AsyncIterable<Uint8Array> {
    this.#check()
    try {
      const handle = await open(path.join(this.#directory, link), 'r')
      try {
        for (let at = start; at < end;) {
          const bytes = new Uint8Array(Math.min(CHUNK_BYTES, end - at))
          const { bytesRead } = await handle.read(bytes, 0, bytes.length, at)
          if (bytesRead === 0)
            throw new FlinkError('ASSERTION_FAILED', { what: `${link} of a state store is shorter than it was` })
          at += bytesRead
          yield bytes.subarray(0, bytesRead)
        }
      } finally {
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
