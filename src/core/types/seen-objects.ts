/** Up to so many objects a list is searched faster than a set. */
const FEW_OBJECTS = 12

/** The objects met in one walk through a value: one that is met twice is shared, or contains itself. */
export class SeenObjects {
  readonly #few: object[] = []
  readonly #many = new Set<object>()

  clear(): void {
    if (this.#few.length > 0) this.#few.length = 0
    if (this.#many.size > 0) this.#many.clear()
  }

  /** True when it was asked about this object before. */
  has(value: object): boolean {
    const few = this.#few
    if (few.length < FEW_OBJECTS) {
      if (few.includes(value)) return true
      few.push(value)
      if (few.length === FEW_OBJECTS) for (const one of few) this.#many.add(one)
      return false
    }
    if (this.#many.has(value)) return true
    this.#many.add(value)
    return false
  }
}
