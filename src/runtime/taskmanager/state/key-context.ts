// Duty: the key that state accesses of one operator are about.
// Invariants: `sequence` changes with every change of the key, so a state may remember the entry that it found under a
// sequence. Between records (lifecycle methods) there is no key.
// Thread: the task worker that owns the backend.

export class KeyContext {
  key: unknown = undefined
  hasKey = false
  /** The hash that travelled with the record. */
  keyHash = 0
  sequence = 0

  setKey(key: unknown, keyHash: number): void {
    this.key = key
    this.keyHash = keyHash
    this.hasKey = true
    this.sequence += 1
  }

  clearKey(): void {
    this.key = undefined
    this.hasKey = false
    this.sequence += 1
  }
}
