import { hashKey, keyBytes } from '../../../../src/core/keygroups/canonical-key.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { keyGroupForHash } from '../../../../src/core/keygroups/key-group-assignment.js'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import type { NamedState } from '../../../../src/runtime/taskmanager/state/given-values.js'
import type { KeyContext } from '../../../../src/runtime/taskmanager/state/key-context.js'
import { VOID_NAMESPACE } from '../../../../src/runtime/taskmanager/state/namespace-type.js'
import type { NewKeys } from '../../../../src/runtime/taskmanager/state/new-keys.js'
import type { KeyedStateBackendParameters } from '../../../../src/runtime/taskmanager/state/state-backend.js'
import { stateNotStorable } from '../../../../src/runtime/taskmanager/state/state-not-serializable.js'
import type { EntryKey, StoredTable, StateTypes } from '../../../../src/runtime/taskmanager/state/state-table.js'
import { decodeSortedKey, encodeSortedKey, keyIn, prefixOf } from './sorted-key.js'
import type { SortedStore } from './sorted-store.js'

/** A state whose values are bytes in a sorted store: one entry a key and namespace, in a map one for each of the user's keys. */
export class SortedStateTable implements StoredTable {
  readonly types: StateTypes
  readonly store: SortedStore
  readonly #parameters: KeyedStateBackendParameters
  readonly #context: KeyContext
  readonly #newKeys: NewKeys
  readonly #scratch = new DataOutputView()
  #namespace: unknown = VOID_NAMESPACE
  #prefix = ''
  #sequence = -1
  /** What `get` handed out, or `put` took, under the prefix. */
  #object: unknown

  constructor(
    types: StateTypes,
    store: SortedStore,
    surroundings: { parameters: KeyedStateBackendParameters; context: KeyContext; newKeys: NewKeys },
  ) {
    this.types = types
    this.store = store
    this.#parameters = surroundings.parameters
    this.#context = surroundings.context
    this.#newKeys = surroundings.newKeys
  }

  get named(): NamedState {
    return { state: this.types.metadata.name, operator: this.#parameters.operatorName }
  }

  get size(): number {
    return [...this.entryKeys()].length
  }

  get(): unknown {
    const bytes = this.store.get(this.prefix())
    this.#object = bytes === undefined ? undefined : this.types.serializer.deserialize(new DataInputView(bytes))
    return this.#object
  }

  peek(): unknown {
    return this.get()
  }

  put(value: unknown): void {
    const prefix = this.prefix()
    this.store.set(
      prefix,
      this.encoded((output) => {
        this.types.serializer.serialize(value, output)
      }),
    )
    this.#object = value
  }

  changedInPlace(): void {
    this.put(this.#object)
  }

  remove(): void {
    this.store.delete(this.prefix())
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#namespace = namespace
    this.#sequence = -1
  }

  *entryKeys(): Generator<EntryKey> {
    let last = ''
    for (const [entry] of this.store.all()) {
      const prefix = prefixOf(entry)
      if (prefix === last) continue
      last = prefix
      const { keyBytes: bytes, namespaceBytes } = decodeSortedKey(prefix)
      const key = keyIn(bytes, this.#parameters.keyKind)
      const namespace = this.types.namespaces.serializer.deserialize(new DataInputView(namespaceBytes))
      yield { key, keyHash: hashKey(key, this.#parameters.keyKind), namespace }
    }
  }

  writeValueOf({ key, keyHash, namespace }: EntryKey, output: DataOutputView): boolean {
    const entries = this.store.startingWith(this.prefixOf(key, keyHash, namespace))
    if (entries.length === 0) return false
    if (this.types.metadata.kind === 'map') output.writeVarInt(entries.length)
    for (const [, bytes] of entries) output.writeBytes(bytes)
    return true
  }

  /** Key group, key and namespace of the current key. */
  prefix(): string {
    const { key, keyHash, hasKey, sequence } = this.#context
    if (sequence === this.#sequence) return this.#prefix
    if (!hasKey) throw new FlinkError('STATE_ACCESS_WITHOUT_KEY', { ...this.named })
    const prefix = this.prefixOf(key, keyHash, this.#namespace)
    if (!this.store.hasPrefix(prefix)) this.#newKeys.accept(key, keyHash, this.types.metadata.name)
    this.#prefix = prefix
    this.#sequence = sequence
    return prefix
  }

  /** Of an entry of any key. */
  prefixOf(key: unknown, keyHash: number, namespace: unknown): string {
    const bytes = this.#bytesOf(key, keyHash)
    const namespaceBytes = this.encoded((output) => {
      this.types.namespaces.serializer.serialize(namespace, output)
    })
    return encodeSortedKey(keyGroupForHash(keyHash, this.#parameters.maxParallelism), bytes, namespaceBytes)
  }

  encoded(write: (output: DataOutputView) => void): Uint8Array {
    this.#scratch.reset()
    try {
      write(this.#scratch)
    } catch (error) {
      throw stateNotStorable(error, { ...this.named, key: this.#context.key })
    }
    return this.#scratch.toBytes()
  }

  #bytesOf(key: unknown, keyHash: number): Uint8Array {
    try {
      return keyBytes(key, this.#parameters.keyKind)
    } catch {
      // It says why.
      this.#newKeys.accept(key, keyHash, this.types.metadata.name)
      throw new FlinkError('ASSERTION_FAILED', { what: 'a key without bytes was accepted' })
    }
  }
}
