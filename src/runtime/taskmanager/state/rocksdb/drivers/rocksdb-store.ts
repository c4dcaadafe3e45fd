// Duty: a KvStore in RocksDB.
// Invariants: `directory/db` is RocksDB's own; `directory/captures` has links to its files while snapshots read them.
// Thread: the task worker that owns the backend.
import path from 'node:path'
import { FlinkError } from '../../../../../core/errors/flink-error.js'
import { makeDirectories } from '../../../../../core/fs/make-directories.js'
import type { KvBatch, KvCursor, KvDriver, KvFiles, KvStore, KvStoreOptions, KvView } from '../kv-store.js'
import { endOfPrefix } from './key-range.js'
import type { RocksLevelClass } from './rocks-level.js'
import { RocksBatch, RocksDatabase } from './rocksdb-database.js'
import { linkRocksFile, placeRocksFile, RocksFiles, type Link } from './rocksdb-files.js'
import { rocksDbMetrics } from './rocksdb-metrics.js'
import { rocksDbOptions } from './rocksdb-options.js'
import { RocksView } from './rocksdb-view.js'

/** `link`: how files are linked for a snapshot; a test gives its own. */
export function rocksDbDriver(packageClass: RocksLevelClass, link?: Link): KvDriver {
  return {
    name: 'rocksdb',
    open: async (options: KvStoreOptions): Promise<KvStore> => {
      const { directory } = options
      const database = databaseIn(directory)
      const files = { database, captures: path.join(directory, 'captures'), ...(link === undefined ? {} : { link }) }
      await makeDirectories(files.captures)
      const opened = await RocksDatabase.open(packageClass, database, rocksDbOptions(options))
      return new RocksStore(opened, new RocksFiles(files))
    },
    placeFile: (directory, name, pieces) => placeRocksFile(databaseIn(directory), name, pieces),
    linkFile: (directory, name, existing) => linkRocksFile(databaseIn(directory), name, existing),
  }
}

function databaseIn(directory: string): string {
  return path.join(directory, 'db')
}

class RocksStore implements KvStore {
  readonly #database: RocksDatabase
  readonly #files: RocksFiles

  constructor(database: RocksDatabase, files: RocksFiles) {
    this.#database = database
    this.#files = files
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#database.getMany([key])[0]
  }

  getMany(keys: readonly Uint8Array[]): readonly (Uint8Array | undefined)[] {
    return this.#database.getMany(keys)
  }

  newBatch(): KvBatch {
    return this.#database.newBatch()
  }

  write(batch: KvBatch): void {
    if (!(batch instanceof RocksBatch))
      throw new FlinkError('ASSERTION_FAILED', { what: 'a batch was written to a state store that did not make it' })
    this.#database.write(batch)
  }

  range(prefix: Uint8Array): KvCursor {
    const from = prefix.length === 0 ? {} : { from: prefix }
    return this.#database.iterate({ ...from, before: endOfPrefix(prefix), fillsCache: true })
  }

  view(): KvView {
    return new RocksView(this.#database.iterate({ fillsCache: false }))
  }

  captureFiles(): KvFiles {
    this.#database.check()
    return this.#files.capture()
  }

  metrics(): Readonly<Record<string, number>> {
    return rocksDbMetrics((name) => this.#database.property(name))
  }

  close(): Promise<void> {
    return this.#database.close()
  }
}
