// Duty: what the writer of a channel within one worker has handed over and its reader has not taken.
// Invariants: first in, first out; places count all elements that ever came. What is too much goes beyond, as bytes, and moves up.
// Thread: the one worker that owns both ends.
import type { Segment } from './channel-event.js'
import type { EncodedElements } from './encoded-elements.js'
import type { RecordBatch } from './record-batch.js'
import type { CheckpointBarrier } from './stream-element.js'

/** Wake the tasks at the two ends. */
export interface QueueWakes {
  readonly onData: () => void
  readonly onRoom: () => void
}

/** A barrier goes as it is, as long as it does not wait as bytes. */
export type QueuedElement = RecordBatch | CheckpointBarrier | Segment

export interface LocalAnnouncement {
  readonly barrier: CheckpointBarrier
  /** How many elements are before it. */
  readonly place: number
}

export class ElementQueue {
  readonly elements: QueuedElement[] = []
  /** What came when there were too many elements already; moves up as these are taken. */
  readonly beyond: EncodedElements
  /** Everything that comes goes beyond: there is something, or the next one would be too many. */
  isBeyond = false
  closed = false
  /** A barrier that has overtaken what was written, until the reader has it. */
  announced: LocalAnnouncement | undefined
  #taken = 0
  readonly #maxLength: number
  readonly #wake: QueueWakes

  constructor(beyond: EncodedElements, maxLength: number, wake: QueueWakes) {
    this.beyond = beyond
    this.#maxLength = maxLength
    this.#wake = wake
  }

  get hasRoom(): boolean {
    return this.closed || (this.elements.length < this.#maxLength && !this.isBeyond)
  }

  /** How many elements have come so far, and how many of them were taken. */
  get pushed(): number {
    return this.#taken + this.elements.length
  }

  get taken(): number {
    return this.#taken
  }

  announce(barrier: CheckpointBarrier, place: number = this.pushed): void {
    if (this.closed) return
    this.announced = { barrier, place }
    this.#wake.onData()
  }

  push(element: QueuedElement): void {
    if (this.closed) return
    this.elements.push(element)
    // A writer that is told to stop has a call to end, and some events: that is not worth encoding.
    if (this.elements.length >= 2 * this.#maxLength) this.isBeyond = true
    this.#wake.onData()
  }

  shift(): void {
    this.elements.shift()
    this.#taken += 1
    if (this.isBeyond) this.#moveUp()
    if (!this.isBeyond && this.elements.length === this.#maxLength - 1) this.#wake.onRoom()
  }

  /** The reader reads no more: nothing waits for it. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.announced = undefined
    this.elements.length = 0
    this.beyond.clear()
    this.isBeyond = false
    this.#wake.onRoom()
  }

  #moveUp(): void {
    while (this.elements.length < this.#maxLength) {
      const element = this.beyond.take()
      if (element !== undefined) this.elements.push(element)
      this.isBeyond = !this.beyond.isEmpty
      if (!this.isBeyond) break
    }
  }
}
