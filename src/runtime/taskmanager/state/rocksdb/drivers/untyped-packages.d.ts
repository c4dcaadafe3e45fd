// Duty: packages without types, which load-kv-driver.ts gives types.
// Thread: any.
declare module '@nxtedition/rocksdb' {
  export const RocksLevel: unknown
}
