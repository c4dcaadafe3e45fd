// Duty: records that a loop's head has and has not given out: those that were restored, and those that came back while the
// job was about to stop; and their way into snapshots. In parts, the oldest first:
//   given out <- [copied already] <-copySome- [of a snapshot] [came after its trigger] <- added
// Invariants: given out in order, before all that comes back later; bounded in memory, however many they are. What was there
// when a snapshot was taken is handed to it once, in order: some records at a time, and each before it is given out.
// Thread: the worker of the head.
import { asError } from '../../../core/errors/thrown-value.js'
import type { ChannelEnds, ChannelHandler } from '../network/channel.js'

const ONLY_CHANNEL = 0

const nothing = (): void => undefined

type OnRecord = ChannelHandler['onRecord']

/** A snapshot that takes what is held. */
export interface HeldTaker {
  /** False: it needs nothing any more. */
  readonly isOpen: boolean
  addHeld: OnRecord
  /** That was all. */
  endHeld(): void
}

interface Part {
  readonly channel: ChannelEnds
  /** Snapshots that have these records still to get. */
  takers: readonly HeldTaker[]
}

export class HeldRecords {
  readonly #createChannel: () => ChannelEnds
  /** Channels that are empty again. */
  readonly #spare: ChannelEnds[] = []
  #parts: Part[] = []
  /** Of a record that is neither here nor there: the task fails with it. */
  #failure: Error | undefined

  constructor(createChannel: () => ChannelEnds) {
    this.#createChannel = createChannel
  }

  get isEmpty(): boolean {
    return this.#failure === undefined && this.#parts.every(isEmptyPart)
  }

  /** A snapshot has something of it still to get. */
  get isAwaited(): boolean {
    return this.#parts.some(({ takers }) => takers.length > 0)
  }

  add(value: unknown, timestamp: number, keyHash: number): void {
    const last = this.#parts.at(-1)
    const part = last?.takers.length === 0 ? last : this.#insertPart(this.#parts.length)
    part.channel.writer.writeRecord(value, timestamp, keyHash)
  }

  /** Some of them, as long as the handler takes them. */
  drain(handler: ChannelHandler): void {
    if (this.#failure !== undefined) throw this.#failure
    const [first] = this.#parts
    if (first === undefined) return
    if (first.takers.length === 0) drainPart(first, handler)
    else {
      const onRecord: OnRecord = (value, timestamp, keyHash) => {
        handToTakers(first, value, timestamp, keyHash)
        handler.onRecord(value, timestamp, keyHash)
      }
      drainPart(first, { ...handler, onRecord })
    }
    this.#dropEmptyParts()
  }

  /** The snapshot gets all that is held now. */
  beginSnapshot(taker: HeldTaker): void {
    for (const part of this.#parts) part.takers = [...part.takers, taker]
    if (this.#parts.length === 0) taker.endHeld()
  }

  /** Hands some records to their snapshots, until `isOver`, which is asked after each of them. They stay. */
  copySome(isOver: () => boolean): void {
    try {
      this.#copySome(isOver)
    } catch (error) {
      this.#failure = asError(error)
      throw error
    }
  }

  close(): void {
    for (const { channel } of this.#parts) channel.reader.close()
    for (const { reader } of this.#spare) reader.close()
  }

  #copySome(isOver: () => boolean): void {
    for (const part of this.#parts) part.takers = part.takers.filter((taker) => taker.isOpen)
    const index = this.#parts.findIndex(({ takers }) => takers.length > 0)
    const part = this.#parts[index]
    if (part === undefined) return
    const before = this.#parts[index - 1]
    const { writer } = (before ?? this.#insertPart(index)).channel
    let mayContinue = true
    const onRecord: OnRecord = (value, timestamp, keyHash) => {
      handToTakers(part, value, timestamp, keyHash)
      writer.writeRecord(value, timestamp, keyHash)
      mayContinue = !isOver()
    }
    drainPart(part, { ...RECORDS_ONLY, onRecord, mayContinue: () => mayContinue })
    this.#dropEmptyParts()
  }

  #insertPart(index: number): Part {
    const part = { channel: this.#spare.pop() ?? this.#createChannel(), takers: [] }
    this.#parts.splice(index, 0, part)
    return part
  }

  #dropEmptyParts(): void {
    const empty = this.#parts.filter(isEmptyPart)
    if (empty.length === 0) return
    this.#parts = this.#parts.filter((part) => !empty.includes(part))
    for (const { channel } of empty) this.#spare.push(channel)
    const taking = new Set(this.#parts.flatMap(({ takers }) => takers))
    for (const taker of new Set(empty.flatMap(({ takers }) => takers))) if (!taking.has(taker)) taker.endHeld()
  }
}

const RECORDS_ONLY: Omit<ChannelHandler, 'onRecord' | 'mayContinue'> = {
  onComingKeys: nothing,
  onWatermark: nothing,
  onWatermarkStatus: nothing,
  onBarrier: nothing,
  onCancelBarrier: nothing,
  onIterationMarker: nothing,
  onEndOfData: nothing,
  onEndOfPartition: nothing,
}

function isEmptyPart({ channel: { reader, writer } }: Part): boolean {
  return !reader.hasData() && !writer.hasPending()
}

function drainPart({ channel: { reader, writer } }: Part, handler: ChannelHandler): void {
  writer.flush()
  reader.drain(handler, ONLY_CHANNEL)
}

function handToTakers({ takers }: Part, value: unknown, timestamp: number, keyHash: number): void {
  for (const taker of takers) taker.addHeld(value, timestamp, keyHash)
}
