import type { MapState } from '../../../../src/api/state/map-state.js'
import { describeValue } from '../../../../src/core/errors/describe-value.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { ValueNotSerializableError } from '../../../../src/core/types/value-not-serializable-error.js'
import { givenEntries } from '../../../../src/runtime/taskmanager/state/given-values.js'
import type { InternalState } from '../../../../src/runtime/taskmanager/state/internal-state.js'
import type { UserKeys } from '../../../../src/runtime/taskmanager/state/user-map.js'
import type { UserMapSerializer } from '../../../../src/runtime/taskmanager/state/user-map-serializer.js'
import { userKeyText } from './sorted-key.js'
import type { SortedStateTable } from './sorted-state-table.js'

/** Each of the user's keys is an entry of its own; its value is key and value as a map in a savepoint has them. */
export class SortedMapState implements MapState<unknown, unknown>, InternalState<unknown> {
  readonly #table: SortedStateTable
  readonly #keys: UserKeys
  readonly #serializer: UserMapSerializer

  constructor(table: SortedStateTable, keys: UserKeys) {
    this.#table = table
    this.#keys = keys
    this.#serializer = table.types.serializer as UserMapSerializer
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setCurrentNamespace(namespace)
  }

  get(key: unknown): unknown {
    const bytes = this.#table.store.get(this.#entryOf(key))
    return bytes === undefined ? null : (this.#decoded(bytes)[1] ?? null)
  }

  put(key: unknown, value: unknown): void {
    const entry = this.#entryOf(key)
    const bytes = this.#table.encoded((output) => {
      const { keySerializer, valueSerializer } = this.#serializer
      keySerializer.serialize(key, output)
      try {
        valueSerializer.serialize(value, output)
      } catch (error) {
        throw ValueNotSerializableError.within(error, `get(${describeValue(key)})`)
      }
    })
    this.#table.store.set(entry, bytes)
  }

  putAll(entries: ReadonlyMap<unknown, unknown> | Iterable<readonly [unknown, unknown]>): void {
    for (const [key, value] of givenEntries(entries, this.#keys.place)) this.put(key, value)
  }

  remove(key: unknown): void {
    this.#table.store.delete(this.#entryOf(key))
  }

  contains(key: unknown): boolean {
    return this.#table.store.get(this.#entryOf(key)) !== undefined
  }

  entries(): Iterable<[unknown, unknown]> {
    return this.#table.store.startingWith(this.#table.prefix()).map(([, bytes]) => this.#decoded(bytes))
  }

  keys(): Iterable<unknown> {
    return [...this.entries()].map(([key]) => key)
  }

  values(): Iterable<unknown> {
    return [...this.entries()].map(([, value]) => value)
  }

  isEmpty(): boolean {
    return !this.#table.store.hasPrefix(this.#table.prefix())
  }

  clear(): void {
    const { store } = this.#table
    for (const [entry] of store.startingWith(this.#table.prefix())) store.delete(entry)
  }

  #decoded(bytes: Uint8Array): [unknown, unknown] {
    const input = new DataInputView(bytes)
    const { keySerializer, valueSerializer } = this.#serializer
    return [keySerializer.deserialize(input), valueSerializer.deserialize(input)]
  }

  #entryOf(key: unknown): string {
    return this.#table.prefix() + userKeyText(key, this.#keys)
  }
}
