// Duty: bytes of a value with a time to live.
//
//   value = time of the last access (f64, ms since the epoch), value of the state's own type
//
// Invariants: the time comes first, so that whether a value has expired is read without its type.
// Thread: the task worker that owns the backend.
import type { DataInputView } from '../../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../../core/memory/data-output-view.js'
import { skipValue, type SkippingSerializer } from '../../../../core/types/skip-value.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import { TtlValue } from './ttl-value.js'

export class TtlSerializer implements SkippingSerializer<TtlValue> {
  readonly inner: TypeSerializer<unknown>

  constructor(inner: TypeSerializer<unknown>) {
    this.inner = inner
  }

  serialize({ value, lastAccessMs }: TtlValue, output: DataOutputView): void {
    output.writeFloat64(lastAccessMs)
    this.inner.serialize(value, output)
  }

  deserialize(input: DataInputView): TtlValue {
    const lastAccessMs = input.readFloat64()
    return new TtlValue(this.inner.deserialize(input), lastAccessMs)
  }

  skip(input: DataInputView): void {
    input.readFloat64()
    skipValue(this.inner, input)
  }

  copy({ value, lastAccessMs }: TtlValue): TtlValue {
    return new TtlValue(this.inner.copy(value), lastAccessMs)
  }
}
