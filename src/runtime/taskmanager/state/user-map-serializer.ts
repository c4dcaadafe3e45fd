// Duty: bytes of the value of a MapState: number of entries, then key and value of each.
// Invariants: backend-neutral; no order is promised; a copy shares neither keys nor values with its original.
// Thread: the task worker that owns the backend.
import { describeValue } from '../../../core/errors/describe-value.js'
import type { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import { ValueNotSerializableError } from '../../../core/types/value-not-serializable-error.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { UserMap, type UserKeys } from './user-map.js'

export class UserMapSerializer implements TypeSerializer<UserMap> {
  readonly #key: TypeSerializer<unknown>
  readonly #value: TypeSerializer<unknown>
  readonly #keys: UserKeys

  constructor(key: TypeSerializer<unknown>, value: TypeSerializer<unknown>, keys: UserKeys) {
    this.#key = key
    this.#value = value
    this.#keys = keys
  }

  serialize(map: UserMap, output: DataOutputView): void {
    output.writeVarInt(map.size)
    for (const [key, value] of map.entries()) {
      this.#key.serialize(key, output)
      try {
        this.#value.serialize(value, output)
      } catch (error) {
        throw ValueNotSerializableError.within(error, `get(${describeValue(key)})`)
      }
    }
  }

  deserialize(input: DataInputView): UserMap {
    const size = input.readVarInt()
    const map = new UserMap(this.#keys)
    for (let index = 0; index < size; index += 1) {
      const key = this.#key.deserialize(input)
      map.set(key, this.#value.deserialize(input))
    }
    return map
  }

  copy(map: UserMap): UserMap {
    const copy = new UserMap(this.#keys)
    for (const [key, value] of map.entries()) copy.set(key, this.#value.copy(value))
    return copy
  }
}
