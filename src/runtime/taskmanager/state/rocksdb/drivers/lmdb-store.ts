// Duty: a KvStore in LMDB.
// Invariants: its map grows with the data. It has no files of which a later moment has some, too: incremental checkpoints are
// the backend's own.
// Thread: the task worker that owns the backend.
import type { open } from 'lmdb'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { FlinkError } from '../../../../../core/errors/flink-error.js'
import { makeDirectories } from '../../../../../core/fs/make-directories.js'
import type { KvBatch, KvCursor, KvDriver, KvStore, KvStoreOptions, KvView } from '../kv-store.js'
import { LmdbBatch } from './lmdb-batch.js'
import { isLongKey, storedKeyOfLong, valueOfLong } from './lmdb-keys.js'
import { LmdbRange, LmdbView, type LmdbDatabase } from './lmdb-view.js'
import { explainNative, nativeFailure, type StorePlace } from './native-failure.js'
import { OpenResources } from './open-resources.js'

export type LmdbOpen = typeof open

/** Each view and cursor that was made after another write takes one. */
const MOST_READERS = 1024
/** Ends with the process, whether or not the disk has it. */
const NOT_DURABLE = { noSync: true, overlappingSync: false, eventTurnBatching: false } as const
const BYTES_ONLY = { encoding: 'binary', keyEncoding: 'binary', compression: false, cache: false } as const

export function lmdbDriver(openDatabase: LmdbOpen): KvDriver {
  return {
    name: 'lmdb',
    open: async ({ directory }: KvStoreOptions): Promise<KvStore> => {
      const place = { operation: 'open', directory }
      try {
        await makeDirectories(directory)
        await refuseSecondOpen(directory)
        const options = { path: directory, noSubdir: false, maxReaders: MOST_READERS, ...NOT_DURABLE, ...BYTES_ONLY }
        return new LmdbStore(openDatabase<Uint8Array, Uint8Array>(options), directory)
      } catch (error) {
        throw nativeFailure(place, error)
      }
    },
  }
}

/** LMDB would let two stores share one file, and neither would be empty. */
async function refuseSecondOpen(directory: string): Promise<void> {
  const isThere = await access(path.join(directory, 'data.mdb')).then(
    () => true,
    () => false,
  )
  if (isThere) throw new FlinkError('ASSERTION_FAILED', { what: `${directory} holds a state store already` })
}

class LmdbStore implements KvStore {
  readonly #database: LmdbDatabase
  readonly #resources = new OpenResources()
  readonly #reading: StorePlace
  readonly #writing: StorePlace
  readonly #closingPlace: StorePlace
  #closing: Promise<void> | undefined

  constructor(database: LmdbDatabase, directory: string) {
    this.#database = database
    this.#reading = { operation: 'read', directory }
    this.#writing = { operation: 'write', directory }
    this.#closingPlace = { operation: 'close', directory }
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#resources.check()
    if (key.length === 0) throw new FlinkError('ASSERTION_FAILED', { what: 'a key of a state store is empty' })
    return explainNative(this.#reading, () => this.#read(key))
  }

  getMany(keys: readonly Uint8Array[]): readonly (Uint8Array | undefined)[] {
    return keys.map((key) => this.get(key))
  }

  newBatch(): KvBatch {
    this.#resources.check()
    return new LmdbBatch()
  }

  write(batch: KvBatch): void {
    this.#resources.check()
    if (!(batch instanceof LmdbBatch))
      throw new FlinkError('ASSERTION_FAILED', { what: 'a batch was written to a state store that did not make it' })
    try {
      this.#database.transactionSync(() => batch.applyTo(this.#writer))
    } catch (error) {
      throw nativeFailure(this.#writing, error)
    } finally {
      batch.clear()
    }
  }

  range(prefix: Uint8Array): KvCursor {
    return new LmdbRange(this.#newView(), prefix)
  }

  view(): KvView {
    return this.#newView()
  }

  metrics(): Readonly<Record<string, number>> {
    this.#resources.check()
    return {}
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  readonly #writer = {
    put: (key: Uint8Array, value: Uint8Array): void => this.#database.putSync(key, value),
    remove: (key: Uint8Array): boolean => this.#database.removeSync(key),
  }

  #read(key: Uint8Array): Uint8Array | undefined {
    if (!isLongKey(key)) return this.#database.getBinary(key)
    const stored = this.#database.getBinary(storedKeyOfLong(key))
    return stored === undefined ? undefined : valueOfLong(stored)
  }

  #newView(): LmdbView {
    this.#resources.check()
    return this.#resources.add(new LmdbView(this.#database, this.#reading, this.#resources))
  }

  async #close(): Promise<void> {
    this.#resources.closeAll()
    try {
      await this.#database.close()
    } catch (error) {
      throw nativeFailure(this.#closingPlace, error)
    }
  }
}
