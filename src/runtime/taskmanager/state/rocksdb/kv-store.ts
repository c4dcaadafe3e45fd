// Duty: a local database of bytes in the order of their keys, as the rocksdb backend sees it, whichever driver holds it.
// Invariants: one thread uses a store, and all calls but `open` and `close` are synchronous. Bytes that come out belong to
// the caller; those that go in are copied. Nothing is durable: what the store holds lives as long as its operator, and
// is in snapshots. A call after `close` is ASSERTION_FAILED, never a crash of the process.
// Thread: the task worker that owns the backend.

/** Changes that are written together, in their order. */
export interface KvBatch {
  put(key: Uint8Array, value: Uint8Array): void
  delete(key: Uint8Array): void
  /** Of keys and values so far. */
  readonly sizeBytes: number
}

export interface KvEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/**
 * Entries in the order of their keys, as they were when it was made; must be closed, and may be closed twice. LMDB has keys
 * above 1,977 bytes that agree in the first 1,946 in another order.
 */
export interface KvCursor {
  /** The next ones, at most so many; none at the end. */
  next(count: number): readonly KvEntry[]
  close(): void
}

/** A version of the store that later writes do not change; must be closed, and may be closed twice. */
export interface KvView {
  /** Entries whose keys begin with the prefix. */
  range(prefix: Uint8Array): KvCursor
  close(): void
}

/** A file of a store at one moment. */
export interface KvFile {
  /**
   * Two of one store that have the same name have the same bytes, where they are shared. A store that was opened from placed
   * files has these names, too, and goes on with others: what it makes after them may have the name of a file that the store
   * of which they came has made meanwhile, with other bytes.
   */
  readonly name: string
  /** Later moments of the store may have it, too. */
  readonly isShared: boolean
  readonly sizeBytes: number
  /** Where `moveTo` leaves its bytes; absent for one that it does not leave, which is small. */
  readonly kept?: KeptPlace
  read(): AsyncIterable<Uint8Array>
}

/** A part of a file in the directory that `moveTo` made. */
export interface KeptPlace {
  readonly file: string
  readonly start: number
  /** It is the whole file, which never changes: a link to it serves as well as a copy. */
  readonly isWhole: boolean
}

/** All files of a store at one moment; they stay readable until the release, whatever the store does. */
export interface KvFiles {
  readonly files: readonly KvFile[]
  /**
   * In place of the release: what is linked is in `directory` from then on, for whoever removes it. It is new, and on the same
   * disk; of its parents the last one is made. On failure all is as before.
   */
  moveTo(directory: string): Promise<void>
  /** May be called twice, and after the store was closed. */
  release(): Promise<void>
}

export interface KvStore {
  get(key: Uint8Array): Uint8Array | undefined
  getMany(keys: readonly Uint8Array[]): readonly (Uint8Array | undefined)[]
  newBatch(): KvBatch
  /** The batch is empty afterwards, and may be used again. */
  write(batch: KvBatch): void
  range(prefix: Uint8Array): KvCursor
  view(): KvView
  /** Absent where the driver has no files that later moments share. Synchronous, and no more than links and small copies. */
  captureFiles?(): KvFiles
  /** What users watch, by Flink's names without their scope, such as `block-cache-usage`; empty where there is none. */
  metrics(): Readonly<Record<string, number>>
  /** May be called twice. */
  close(): Promise<void>
}

export interface KvStoreOptions {
  /** Its own; made where it is not there. */
  readonly directory: string
  /** For what the driver keeps in memory by itself: tables not written yet, and blocks of files. */
  readonly memoryBytes: number
  /** The part of it for tables that are not written yet, 0 to 1, where the driver tells them from blocks. */
  readonly writeBufferRatio?: number
}

export interface KvDriver {
  readonly name: string
  /** An empty store, or that of the files which were placed there. */
  open(options: KvStoreOptions): Promise<KvStore>
  /** Puts back what `captureFiles` gave, before `open`; in any order, several at once too. */
  placeFile?(directory: string, name: string, pieces: AsyncIterable<Uint8Array>): Promise<void>
  /** As `placeFile` with the bytes of a whole file (KeptPlace), by a link to it. */
  linkFile?(directory: string, name: string, existing: string): Promise<void>
}
