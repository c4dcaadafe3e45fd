import type { Random } from './random.js'

/** The same numbers for the same seed (mulberry32): for simulations. */
export class SeededRandom implements Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  nextInt(bound: number): number {
    return Math.floor(this.#next() * bound)
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.nextInt(16).toString(16)).join('')
  }

  uuid(): string {
    const variant = (8 + this.nextInt(4)).toString(16)
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
