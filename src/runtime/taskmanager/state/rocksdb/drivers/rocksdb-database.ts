// Duty: synchronous calls into the package that holds RocksDB, among them private ones: the one file that makes them.
// Invariants: the package takes the process with it when a database, iterator or batch is used after its close, when an
// iterator outlives its database, or when a key is null; nothing here lets that happen. A native iterator or batch is
// detached from the database at once: the package would hold it until the close, also after it has ended.
// Thread: the task worker that owns the backend; the package compacts and flushes in threads of its own.
import { FlinkError } from '../../../../../core/errors/flink-error.js'
import { makeDirectories } from '../../../../../core/fs/make-directories.js'
import type { KvEntry } from '../kv-store.js'
import { explainNative, nativeFailure, type StorePlace } from './native-failure.js'
import { OpenResources } from './open-resources.js'
import type { NativeBatch, NativeIterator, RocksLevel, RocksLevelClass } from './rocks-level.js'
import { WriteRoom } from './write-room.js'

const NO_OPTIONS: object = {}

export interface RocksDatabaseRange {
  readonly from?: Uint8Array
  /** The first key that is not in it any more. */
  readonly before?: Uint8Array | undefined
  /** Blocks that are read stay in the block cache. */
  readonly fillsCache: boolean
}

export class RocksDatabase {
  readonly #native: RocksLevel
  readonly #directory: string
  readonly #resources = new OpenResources()
  readonly #room: WriteRoom
  readonly #places: { readonly read: StorePlace; readonly write: StorePlace }
  #closing: Promise<void> | undefined

  private constructor(native: RocksLevel, directory: string) {
    this.#native = native
    this.#directory = directory
    this.#room = new WriteRoom((name) => native.getProperty(name))
    this.#places = { read: { operation: 'read', directory }, write: { operation: 'write', directory } }
  }

  static async open(packageClass: RocksLevelClass, directory: string, options: object): Promise<RocksDatabase> {
    try {
      await makeDirectories(directory)
      const native = new packageClass(directory, { keyEncoding: 'buffer', valueEncoding: 'buffer' })
      await native.open(options)
      return new RocksDatabase(native, directory)
    } catch (error) {
      throw nativeFailure({ operation: 'open', directory }, error)
    }
  }

  /** That it is open. */
  check(): void {
    this.#resources.check()
  }

  getMany(keys: readonly Uint8Array[]): readonly (Uint8Array | undefined)[] {
    this.#resources.check()
    keys.forEach(checkKey)
    const values = explainNative(this.#places.read, () => this.#native._getManySync(keys, NO_OPTIONS))
    // Null stands for a read that was given up, of which only a time limit would be the reason, and none is set.
    return values.map((value) => value ?? undefined)
  }

  newBatch(): RocksBatch {
    this.#resources.check()
    const native = this.#native._chainedBatch()
    this.#native.detachResource(native)
    return new RocksBatch(native)
  }

  write(batch: RocksBatch): void {
    this.#resources.check()
    explainNative(this.#places.write, () => {
      this.#room.await()
      batch.writeAndClear()
    })
  }

  iterate({ from, before, fillsCache }: RocksDatabaseRange): RocksIterator {
    this.#resources.check()
    const bounds = { ...(from === undefined ? {} : { gte: from }), ...(before === undefined ? {} : { lt: before }) }
    const encodings = { keyEncoding: 'buffer', valueEncoding: 'buffer' }
    const native = explainNative(this.#places.read, () =>
      this.#native._iterator({ ...bounds, ...encodings, fillCache: fillsCache }),
    )
    this.#native.detachResource(native)
    return this.#resources.add(new RocksIterator(native, this.#resources, this.#places.read))
  }

  /** Empty where RocksDB has none of that name. */
  property(name: string): string {
    this.#resources.check()
    return this.#native.getProperty(name)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#resources.closeAll()
    try {
      await this.#native.close()
    } catch (error) {
      throw nativeFailure({ operation: 'close', directory: this.#directory }, error)
    }
  }
}

export class RocksBatch {
  sizeBytes = 0
  readonly #native: NativeBatch

  constructor(native: NativeBatch) {
    this.#native = native
  }

  put(key: Uint8Array, value: Uint8Array): void {
    checkKey(key)
    this.#native._put(key, value)
    this.sizeBytes += key.length + value.length
  }

  delete(key: Uint8Array): void {
    checkKey(key)
    this.#native._del(key)
    this.sizeBytes += key.length
  }

  /** For the database alone. Also after a write that failed: what it held is lost with the store. */
  writeAndClear(): void {
    try {
      this.#native._writeSync(NO_OPTIONS)
    } finally {
      this.#native._clear()
      this.sizeBytes = 0
    }
  }
}

/** Entries of a range as they were when it was made. */
export class RocksIterator {
  readonly #resources: OpenResources
  readonly #place: StorePlace
  #native: NativeIterator | undefined

  constructor(native: NativeIterator, resources: OpenResources, place: StorePlace) {
    this.#native = native
    this.#resources = resources
    this.#place = place
  }

  /** That it is open. */
  check(): void {
    this.#openNative()
  }

  seek(key: Uint8Array): void {
    checkKey(key)
    const native = this.#openNative()
    explainNative(this.#place, () => native._seekSync(key))
  }

  /** The next ones, at most so many; none at the end. */
  next(count: number): KvEntry[] {
    const native = this.#openNative()
    const entries: KvEntry[] = []
    if (count < 1) return entries
    const { rows } = explainNative(this.#place, () => native._nextvSync(count))
    for (let at = 0; at + 1 < rows.length; at += 2) {
      const key = rows[at]
      const value = rows[at + 1]
      if (key !== undefined && value !== undefined) entries.push({ key, value })
    }
    return entries
  }

  close(): void {
    this.#native?._closeSync()
    this.#native = undefined
    this.#resources.delete(this)
  }

  #openNative(): NativeIterator {
    if (this.#native === undefined)
      throw new FlinkError('ASSERTION_FAILED', { what: 'a cursor of a state store was used after it was closed' })
    return this.#native
  }
}

function checkKey(key: Uint8Array): void {
  if (key.length === 0) throw new FlinkError('ASSERTION_FAILED', { what: 'a key of a state store is empty' })
}
