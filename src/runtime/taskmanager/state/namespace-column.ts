// Duty: the namespaces of the entries of one table, by position.
// Invariants: what is set stays until it is cleared; a position without an entry may still be asked for what it had.
// Thread: the task worker that owns the backend.

export interface NamespaceColumn {
  set(position: number, namespace: unknown): void
  clear(position: number): void
  at(position: number): unknown
  has(position: number, namespace: unknown): boolean
  /** What NamespaceType.hash gives for it. */
  hashAt(position: number): number
}

/** What a column of objects needs of their type. */
export interface ComparableNamespaces {
  hash(namespace: unknown): number
  equals(left: unknown, right: unknown): boolean
}

export class ObjectColumn implements NamespaceColumn {
  readonly #type: ComparableNamespaces
  readonly #namespaces: unknown[] = []

  constructor(type: ComparableNamespaces) {
    this.#type = type
  }

  set(position: number, namespace: unknown): void {
    this.#namespaces[position] = namespace
  }

  clear(position: number): void {
    this.#namespaces[position] = undefined
  }

  at(position: number): unknown {
    return this.#namespaces[position]
  }

  has(position: number, namespace: unknown): boolean {
    const found = this.#namespaces[position]
    return found === namespace || this.#type.equals(found, namespace)
  }

  hashAt(position: number): number {
    return this.#type.hash(this.#namespaces[position])
  }
}
