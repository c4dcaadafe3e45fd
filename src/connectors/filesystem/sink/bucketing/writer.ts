import type { EncoderStream } from '../encoder.js'

/**
 * Writes the records of a BucketingSink: one object a part file, made by `duplicate` of the one that the sink was given. What a file holds
 * after `flush` is a whole file, as it is cut off there after a failure. Where a method but `open` gives a promise, records and checkpoints wait.
 *
 * Deprecated, as in Flink: use an Encoder, with FileSink.
 *
 * @example
 * ```ts
 * import type { EncoderStream, Writer } from 'flink-ts/connectors/filesystem'
 *
 * // CSV with a header.
 * class Prices implements Writer<{ name: string; cents: number }> {
 *   #stream: EncoderStream | undefined
 *   open(stream: EncoderStream): void {
 *     this.#stream = stream
 *     stream.write('name,cents\n')
 *   }
 *   write({ name, cents }: { name: string; cents: number }): void {
 *     this.#stream?.write(`${name},${cents}\n`)
 *   }
 *   flush(): void {}
 *   close(): void {}
 *   duplicate(): Prices {
 *     return new Prices()
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.8/api/java/org/apache/flink/streaming/connectors/fs/Writer.html
 */
export interface Writer<T> {
  /** A new file, before its first record. */
  open(stream: EncoderStream): void
  write(element: T): void | Promise<void>
  /** Before a checkpoint: what is kept back goes to the stream. */
  flush(): void | Promise<void>
  /** Before the file is closed, after `flush`. */
  close(): void | Promise<void>
  duplicate(): Writer<T>
}
