import { checkedBytes, refuseArgument } from '../sink-arguments.js'

interface StrategyParts {
  readonly sizeThreshold: number
  readonly numCheckpointsBeforeCompaction: number
  readonly numCompactThreads: number
}

const NOT_SET = -1

/**
 * When small files of a bucket are compacted: once they have so many bytes together, after so many checkpoints, or whichever is first.
 *
 * @example
 * ```ts
 * import { FileCompactStrategy } from 'flink-ts/connectors/filesystem'
 *
 * const strategy = FileCompactStrategy.Builder.newBuilder()
 *   .setSizeThreshold(64 * 1024 * 1024)
 *   .enableCompactionOnCheckpoint(10)
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/filesystem/#compaction
 */
export class FileCompactStrategy {
  readonly #parts: StrategyParts

  private constructor(parts: StrategyParts) {
    this.#parts = parts
  }

  static get Builder(): typeof FileCompactStrategyBuilder {
    return FileCompactStrategyBuilder
  }

  /** Of a builder. */
  static of(parts: StrategyParts): FileCompactStrategy {
    return new FileCompactStrategy(parts)
  }

  /** In bytes; -1 where it is not set. */
  getSizeThreshold(): number {
    return this.#parts.sizeThreshold
  }

  /** -1 where it is not set. */
  getNumCheckpointsBeforeCompaction(): number {
    return this.#parts.numCheckpointsBeforeCompaction
  }

  /** How many compactions of a subtask go on at a time. */
  getNumCompactThreads(): number {
    return this.#parts.numCompactThreads
  }
}

/**
 * Makes a {@link FileCompactStrategy}. Each method gives GRAPH_INVALID where its number is none that counts.
 *
 * @example
 * ```ts
 * import { FileCompactStrategyBuilder } from 'flink-ts/connectors/filesystem'
 *
 * const strategy = FileCompactStrategyBuilder.newBuilder().enableCompactionOnCheckpoint(5).setNumCompactThreads(4).build()
 * ```
 */
export class FileCompactStrategyBuilder {
  #parts: StrategyParts = { sizeThreshold: NOT_SET, numCheckpointsBeforeCompaction: NOT_SET, numCompactThreads: 1 }

  static newBuilder(): FileCompactStrategyBuilder {
    return new FileCompactStrategyBuilder()
  }

  /** In bytes, of the files of a bucket together. */
  setSizeThreshold(sizeThreshold: number): this {
    checkedBytes('FileCompactStrategy.setSizeThreshold', sizeThreshold)
    this.#parts = { ...this.#parts, sizeThreshold }
    return this
  }

  enableCompactionOnCheckpoint(numCheckpointsBeforeCompaction: number): this {
    checkCount('FileCompactStrategy.enableCompactionOnCheckpoint', numCheckpointsBeforeCompaction)
    this.#parts = { ...this.#parts, numCheckpointsBeforeCompaction }
    return this
  }

  /** 1 where it is not set. */
  setNumCompactThreads(numCompactThreads: number): this {
    checkCount('FileCompactStrategy.setNumCompactThreads', numCompactThreads)
    this.#parts = { ...this.#parts, numCompactThreads }
    return this
  }

  /** GRAPH_INVALID where neither a size nor a number of checkpoints is set. */
  build(): FileCompactStrategy {
    const { sizeThreshold, numCheckpointsBeforeCompaction } = this.#parts
    if (sizeThreshold === NOT_SET && numCheckpointsBeforeCompaction === NOT_SET) {
      const reason = 'at least one of setSizeThreshold and enableCompactionOnCheckpoint has to be called'
      refuseArgument('FileCompactStrategy.build', reason)
    }
    return FileCompactStrategy.of(this.#parts)
  }
}

function checkCount(call: string, count: number): void {
  if (Number.isSafeInteger(count) && count > 0) return
  refuseArgument(call, `it takes a whole number greater than 0, but was given ${String(count)}`)
}
