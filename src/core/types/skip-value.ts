import type { DataInputView } from '../memory/data-input-view.js'
import type { TypeSerializer } from './type-serializer.js'

/** A serializer that knows where a value ends without making it. */
export interface SkippingSerializer<T> extends TypeSerializer<T> {
  /** Steps over a value; fails where it may not be readable, as `deserialize` would. */
  skip(input: DataInputView): void
}

/** Steps over a value: whose bytes are to go on as they are need not be made. */
export function skipValue<T>(serializer: TypeSerializer<T> | SkippingSerializer<T>, input: DataInputView): void {
  if ('skip' in serializer) serializer.skip(input)
  else serializer.deserialize(input)
}
