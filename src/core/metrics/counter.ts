/** A number that functions raise and lower. */
export class Counter {
  #count = 0

  inc(by = 1): void {
    this.#count += by
  }

  dec(by = 1): void {
    this.#count -= by
  }

  getCount(): number {
    return this.#count
  }
}
