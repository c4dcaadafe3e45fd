// Duty: bytes of the value of a ListState: number of elements, then the elements.
// Invariants: backend-neutral; a copy shares no element with its original.
// Thread: the task worker that owns the backend.
import type { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import { ValueNotSerializableError } from '../../../core/types/value-not-serializable-error.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'

export class ListSerializer implements TypeSerializer<unknown[]> {
  readonly element: TypeSerializer<unknown>

  constructor(element: TypeSerializer<unknown>) {
    this.element = element
  }

  serialize(list: unknown[], output: DataOutputView): void {
    output.writeVarInt(list.length)
    let index = 0
    try {
      for (; index < list.length; index += 1) this.element.serialize(list[index], output)
    } catch (error) {
      throw ValueNotSerializableError.within(error, `[${String(index)}]`)
    }
  }

  deserialize(input: DataInputView): unknown[] {
    const length = input.readVarInt()
    const list: unknown[] = []
    for (let index = 0; index < length; index += 1) list.push(this.element.deserialize(input))
    return list
  }

  copy(list: unknown[]): unknown[] {
    return list.map((element) => this.element.copy(element))
  }
}
