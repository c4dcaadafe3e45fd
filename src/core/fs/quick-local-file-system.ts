// Duty: the machine's own files for the main thread of a job, which has little else to do: what waits for no disk is done in
// place. A call of the pool costs 0.1 ms of processor time, for two switches of thread and a promise, of which in place a
// fifth is left: a checkpoint without state took 5.5 ms with all its calls in the pool, and 4.8 ms with four.
// Invariants: whatever waits for a disk by its nature (syncs, many bytes, directories that are made, which a checkpoint begins
// with) is done in the pool: where a disk hangs, that is where a checkpoint waits. One call in place that took long is
// followed by none for a while. What fails in place is tried again in the pool, which says what is wrong; but for a sync.
import { closeSync, constants, fsync, openSync, renameSync, rmdirSync, unlinkSync, write, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import { ReasonError } from '../errors/reason-error.js'
import type { FileWriter } from './file-system.js'
import { explain, LocalFileSystem, withoutRefusedSync } from './local-file-system.js'

/** More than a busy processor has a thread wait, as a rule. */
const SLOW_MS = 50
const POOL_AFTER_SLOW_MS = 10_000
/** What goes to the disk's cache in a few µs. */
const MOST_BYTES_IN_PLACE = 65_536
/** A pipe that nobody reads would have the thread wait for ever. Windows has neither. */
const WRITE_WITHOUT_WAITING = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NONBLOCK ?? 0)

const fsyncInPool = promisify(fsync)
const writeInPool = promisify(write)

/** False where the call was not made, or failed. */
type InPlace = (call: () => void) => boolean

export class QuickLocalFileSystem extends LocalFileSystem {
  readonly #nowMs: () => number
  #slowUntilMs = Number.NEGATIVE_INFINITY
  readonly #isDone: InPlace = (call) => {
    const startMs = this.#nowMs()
    if (startMs < this.#slowUntilMs) return false
    try {
      call()
      return true
    } catch {
      return false
    } finally {
      const endMs = this.#nowMs()
      if (endMs - startMs > SLOW_MS) this.#slowUntilMs = endMs + POOL_AFTER_SLOW_MS
    }
  }

  constructor(nowMs: () => number = () => performance.now()) {
    super()
    this.#nowMs = nowMs
  }

  override async openForWrite(file: string): Promise<FileWriter> {
    const descriptor = this.#open(file, WRITE_WITHOUT_WAITING)
    return descriptor === undefined ? super.openForWrite(file) : new QuickFileWriter(file, descriptor, this.#isDone)
  }

  override async rename(from: string, to: string): Promise<void> {
    const isRenamed = this.#isDone(() => {
      renameSync(from, to)
    })
    if (!isRenamed) await super.rename(from, to)
  }

  override async delete(file: string): Promise<void> {
    const isDeleted = this.#isDone(() => {
      unlinkSync(file)
    })
    if (!isDeleted) await super.delete(file)
  }

  override async deleteEmptyDirectory(directory: string): Promise<boolean> {
    const isDeleted = this.#isDone(() => {
      rmdirSync(directory)
    })
    return isDeleted || super.deleteEmptyDirectory(directory)
  }

  override async syncDirectory(directory: string): Promise<void> {
    const descriptor = process.platform === 'win32' ? undefined : this.#open(directory, constants.O_RDONLY)
    if (descriptor === undefined) return super.syncDirectory(directory)
    await explain('sync', directory, async () => {
      try {
        await withoutRefusedSync(fsyncInPool(descriptor))
      } finally {
        closeSync(descriptor)
      }
    })
  }

  #open(file: string, flags: number): number | undefined {
    let descriptor: number | undefined
    this.#isDone(() => {
      descriptor = openSync(file, flags)
    })
    return descriptor
  }
}

class QuickFileWriter implements FileWriter {
  readonly #file: string
  readonly #isDone: InPlace
  #descriptor: number | undefined
  /** In the pool: the number of a file that was closed may be another's. */
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(file: string, descriptor: number, isDone: InPlace) {
    this.#file = file
    this.#descriptor = descriptor
    this.#isDone = isDone
  }

  write(bytes: Uint8Array): Promise<void> {
    return explain('write', this.#file, async () => {
      const descriptor = this.#open
      let written = 0
      const writeAll = (): void => {
        while (written < bytes.length) written += writeSync(descriptor, bytes, written)
      }
      if (bytes.length <= MOST_BYTES_IN_PLACE && this.#isDone(writeAll)) return
      while (written < bytes.length) {
        const { bytesWritten } = await this.#inPool(writeInPool(this.#open, bytes, written))
        written += bytesWritten
      }
    })
  }

  sync(): Promise<void> {
    return explain('sync', this.#file, () => withoutRefusedSync(this.#inPool(fsyncInPool(this.#open))))
  }

  close(): Promise<void> {
    return explain('close', this.#file, async () => {
      const descriptor = this.#descriptor
      this.#descriptor = undefined
      if (descriptor === undefined) return
      await Promise.allSettled(this.#underWay)
      closeSync(descriptor)
    })
  }

  get #open(): number {
    if (this.#descriptor === undefined) throw new ReasonError('it was closed')
    return this.#descriptor
  }

  #inPool<T>(call: Promise<T>): Promise<T> {
    this.#underWay.add(call)
    return call.finally(() => this.#underWay.delete(call))
  }
}
