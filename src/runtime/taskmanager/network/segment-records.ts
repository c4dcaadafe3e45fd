// Duty: the records in segments that follow each other in a channel: whole ones, and those that go in parts; and what the segments
// between them say of time.
// Invariants: takes nothing out of the channel. Other events are passed over.
// Thread: the worker whose end it is.
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { timeOf, type Segment } from './channel-event.js'
import type { InFlightRecords } from './in-flight-records.js'
import { SLOT_KIND } from './slot-kind.js'

export class SegmentRecords {
  readonly #records: InFlightRecords
  readonly #reader: TypeSerializer<unknown>
  #parts: Uint8Array[]

  /** `parts`: what has been read of a record of which the rest follows. */
  constructor(records: InFlightRecords, reader: TypeSerializer<unknown>, parts: readonly Uint8Array[]) {
    this.#records = records
    this.#reader = reader
    this.#parts = parts.filter(({ length }) => length > 0)
  }

  add({ kind, flag, bytes }: Segment): void {
    if (kind === SLOT_KIND.records) {
      this.#records.addEncoded(bytes, this.#reader)
    } else if (kind === SLOT_KIND.fragment) {
      this.#parts.push(bytes)
      if (flag === 0) return
      if (flag === SLOT_KIND.records) this.#records.addEncoded(Buffer.concat(this.#parts), this.#reader)
      this.#parts = []
    } else {
      const time = timeOf({ kind, flag, bytes })
      if (time !== undefined) this.#records.addTime(time)
    }
  }

  /** All of them, when the records are asked for. */
  addLater(segments: Iterable<Segment>): void {
    for (const segment of segments) {
      this.#records.later(() => {
        this.add(segment)
      })
    }
  }

  /** Parts of which the rest is not here; of an event as well. */
  get begun(): Uint8Array {
    return Buffer.concat(this.#parts)
  }
}
