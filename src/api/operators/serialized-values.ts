import { DataInputView } from '../../core/memory/data-input-view.js'
import { DataOutputView } from '../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../core/types/type-serializer.js'

/** Values as bytes, one after the other. */
export interface Serialized {
  readonly count: number
  readonly bytes: Uint8Array
}

/** Values that are kept as bytes until somebody takes all of them. */
export class SerializedValues<T> {
  readonly #serializer: TypeSerializer<T>
  #output = new DataOutputView()
  #count = 0

  constructor(serializer: TypeSerializer<T>) {
    this.#serializer = serializer
  }

  get count(): number {
    return this.#count
  }

  add(value: T): void {
    this.#serializer.serialize(value, this.#output)
    this.#count += 1
  }

  takeAll(): Serialized {
    const taken = { count: this.#count, bytes: this.#output.toBytes() }
    this.#output = new DataOutputView()
    this.#count = 0
    return taken
  }

  *read({ count, bytes }: Serialized): Iterable<T> {
    const input = new DataInputView(bytes)
    for (let read = 0; read < count; read += 1) yield this.#serializer.deserialize(input)
  }
}
