// Duty: the key and namespace that state accesses of one operator are about.
// Invariants: `sequence` changes with every change of key or namespace, so a state may remember the entry that it found
// under a sequence. Between records (lifecycle methods) there is no key.
// Thread: the task worker that owns the backend.
import { hashKey } from '../../../core/keygroups/canonical-key.js'

/** The namespace of state that belongs to the key alone; windows will be others. */
export const VOID_NAMESPACE: undefined = undefined

export class KeyContext {
  key: unknown = undefined
  hasKey = false
  namespace: unknown = VOID_NAMESPACE
  /** Hash of key and namespace. */
  hash = 0
  sequence = 0
  #keyHash = 0
  #namespaceHash = 0

  setKey(key: unknown, keyHash: number): void {
    this.key = key
    this.#keyHash = keyHash
    this.hash = keyHash ^ this.#namespaceHash
    this.hasKey = true
    this.sequence += 1
  }

  /** Of the key alone, as it came with the record. */
  get keyHash(): number {
    return this.#keyHash
  }

  clearKey(): void {
    this.key = undefined
    this.hasKey = false
    this.sequence += 1
  }

  setNamespace(namespace: unknown): void {
    this.namespace = namespace
    this.#namespaceHash = namespaceHash(namespace)
    this.hash = this.#keyHash ^ this.#namespaceHash
    this.sequence += 1
  }
}

/** What a namespace adds to the hash of its key: nothing for the void namespace. */
export function namespaceHash(namespace: unknown): number {
  return namespace === VOID_NAMESPACE ? 0 : Math.imul(hashKey(namespace, 'auto'), 31)
}
