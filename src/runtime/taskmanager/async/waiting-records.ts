// Duty: all records that wait for their results, or whose results are not out, in the order of their arrival.
// Thread: the task worker that owns the operator.
import type { AsyncRecord } from './async-record.js'

export class WaitingRecords {
  #first: AsyncRecord | undefined
  #last: AsyncRecord | undefined
  size = 0

  add(record: AsyncRecord): void {
    record.previous = this.#last
    if (this.#last === undefined) this.#first = record
    else this.#last.next = record
    this.#last = record
    this.size += 1
  }

  remove(record: AsyncRecord): void {
    const { previous, next } = record
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    record.previous = undefined
    record.next = undefined
    this.size -= 1
  }

  *[Symbol.iterator](): Iterator<AsyncRecord> {
    for (let record = this.#first; record !== undefined;) {
      // It may be taken away meanwhile.
      const { next } = record
      yield record
      record = next
    }
  }
}
