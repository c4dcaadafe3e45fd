// Duty: what rocksdb-database.ts uses of @nxtedition/rocksdb. Names with an underscore are private to the package: its version
// is pinned, and no other file may call them.
// Thread: the task worker that owns the backend.

export interface NativeIterator {
  _seekSync(target: Uint8Array): void
  /** Keys and values in turn. */
  _nextvSync(count: number): { readonly rows: readonly Uint8Array[]; readonly finished: boolean }
  _closeSync(): void
}

export interface NativeBatch {
  _put(key: Uint8Array, value: Uint8Array): void
  _del(key: Uint8Array): void
  _clear(): void
  _writeSync(options: object): void
}

export interface RocksLevel {
  open(options: object): Promise<void>
  close(): Promise<void>
  getProperty(name: string): string
  /** Whoever is attached is called when the database closes. */
  detachResource(resource: object): void
  _getManySync(keys: readonly Uint8Array[], options: object): readonly (Uint8Array | null | undefined)[]
  _chainedBatch(): NativeBatch
  _iterator(options: object): NativeIterator
}

export interface RocksLevelClass {
  new (directory: string, options: object): RocksLevel
  readonly prototype: RocksLevel
}
