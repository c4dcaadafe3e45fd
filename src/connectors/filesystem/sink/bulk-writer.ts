/**
 * Where a {@link BulkWriter} writes to.
 *
 * @example
 * ```ts
 * import type { BulkOutputStream } from 'flink-ts/connectors/filesystem'
 *
 * const writeMark = (out: BulkOutputStream): void => out.write('PAR1')
 * ```
 */
export interface BulkOutputStream {
  /** Text is written in UTF-8. Bytes may be changed afterwards. */
  write(chunk: string | Uint8Array): void
}

/**
 * Writes the records of one file, which may be read only when it is whole. Where a method gives a promise, records and checkpoints wait.
 *
 * @example
 * ```ts
 * import type { BulkWriter } from 'flink-ts/connectors/filesystem'
 *
 * const asArray = (out: { write(chunk: string): void }): BulkWriter<number> => {
 *   const numbers: number[] = []
 *   return {
 *     addElement: (element) => void numbers.push(element),
 *     flush: () => undefined,
 *     finish: () => out.write(JSON.stringify(numbers)),
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/serialization/BulkWriter.html
 */
export interface BulkWriter<T> {
  addElement(element: T): void | Promise<void>
  flush(): void | Promise<void>
  /** After the last record: all that is missing of the file. */
  finish(): void | Promise<void>
}

/**
 * Makes a {@link BulkWriter} for each part file.
 *
 * @example
 * ```ts
 * import type { BulkWriterFactory } from 'flink-ts/connectors/filesystem'
 *
 * const lines: BulkWriterFactory<string> = {
 *   create: (out) => ({
 *     addElement: (line) => out.write(`${line}\n`),
 *     flush: () => undefined,
 *     finish: () => out.write('end\n'),
 *   }),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/filesystem/#bulk-encoded-formats
 */
export interface BulkWriterFactory<T> {
  create(out: BulkOutputStream): BulkWriter<T> | Promise<BulkWriter<T>>
}
