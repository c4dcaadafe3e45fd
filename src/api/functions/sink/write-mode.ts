/**
 * What `writeAsText` does when the target is there already: NO_OVERWRITE is the error OUTPUT_EXISTS. A job that goes on
 * from a checkpoint or savepoint goes on in its files, whatever the mode.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, WriteMode } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromElements('a', 'b').writeAsText('/tmp/letters.txt', WriteMode.OVERWRITE)
 * ```
 */
export const WriteMode = { NO_OVERWRITE: 'NO_OVERWRITE', OVERWRITE: 'OVERWRITE' } as const
export type WriteMode = keyof typeof WriteMode
