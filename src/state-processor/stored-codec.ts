import type { DataInputView } from '../core/memory/data-input-view.js'
import type { DataOutputView } from '../core/memory/data-output-view.js'

/** Bytes to a value that can be shown, and back. */
export interface StoredCodec {
  read(input: DataInputView): unknown
  skip(input: DataInputView): void
  /** JSON_FORM_INVALID where the value is none of this type. */
  write(value: unknown, output: DataOutputView): void
}
