// Duty: the namespaces of the entries of one table, by position.
// Invariants: what is set stays until it is cleared; a position without an entry may still be asked for what it had.
// Thread: the task worker that owns the backend.
import { grownFloat64 } from './growing-numbers.js'

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

/** A namespace as two numbers, none of them NaN, and back. */
export interface TwoNumbers<N> {
  first(namespace: N): number
  second(namespace: N): number
  of(first: number, second: number): N
  /** What `hash` gives for the namespace. */
  hash(first: number, second: number): number
}

/** What a table asks of the type of its namespaces to make a column. */
export interface KeptNamespaces extends ComparableNamespaces {
  newColumn?(): NamespaceColumn
  readonly numbers?: TwoNumbers<unknown>
}

export function namespaceColumn(type: KeptNamespaces): NamespaceColumn {
  if (type.newColumn !== undefined) return type.newColumn()
  return type.numbers === undefined ? new ObjectColumn(type) : new NumbersColumn(type.numbers)
}

const INITIAL_CAPACITY = 64

/** Windows: no object an entry, so nothing that would be followed to be compared, or by the garbage collector. */
export class NumbersColumn implements NamespaceColumn {
  readonly #numbers: TwoNumbers<unknown>
  /** Of position p at 2p and 2p + 1. */
  #values: Float64Array = new Float64Array(2 * INITIAL_CAPACITY)

  constructor(numbers: TwoNumbers<unknown>) {
    this.#numbers = numbers
  }

  set(position: number, namespace: unknown): void {
    if (2 * position >= this.#values.length) this.#grow(position)
    this.#values[2 * position] = this.#numbers.first(namespace)
    this.#values[2 * position + 1] = this.#numbers.second(namespace)
  }

  clear(): void {}

  at(position: number): unknown {
    return this.#numbers.of(this.#values[2 * position] as number, this.#values[2 * position + 1] as number)
  }

  has(position: number, namespace: unknown): boolean {
    const values = this.#values
    const numbers = this.#numbers
    return values[2 * position] === numbers.first(namespace) && values[2 * position + 1] === numbers.second(namespace)
  }

  hashAt(position: number): number {
    return this.#numbers.hash(this.#values[2 * position] as number, this.#values[2 * position + 1] as number)
  }

  #grow(position: number): void {
    this.#values = grownFloat64(this.#values, 2 * Math.max(this.#values.length, position + 1))
  }
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
