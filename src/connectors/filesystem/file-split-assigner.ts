import type { FileSourceSplit } from './file-source-split.js'

/**
 * Keeps the splits that no reader has, and says which one a reader gets next.
 *
 * @example
 * ```ts
 * import type { FileSourceSplit, FileSplitAssigner } from 'flink-ts/connectors/filesystem'
 *
 * // The largest first.
 * class LargestFirst implements FileSplitAssigner {
 *   #splits: FileSourceSplit[] = []
 *   constructor(splits: readonly FileSourceSplit[]) {
 *     this.addSplits(splits)
 *   }
 *   getNext(): FileSourceSplit | undefined {
 *     return this.#splits.pop()
 *   }
 *   addSplits(splits: readonly FileSourceSplit[]): void {
 *     this.#splits = [...this.#splits, ...splits].sort((one, other) => one.length - other.length)
 *   }
 *   remainingSplits(): readonly FileSourceSplit[] {
 *     return this.#splits
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/src/assigners/FileSplitAssigner.html
 */
export interface FileSplitAssigner {
  /** Undefined where there is none now. `hostname`: the machine of the reader. */
  getNext(hostname: string | undefined): FileSourceSplit | undefined
  addSplits(splits: readonly FileSourceSplit[]): void
  /** For the checkpoint. */
  remainingSplits(): readonly FileSourceSplit[]
}

/**
 * Makes a {@link FileSplitAssigner} with the splits that there are: one for each start of the job.
 *
 * @example
 * ```ts
 * import { SimpleSplitAssigner } from 'flink-ts/connectors/filesystem'
 * import type { FileSplitAssignerProvider } from 'flink-ts/connectors/filesystem'
 *
 * const inOrder: FileSplitAssignerProvider = (splits) => new SimpleSplitAssigner(splits)
 * ```
 */
export type FileSplitAssignerProvider = (initialSplits: readonly FileSourceSplit[]) => FileSplitAssigner

/**
 * Gives splits in their order: that of their paths, and within a file from front to back.
 *
 * @example
 * ```ts
 * import { FileSource, SimpleSplitAssigner, TextLineInputFormat } from 'flink-ts/connectors/filesystem'
 *
 * const source = FileSource.forRecordStreamFormat(new TextLineInputFormat(), '/data')
 *   .setSplitAssigner((splits) => new SimpleSplitAssigner(splits))
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/src/assigners/SimpleSplitAssigner.html
 */
export class SimpleSplitAssigner implements FileSplitAssigner {
  readonly #splits: FileSourceSplit[]

  constructor(splits: readonly FileSourceSplit[]) {
    this.#splits = [...splits]
  }

  getNext(): FileSourceSplit | undefined {
    return this.#splits.shift()
  }

  addSplits(splits: readonly FileSourceSplit[]): void {
    // Not as arguments: of a directory with 150,000 new files these are more than the stack has room for.
    for (const split of splits) this.#splits.push(split)
  }

  remainingSplits(): readonly FileSourceSplit[] {
    return [...this.#splits]
  }
}
