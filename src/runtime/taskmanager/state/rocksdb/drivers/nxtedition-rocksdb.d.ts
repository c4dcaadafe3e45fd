// Duty: what rocksdb-database.ts uses of a package that has no types. Names with an underscore are private to the package:
// its version is pinned, and no other file may call them.
declare module '@nxtedition/rocksdb' {
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

  export class RocksLevel {
    constructor(directory: string, options: object)
    open(options: object): Promise<void>
    close(): Promise<void>
    getProperty(name: string): string
    /** Whoever is attached is called when the database closes. */
    detachResource(resource: object): void
    _getManySync(keys: readonly Uint8Array[], options: object): readonly (Uint8Array | null | undefined)[]
    _chainedBatch(): NativeBatch
    _iterator(options: object): NativeIterator
  }
}
