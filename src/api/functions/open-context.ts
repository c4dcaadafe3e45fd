/**
 * What `open` of a rich function is given. It carries nothing yet and exists so that later additions change no signature,
 * as in Flink 2.
 *
 * @example
 * ```ts
 * import { RichMapFunction, type OpenContext } from 'flink-ts'
 *
 * class Upper extends RichMapFunction<string, string> {
 *   override open(_openContext: OpenContext): void {}
 *   map(value: string): string {
 *     return value.toUpperCase()
 *   }
 * }
 * ```
 */
export type OpenContext = Readonly<Record<never, never>>
