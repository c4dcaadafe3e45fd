import type { DataInputView } from '../core/memory/data-input-view.js'
import type { DataOutputView } from '../core/memory/data-output-view.js'

/** Bytes to a value that can be shown. */
export interface StoredReader {
  read(input: DataInputView): unknown
  skip(input: DataInputView): void
}

/** Of an entry: as `StoredTypes`. */
export interface StoredReaders {
  readonly key: StoredReader
  readonly namespace: StoredReader | undefined
  readonly value: StoredReader | undefined
}

/** The same, and back. */
export interface StoredCodec extends StoredReader {
  /** JSON_FORM_INVALID where the value is none of this type. */
  write(value: unknown, output: DataOutputView): void
}
