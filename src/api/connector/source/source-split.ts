/**
 * A part of what a source reads, with how far it was read: a file and an offset, a partition and a position.
 *
 * @example
 * ```ts
 * import type { SimpleVersionedSerializer, SourceSplit } from 'flink-ts'
 *
 * class FilePart implements SourceSplit {
 *   readonly path: string
 *   readonly offset: number
 *   constructor(path: string, offset: number) {
 *     this.path = path
 *     this.offset = offset
 *   }
 *   splitId(): string {
 *     return this.path
 *   }
 * }
 * // What getSplitSerializer() of its source gives: a split has a method, so it is no plain data.
 * const fileParts: SimpleVersionedSerializer<FilePart> = {
 *   getVersion: () => 1,
 *   serialize: ({ path, offset }) => new TextEncoder().encode(JSON.stringify([path, offset])),
 *   deserialize: (_version, bytes) => {
 *     const [path, offset] = JSON.parse(new TextDecoder().decode(bytes)) as [string, number]
 *     return new FilePart(path, offset)
 *   },
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sources/#the-split-enumerator-api
 */
export interface SourceSplit {
  /** The same for the whole life of the split, and of no other split of its source. */
  splitId(): string
}
