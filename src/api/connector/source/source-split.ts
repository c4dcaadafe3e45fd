/**
 * A part of what a source reads, with how far it was read: a file and an offset, a partition and a position.
 *
 * @example
 * ```ts
 * import type { SourceSplit } from 'flink-ts'
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
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sources/#the-split-enumerator-api
 */
export interface SourceSplit {
  /** The same for the whole life of the split, and of no other split of its source. */
  splitId(): string
}
