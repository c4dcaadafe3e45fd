import type { SourceReaderContext } from '../../api/connector/source/source-reader-context.js'

/**
 * Makes a record of a number. A function serves as well.
 *
 * @example
 * ```ts
 * import type { GeneratorFunction } from 'flink-ts/connectors/datagen'
 *
 * const names: GeneratorFunction<string> = { map: (n) => `name ${n}` }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/datagen/
 */
export interface GeneratorFunction<O> {
  map(value: number): O
  /** Once a subtask. One object serves all slots of a worker. */
  open?(context: SourceReaderContext): void | Promise<void>
  close?(): void | Promise<void>
}
