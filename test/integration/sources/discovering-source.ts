/**
 * A source whose splits come into being while it runs: its enumerator looks for them again and again and spreads them over the
 * readers. What it reads, and what goes wrong meanwhile, is in a world that the test sees.
 */
import {
  Boundedness,
  type SimpleVersionedSerializer,
  type Source,
  type SourceReader,
  type SourceOutput,
  type SourceReaderContext,
  type SourceSplit,
  type SplitEnumerator,
  type SplitEnumeratorContext,
} from '../../../src/index.js'
import { RecordsBySplits } from '../../../src/connectors/base/records-by-splits.js'
import { SourceReaderBase } from '../../../src/connectors/base/source-reader-base.js'
import type { SplitReader } from '../../../src/connectors/base/split-reader.js'

export interface DiscoveryWorld {
  /** How many splits there are by now. */
  discovered: number
  /** How many there will be. */
  readonly splits: number
  readonly recordsASplit: number
  /** Nothing is read of a split beyond so many records. */
  mayRead: number
  /** Called by a reader before each record; may throw. */
  readonly beforeRecord?: () => void
  /** Called by a fetcher before it gives something; may throw. */
  readonly beforeFetch?: () => void
  /** Called by the enumerator when it was given something back. */
  readonly onReturn?: (splits: readonly RecordsSplit[], subtaskId: number) => void
  /** Called by the enumerator when it has found something; may throw. */
  readonly onDiscovery?: () => void
  /** Numbers of the checkpoints of which enumerator and readers were told. */
  readonly completed: { readonly enumerator: Set<number>; readonly readers: Set<number> }
}

export interface SplitRecord {
  readonly split: string
  readonly count: number
  readonly sum: number
}

export class RecordsSplit implements SourceSplit {
  readonly #id: string
  readonly next: number

  constructor(id: string, next: number) {
    this.#id = id
    this.next = next
  }

  splitId(): string {
    return this.#id
  }
}

const splitSerializer: SimpleVersionedSerializer<RecordsSplit> = {
  getVersion: () => 3,
  serialize: (split) => Buffer.from(JSON.stringify([split.splitId(), split.next])),
  deserialize: (version, bytes) => {
    if (version !== 3) throw new Error(`version ${String(version)}`)
    const [id, next] = JSON.parse(Buffer.from(bytes).toString()) as [string, number]
    return new RecordsSplit(id, next)
  },
}

/** How many splits have been assigned: plain data, for which there is no serializer. */
interface Discovered {
  readonly assigned: number
}

export class DiscoveringSource implements Source<SplitRecord, RecordsSplit, Discovered> {
  readonly #world: DiscoveryWorld

  constructor(world: DiscoveryWorld) {
    this.#world = world
  }

  getBoundedness(): Boundedness {
    return Boundedness.CONTINUOUS_UNBOUNDED
  }

  createReader(context: SourceReaderContext): SourceReader<SplitRecord, RecordsSplit> {
    return new SplitsReader(context, this.#world)
  }

  createEnumerator(context: SplitEnumeratorContext<RecordsSplit>): SplitEnumerator<RecordsSplit, Discovered> {
    return this.restoreEnumerator(context, { assigned: 0 })
  }

  restoreEnumerator(
    context: SplitEnumeratorContext<RecordsSplit>,
    { assigned }: Discovered,
  ): SplitEnumerator<RecordsSplit, Discovered> {
    return new DiscoveringEnumerator(context, this.#world, assigned)
  }

  getSplitSerializer(): SimpleVersionedSerializer<RecordsSplit> {
    return splitSerializer
  }
}

class DiscoveringEnumerator implements SplitEnumerator<RecordsSplit, Discovered> {
  readonly #context: SplitEnumeratorContext<RecordsSplit>
  readonly #world: DiscoveryWorld
  #assigned: number
  /** By the reader that began anew alone; not in the state, as no checkpoint is taken before that has registered again. */
  readonly #returned = new Map<number, readonly RecordsSplit[]>()

  constructor(context: SplitEnumeratorContext<RecordsSplit>, world: DiscoveryWorld, assigned: number) {
    this.#context = context
    this.#world = world
    this.#assigned = assigned
  }

  start(): void {
    this.#context.callAsync(
      () => Promise.resolve(this.#world.discovered),
      (discovered) => {
        this.#assign(discovered ?? 0)
      },
      { initialDelayMs: 0, periodMs: 2 },
    )
  }

  handleSplitRequest(): void {
    throw new Error('nobody asks')
  }

  addSplitsBack(splits: readonly RecordsSplit[], subtaskId: number): void {
    this.#returned.set(subtaskId, [...(this.#returned.get(subtaskId) ?? []), ...splits])
    this.#world.onReturn?.(splits, subtaskId)
  }

  addReader(): void {
    // The next discovery finds it.
  }

  snapshotState(): Discovered {
    return { assigned: this.#assigned }
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.#world.completed.enumerator.add(checkpointId)
  }

  close(): void {
    // Nothing is open.
  }

  #assign(discovered: number): void {
    const readers = [...this.#context.registeredReaders().keys()]
    if (readers.length < this.#context.currentParallelism()) return
    // The others may have been told that there are no more splits.
    if (this.#returned.size > 0) this.#context.assignSplits(this.#returned)
    this.#returned.clear()
    while (this.#assigned < discovered) {
      const split = new RecordsSplit(`split ${String(this.#assigned)}`, 0)
      this.#context.assignSplit(split, readers[this.#assigned % readers.length] ?? 0)
      this.#assigned += 1
      this.#world.onDiscovery?.()
    }
    if (this.#assigned === this.#world.splits) for (const reader of readers) this.#context.signalNoMoreSplits(reader)
  }
}

/** What a fetch gives. */
interface Fetched {
  readonly splitId: string
  readonly number: number
}

interface Position {
  next: number
}

const FETCH_SIZE = 7

class SplitsReader extends SourceReaderBase<Fetched, SplitRecord, RecordsSplit, Position> {
  readonly #world: DiscoveryWorld

  constructor(context: SourceReaderContext, world: DiscoveryWorld) {
    const emitRecord = ({ splitId, number }: Fetched, output: SourceOutput<SplitRecord>, position: Position): void => {
      world.beforeRecord?.()
      output.collect({ split: splitId, count: 1, sum: number })
      position.next = number + 1
    }
    super({ context, splitReader: new WorldReader(world), recordEmitter: { emitRecord } })
    this.#world = world
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.#world.completed.readers.add(checkpointId)
  }

  protected initializedState(split: RecordsSplit): Position {
    return { next: split.next }
  }

  protected toSplitType(splitId: string, { next }: Position): RecordsSplit {
    return new RecordsSplit(splitId, next)
  }

  protected onSplitFinished(): void {
    // The enumerator assigns unasked.
  }
}

/** Its fetches take their time. */
class WorldReader implements SplitReader<Fetched, RecordsSplit> {
  readonly #world: DiscoveryWorld
  readonly #positions = new Map<string, number>()

  constructor(world: DiscoveryWorld) {
    this.#world = world
  }

  async fetch(): Promise<RecordsBySplits<Fetched>> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#world.beforeFetch?.()
    const records = new RecordsBySplits<Fetched>()
    const { recordsASplit, mayRead } = this.#world
    for (const [splitId, next] of this.#positions) {
      const end = Math.min(next + FETCH_SIZE, recordsASplit, Math.max(next, mayRead))
      for (let number = next; number < end; number += 1) records.add(splitId, { splitId, number })
      this.#positions.set(splitId, end)
      if (end < recordsASplit) continue
      records.addFinishedSplit(splitId)
      this.#positions.delete(splitId)
    }
    return records
  }

  addSplits(splits: readonly RecordsSplit[]): void {
    for (const split of splits) this.#positions.set(split.splitId(), split.next)
  }

  wakeUp(): void {
    // It never waits for long.
  }

  close(): void {
    this.#positions.clear()
  }
}
