import { Availability } from '../../core/time/availability.js'

/**
 * What a fetcher hands over to its reader: at most so many fetches wait, and the fetcher with them. Flink's
 * FutureCompletingBlockingQueue, where nothing blocks.
 */
export class HandOver<E> {
  readonly #capacity: number
  readonly #elements: E[] = []
  readonly #filled = new Availability()
  readonly #emptied = new Availability()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get isEmpty(): boolean {
    return this.#elements.length === 0
  }

  get isFull(): boolean {
    return this.#elements.length >= this.#capacity
  }

  put(element: E): void {
    this.#elements.push(element)
    this.#filled.becomeAvailable()
  }

  poll(): E | undefined {
    const element = this.#elements.shift()
    if (element !== undefined) this.#emptied.becomeAvailable()
    return element
  }

  /** The reader is to look, though nothing may have been put. */
  notifyAvailable(): void {
    this.#filled.becomeAvailable()
  }

  /** Nobody waits for room any more. */
  releaseFetcher(): void {
    this.#emptied.becomeAvailable()
  }

  whenAvailable(): Promise<void> {
    return this.isEmpty ? this.#filled.whenAvailable : Promise.resolve()
  }

  whenRoom(): Promise<void> {
    return this.isFull ? this.#emptied.whenAvailable : Promise.resolve()
  }
}
