// Duty: bytes of the value of a MapState: number of entries, then key and value of each.
// Invariants: backend-neutral, also for one that keeps each entry apart; no order is promised; a copy shares neither keys nor values with its original.
// Thread: the task worker that owns the backend.
import { describeValue } from '../../../core/errors/describe-value.js'
import type { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import { ValueNotSerializableError } from '../../../core/types/value-not-serializable-error.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { UserMap, type UserKeys } from './user-map.js'

export class UserMapSerializer implements TypeSerializer<UserMap> {
  readonly keySerializer: TypeSerializer<unknown>
  readonly valueSerializer: TypeSerializer<unknown>
  readonly userKeys: UserKeys

  constructor(key: TypeSerializer<unknown>, value: TypeSerializer<unknown>, keys: UserKeys) {
    this.keySerializer = key
    this.valueSerializer = value
    this.userKeys = keys
  }

  serialize(map: UserMap, output: DataOutputView): void {
    output.writeVarInt(map.size)
    map.forEach((key, value) => {
      this.#serializeEntry(key, value, output)
    })
  }

  deserialize(input: DataInputView): UserMap {
    const size = input.readVarInt()
    const map = new UserMap(this.userKeys)
    for (let index = 0; index < size; index += 1) {
      const key = this.keySerializer.deserialize(input)
      map.set(key, this.valueSerializer.deserialize(input))
    }
    return map
  }

  copy(map: UserMap): UserMap {
    return map.copy((value) => this.valueSerializer.copy(value))
  }

  #serializeEntry(key: unknown, value: unknown, output: DataOutputView): void {
    this.keySerializer.serialize(key, output)
    try {
      this.valueSerializer.serialize(value, output)
    } catch (error) {
      throw ValueNotSerializableError.within(error, `get(${describeValue(key)})`)
    }
  }
}
