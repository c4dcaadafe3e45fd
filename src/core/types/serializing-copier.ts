import { DataInputView } from '../memory/data-input-view.js'
import { DataOutputView } from '../memory/data-output-view.js'
import type { Copier } from './copier.js'
import type { TypeSerializer } from './type-serializer.js'

/** Memory that is larger is not kept. */
const LARGE_SCRATCH_BYTES = 2 ** 20

/** Copies by way of the bytes: what a serializer does to a value happens to the copy too. */
export class SerializingCopier implements Copier {
  readonly #serializer: TypeSerializer<unknown>
  #scratch: DataOutputView = new DataOutputView()

  constructor(serializer: TypeSerializer<unknown>) {
    this.#serializer = serializer
  }

  copy(value: unknown): unknown {
    const output = this.#scratch
    output.reset()
    this.#serializer.serialize(value, output)
    const copy = this.#serializer.deserialize(new DataInputView(output.written()))
    if (output.capacity > LARGE_SCRATCH_BYTES) this.#scratch = new DataOutputView()
    return copy
  }
}
