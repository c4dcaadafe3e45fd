import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { structuredSerializer } from '../../../src/core/types/structured-serializer.js'
import { VOID_NAMESPACES } from '../../../src/runtime/taskmanager/state/namespace-type.js'
import { entriesOf } from '../../../src/runtime/taskmanager/state/rocksdb/cursor-entries.js'
import type { KvEntry, KvStore } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import type { LargeValueTable } from '../../../src/runtime/taskmanager/state/rocksdb/large-value-table.js'
import type { StoredForm } from '../../../src/runtime/taskmanager/state/rocksdb/stored-form.js'
import { WriteBuffer } from '../../../src/runtime/taskmanager/state/rocksdb/write-buffer.js'
import type { EntryKey, StateTypes } from '../../../src/runtime/taskmanager/state/state-table.js'

/** Of the key and namespace with a number: none is the beginning of another one. */
export function prefixOf(number: number): Uint8Array {
  return Uint8Array.of(0, 1, 0, 0, 2, number >>> 8, number & 0xff, 0)
}

/** The table of a state that has one key and several namespaces, which are numbers; and what a cache does with its values. */
export class OneValueTable<F extends StoredForm> implements LargeValueTable {
  readonly types: StateTypes = {
    metadata: { name: 's', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 0 },
    serializer: structuredSerializer(),
    namespaces: VOID_NAMESPACES,
    readerOf: () => undefined,
  }
  readonly named = { state: 's', operator: 'Count' }
  readonly buffer: WriteBuffer
  readonly form: F
  /** How often an object was handed out that may be changed. */
  handedOut = 0
  readonly #values = new Map<number, unknown>()
  /** Whose older value has to go first. */
  readonly #replaced = new Set<number>()
  #namespace: number

  constructor(store: KvStore, createForm: (buffer: WriteBuffer) => F, namespace = 0) {
    this.buffer = new WriteBuffer(store)
    this.form = createForm(this.buffer)
    this.#namespace = namespace
  }

  get sizeBytes(): number {
    return this.form.sizeOf(this.peek())
  }

  get(): unknown {
    this.handedOut += 1
    return this.peek()
  }

  peek(): unknown {
    const namespace = this.#namespace
    if (!this.#values.has(namespace)) this.#values.set(namespace, this.form.read(prefixOf(namespace)))
    return this.#values.get(namespace)
  }

  put(value: unknown): void {
    this.#values.set(this.#namespace, value)
    if (!this.form.isOneEntry) this.#replaced.add(this.#namespace)
  }

  changedInPlace(): void {
    this.peek()
  }

  remove(): void {
    this.#replaced.add(this.#namespace)
    this.#values.set(this.#namespace, undefined)
  }

  saveCurrent(): void {
    this.#save(this.#namespace)
  }

  /** Nothing is in memory any more. */
  evict(): void {
    for (const namespace of this.#values.keys()) this.#save(namespace)
    this.#values.clear()
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#namespace = namespace as number
  }

  entryKeys(): Iterable<EntryKey> {
    return []
  }

  /** Of the current namespace. */
  stored(): readonly KvEntry[] {
    return [...entriesOf(this.buffer.range(prefixOf(this.#namespace)))]
  }

  /** The values of its entries, one after the other. */
  storedBytes(): Uint8Array {
    const output = new DataOutputView()
    for (const { value } of this.stored()) output.writeBytes(value)
    return output.toBytes()
  }

  #save(namespace: number): void {
    const { batch } = this.buffer
    if (this.#replaced.has(namespace)) this.form.remove(prefixOf(namespace), batch)
    const value = this.#values.get(namespace)
    if (value !== undefined) this.form.write(prefixOf(namespace), value, batch)
    this.#replaced.delete(namespace)
    this.buffer.added()
  }
}
