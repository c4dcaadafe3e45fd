/**
 * What a reader says of itself after {@link SourceReader.pollNext}: MORE_AVAILABLE, it wants to be asked again at once;
 * NOTHING_AVAILABLE, when the promise of its `isAvailable` is fulfilled; END_OF_INPUT, never again.
 *
 * @example
 * ```ts
 * import { InputStatus } from 'flink-ts'
 *
 * const after = (left: number): InputStatus => (left > 0 ? InputStatus.MORE_AVAILABLE : InputStatus.END_OF_INPUT)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/api/java/org/apache/flink/core/io/InputStatus.html
 */
export const InputStatus = {
  MORE_AVAILABLE: 'MORE_AVAILABLE',
  NOTHING_AVAILABLE: 'NOTHING_AVAILABLE',
  END_OF_INPUT: 'END_OF_INPUT',
} as const
export type InputStatus = keyof typeof InputStatus
