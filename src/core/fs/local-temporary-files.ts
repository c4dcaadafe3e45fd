import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FlinkError } from '../errors/flink-error.js'
import { messageOf } from '../errors/thrown-value.js'
import { directoriesIn } from './directory-list.js'
import type { TemporaryFile, TemporaryFiles } from './temporary-files.js'

const OWNER_ONLY = 0o600

/** Temporary files on local disks, one directory after the other. */
export class LocalTemporaryFiles implements TemporaryFiles {
  #created = 0

  create(directories: string | undefined): TemporaryFile {
    const places = directoriesIn(directories)
    const directory = path.resolve(places[this.#created % places.length] ?? tmpdir())
    this.#created += 1
    return new LocalTemporaryFile(path.join(directory, `flink-ts-${randomUUID()}.tmp`))
  }
}

class LocalTemporaryFile implements TemporaryFile {
  readonly #path: string
  readonly #descriptor: number
  /** No name leads to it any more: the system takes it away however the process ends. */
  #isUnlinked: boolean
  #isOpen = true

  constructor(file: string) {
    this.#path = file
    this.#descriptor = this.#explain('opened', () => openSync(file, 'wx+', OWNER_ONLY))
    this.#isUnlinked = this.#unlink()
  }

  write(bytes: Uint8Array, position: number): void {
    this.#explain('written', () => {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done)
      }
    })
  }

  read(bytes: Uint8Array, position: number): void {
    this.#explain('read', () => {
      for (let done = 0; done < bytes.length;) {
        const count = readSync(this.#descriptor, bytes, done, bytes.length - done, position + done)
        if (count === 0)
          throw new FlinkError('ASSERTION_FAILED', { what: `${this.#path} ends before what was written` })
        done += count
      }
    })
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#explain('closed', () => {
      closeSync(this.#descriptor)
    })
    if (!this.#isUnlinked) this.#isUnlinked = this.#unlink()
  }

  #unlink(): boolean {
    try {
      rmSync(this.#path)
      return true
    } catch {
      // Where an open file cannot lose its name: again when it is closed.
      return false
    }
  }

  #explain<T>(operation: string, work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (FlinkError.is(error)) throw error
      const reason = messageOf(error)
      const details = { operation, path: this.#path, reason }
      throw new FlinkError('TEMPORARY_FILE_FAILED', details, { cause: error })
    }
  }
}
