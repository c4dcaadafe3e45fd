// Duty: the segments of one channel that wait for room, first in, first out: in memory, and in the file once that is used up.
// Invariants: what came after something in the file goes to the file as well, until that is empty. What was taken is not
// held. A segment that could not be written counts as waiting for ever: nothing passes it, whoever swallows the error.
// Thread: the worker whose tasks write.
import type { StreamPosition } from '../../../core/types/stream-serializer.js'
import type { Segment } from './channel-event.js'
import { SpilledBytes } from './spilled-bytes.js'
import type { WaitingSpace } from './waiting-space.js'

/** What a segment takes in memory besides its bytes. */
const SEGMENT_BYTES = 128
/** Kind, flag, length. */
const HEADER_BYTES = 12
/** So many empty places are tolerated in front of what waits in memory. */
const EMPTY_PLACES = 1024

export class WaitingSegments {
  readonly #space: WaitingSpace
  readonly #spilled: SpilledBytes
  #inMemory: (Segment | undefined)[] = []
  /** Of those in memory: how many were taken already. */
  #taken = 0
  #count = 0
  #sizeBytes = 0
  #failure: Error | undefined
  /** How many were ever pushed, and from which one on the stream is at which position. */
  #pushed = 0
  #positions: { readonly from: number; readonly position: StreamPosition }[] = []

  constructor(space: WaitingSpace) {
    this.#space = space
    this.#spilled = new SpilledBytes(space)
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** How many wait. */
  get count(): number {
    return this.#count
  }

  /** Payload only. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** The bytes are copied. `position`: of the first record that begins here or later. */
  push({ kind, flag, bytes }: Segment, position?: StreamPosition): void {
    this.#checkFailure()
    // Of those that have gone on nothing holds for this one.
    if (this.#count === 0) this.#positions = [{ from: this.#pushed, position }]
    else if (position !== this.#positions.at(-1)?.position) this.#positions.push({ from: this.#pushed, position })
    this.#pushed += 1
    this.#count += 1
    this.#sizeBytes += bytes.length
    if (this.#spilled.isEmpty && this.#space.takeMemory(bytes.length + SEGMENT_BYTES)) {
      this.#inMemory.push({ kind, flag, bytes: bytes.slice() })
      return
    }
    try {
      this.#spill(kind, flag, bytes)
    } catch (error) {
      this.#failure = error instanceof Error ? error : undefined
      throw error
    }
  }

  /** The oldest; undefined when there is none. */
  take(): Segment | undefined {
    if (this.#count === 0) return undefined
    // The last one is the one that is not there.
    if (this.#count === 1) this.#checkFailure()
    const segment = this.#takeFromMemory() ?? this.#takeFromFile()
    this.#count -= 1
    this.#sizeBytes -= segment.bytes.length
    while ((this.#positions[1]?.from ?? Infinity) <= this.#pushed - this.#count) this.#positions.shift()
    return segment
  }

  /** Of the oldest one. */
  get position(): StreamPosition {
    return this.#positions[0]?.position
  }

  /** The oldest first, so many at most; none is taken, and none may be meanwhile. */
  *all(most: number = Infinity): Generator<Segment> {
    let left = most
    for (const segment of this.#inMemory) {
      if (left === 0) return
      if (segment === undefined) continue
      left -= 1
      yield segment
    }
    const spilled = this.#spilled.reader()
    for (; !spilled.isAtEnd && left > 0; left -= 1) yield segmentFrom((bytes) => spilled.read(bytes))
  }

  clear(): void {
    while (this.#takeFromMemory() !== undefined);
    this.#spilled.clear()
    this.#count = 0
    this.#sizeBytes = 0
    this.#failure = undefined
    this.#positions = []
  }

  #checkFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  #takeFromMemory(): Segment | undefined {
    const segment = this.#inMemory[this.#taken]
    if (segment === undefined) return undefined
    this.#inMemory[this.#taken] = undefined
    this.#taken += 1
    if (this.#taken === this.#inMemory.length || this.#taken === EMPTY_PLACES) {
      this.#inMemory = this.#inMemory.slice(this.#taken)
      this.#taken = 0
    }
    this.#space.returnMemory(segment.bytes.length + SEGMENT_BYTES)
    return segment
  }

  /** In one write, header and payload, as most segments are small. */
  #spill(kind: number, flag: number, bytes: Uint8Array): void {
    const spilled = Buffer.allocUnsafe(HEADER_BYTES + bytes.length)
    spilled.writeInt32LE(kind, 0)
    spilled.writeInt32LE(flag, 4)
    spilled.writeInt32LE(bytes.length, 8)
    spilled.set(bytes, HEADER_BYTES)
    this.#spilled.append(spilled)
  }

  #takeFromFile(): Segment {
    return segmentFrom((bytes) => {
      this.#spilled.take(bytes)
    })
  }
}

/** `fill` gives the next bytes. */
function segmentFrom(fill: (bytes: Uint8Array) => void): Segment {
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  fill(header)
  const bytes = Buffer.allocUnsafe(header.readInt32LE(8))
  fill(bytes)
  return { kind: header.readInt32LE(0), flag: header.readInt32LE(4), bytes }
}
