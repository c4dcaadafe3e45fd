/**
 * How records become the bytes that a sink writes. Where one is taken, an arrow function `(value) => ...` serves as well, and a text
 * counts as its UTF-8 bytes.
 *
 * @example
 * ```ts
 * import type { SerializationSchema } from 'flink-ts'
 *
 * const lines: SerializationSchema<{ word: string; count: number }> = {
 *   serialize: ({ word, count }) => `${word} ${String(count)}\n`,
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/serialization/SerializationSchema.html
 */
export interface SerializationSchema<T> {
  serialize(element: T): Uint8Array | string
}
