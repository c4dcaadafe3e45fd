/**
 * Turns splits, or the state of an enumerator, into bytes and back. The version is stored with the bytes, so that a newer
 * serializer can read what an older one wrote.
 *
 * @example
 * ```ts
 * import type { SimpleVersionedSerializer } from 'flink-ts'
 *
 * const offsets: SimpleVersionedSerializer<number> = {
 *   getVersion: () => 1,
 *   serialize: (offset) => new TextEncoder().encode(String(offset)),
 *   deserialize: (version, bytes) => {
 *     if (version !== 1) throw new Error(`version ${version} is not known`)
 *     return Number(new TextDecoder().decode(bytes))
 *   },
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/api/java/org/apache/flink/core/io/SimpleVersionedSerializer.html
 */
export interface SimpleVersionedSerializer<T> {
  /** A whole number that is not negative: of the bytes that `serialize` gives. */
  getVersion(): number
  serialize(value: T): Uint8Array
  deserialize(version: number, bytes: Uint8Array): T
}
