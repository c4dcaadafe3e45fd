/**
 * Where an {@link Encoder} writes to.
 *
 * @example
 * ```ts
 * import type { EncoderStream } from 'flink-ts/connectors/filesystem'
 *
 * const writeLine = (stream: EncoderStream, line: string): void => stream.write(`${line}\n`)
 * ```
 */
export interface EncoderStream {
  /** Text is written in UTF-8. Bytes may be changed afterwards. */
  write(chunk: string | Uint8Array): void
}

/**
 * Writes records one after the other, as a row format has them: the bytes of a file up to any record are a whole file.
 *
 * @example
 * ```ts
 * import type { Encoder } from 'flink-ts/connectors/filesystem'
 *
 * const rows: Encoder<{ user: string; count: number }> = {
 *   encode: ({ user, count }, stream) => stream.write(`${user};${count}\n`),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/common/serialization/Encoder.html
 */
export interface Encoder<IN> {
  /** What it throws restarts the job. Where it gives a promise the next record waits for that. */
  encode(element: IN, stream: EncoderStream): void | Promise<void>
}
