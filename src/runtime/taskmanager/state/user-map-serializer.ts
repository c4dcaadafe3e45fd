// Duty: bytes of the value of a MapState: number of entries, then key and value of each.
// Invariants: backend-neutral; no order is promised; a copy shares neither keys nor values with its original.
// Thread: the task worker that owns the backend.
import type { KeyKind } from '../../../core/keygroups/canonical-key.js'
import type { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { UserMap } from './user-map.js'

export class UserMapSerializer implements TypeSerializer<UserMap> {
  readonly #key: TypeSerializer<unknown>
  readonly #value: TypeSerializer<unknown>
  readonly #keyKind: KeyKind

  constructor(key: TypeSerializer<unknown>, value: TypeSerializer<unknown>, keyKind: KeyKind) {
    this.#key = key
    this.#value = value
    this.#keyKind = keyKind
  }

  serialize(map: UserMap, output: DataOutputView): void {
    output.writeVarInt(map.size)
    for (const [key, value] of map.entries()) {
      this.#key.serialize(key, output)
      this.#value.serialize(value, output)
    }
  }

  deserialize(input: DataInputView): UserMap {
    const size = input.readVarInt()
    const map = new UserMap(this.#keyKind)
    for (let index = 0; index < size; index += 1) {
      const key = this.#key.deserialize(input)
      map.set(key, this.#value.deserialize(input))
    }
    return map
  }

  copy(map: UserMap): UserMap {
    const copy = new UserMap(this.#keyKind)
    for (const [key, value] of map.entries()) copy.set(this.#key.copy(key), this.#value.copy(value))
    return copy
  }
}
