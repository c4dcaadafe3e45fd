import type { DataInputView } from '../memory/data-input-view.js'
import type { DataOutputView } from '../memory/data-output-view.js'

/**
 * Turns values of one type into bytes and back: the only way by which records cross a thread and state reaches a disk.
 * What arrives equals what left; a value that cannot keep that promise is refused with a ValueNotSerializableError.
 *
 * @example
 * ```ts
 * import type { TypeSerializer } from 'flink-ts'
 *
 * const epochMs: TypeSerializer<Date> = {
 *   serialize: (value, output) => output.writeFloat64(value.getTime()),
 *   deserialize: (input) => new Date(input.readFloat64()),
 *   copy: (value) => new Date(value),
 * }
 * ```
 */
export interface TypeSerializer<T> {
  serialize(value: T, output: DataOutputView): void
  deserialize(input: DataInputView): T
  /** A deep copy that shares nothing mutable with the original. */
  copy(value: T): T
}
