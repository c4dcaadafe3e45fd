/**
 * The functions between source and sink. Where the scenario says so, every one spoils each object that it was given or has
 * emitted: nobody else may notice.
 */
import {
  KeyedProcessFunction,
  OutputTag,
  ProcessFunction,
  RichFilterFunction,
  RichFlatMapFunction,
  RichMapFunction,
  RichSinkFunction,
  type CheckpointListener,
  type Collector,
  type KeyedProcessFunctionContext,
  type ProcessFunctionContext,
} from '../../src/index.js'
import { FunctionLife } from './function-life.js'
import { labelOf } from './job-keys.js'
import type { JobWorld, NumberRecord } from './job-world.js'
import { totalsIn, type AddToKey, type StateKind } from './keyed-totals.js'
import type { CountRecord } from './transactional-store.js'

const SPOILED = -1_000_000

/** Hands records on, and spoils what it holds of the last ones. */
class RecordSpoiler {
  readonly #changesRecords: boolean
  #emitted: NumberRecord = { value: 0 }

  constructor({ scenario }: JobWorld) {
    this.#changesRecords = scenario.changesRecords
  }

  /** What is emitted for a record. */
  handOn(record: NumberRecord, value = record.value): NumberRecord {
    if (!this.#changesRecords) return value === record.value ? record : { value }
    this.#emitted.value = SPOILED
    record.value = SPOILED
    this.#emitted = { value }
    return this.#emitted
  }

  spoil(record: NumberRecord): void {
    if (this.#changesRecords) record.value = SPOILED
  }
}

/** A map that may fail at any record. */
export class PassOn extends RichMapFunction<NumberRecord, NumberRecord> implements CheckpointListener {
  readonly #world: JobWorld
  readonly #life: FunctionLife
  readonly #spoiler: RecordSpoiler

  constructor(world: JobWorld, uid: string) {
    super()
    this.#world = world
    this.#life = new FunctionLife(world, uid)
    this.#spoiler = new RecordSpoiler(world)
  }

  override open(): void | Promise<void> {
    return this.#life.open()
  }

  map(record: NumberRecord): NumberRecord {
    this.#life.record()
    this.#world.beforeRecord(record.value)
    return this.#spoiler.handOn(record)
  }

  notifyCheckpointComplete(): void | Promise<void> {
    return this.#life.hook('notifyCheckpointComplete')
  }

  notifyCheckpointAborted(): void | Promise<void> {
    return this.#life.hook('notifyCheckpointAborted')
  }

  override close(): void | Promise<void> {
    return this.#life.close()
  }
}

/** Of what every subtask gets, each keeps its part. */
export class KeepOwnPart extends RichFilterFunction<NumberRecord> {
  filter({ value }: NumberRecord): boolean {
    const context = this.getRuntimeContext()
    return Math.abs(value) % context.getNumberOfParallelSubtasks() === context.getIndexOfThisSubtask()
  }
}

/** Nothing, the record, or two for it. */
export class Multiply extends RichFlatMapFunction<NumberRecord, NumberRecord> {
  readonly #spoiler: RecordSpoiler

  constructor(world: JobWorld) {
    super()
    this.#spoiler = new RecordSpoiler(world)
  }

  flatMap(record: NumberRecord, out: Collector<NumberRecord>): void {
    for (const value of multiplied(record.value)) out.collect(this.#spoiler.handOn(record, value))
  }
}

export function multiplied(value: number): number[] {
  return [[], [value], [value, value + 1]][Math.abs(value) % 3] ?? []
}

export const ODD_NUMBERS = new OutputTag<NumberRecord>('odd numbers')

export function isOdd(value: number): boolean {
  return Math.abs(value) % 2 === 1
}

/** Odd numbers go to the side output. */
export class SplitOdd extends ProcessFunction<NumberRecord, NumberRecord> {
  readonly #spoiler: RecordSpoiler

  constructor(world: JobWorld) {
    super()
    this.#spoiler = new RecordSpoiler(world)
  }

  processElement(record: NumberRecord, context: ProcessFunctionContext, out: Collector<NumberRecord>): void {
    if (isOdd(record.value)) context.output(ODD_NUMBERS, this.#spoiler.handOn(record))
    else out.collect(this.#spoiler.handOn(record))
  }
}

/** A second reader of the records. */
export class Spoil extends RichSinkFunction<NumberRecord> {
  readonly #spoiler: RecordSpoiler

  constructor(world: JobWorld) {
    super()
    this.#spoiler = new RecordSpoiler(world)
  }

  invoke(record: NumberRecord): void {
    this.#spoiler.spoil(record)
  }
}

/** Counts and adds up by key, in keyed state of any kind. */
abstract class KeyedTotals<O> extends KeyedProcessFunction<unknown, NumberRecord, O> {
  readonly #world: JobWorld
  readonly #life: FunctionLife
  readonly #kind: StateKind
  readonly #spoiler: RecordSpoiler
  #add: AddToKey | undefined

  constructor(world: JobWorld, uid: string, kind: StateKind) {
    super()
    this.#world = world
    this.#life = new FunctionLife(world, uid)
    this.#kind = kind
    this.#spoiler = new RecordSpoiler(world)
  }

  override open(): void | Promise<void> {
    this.#add = totalsIn(this.#kind, this.getRuntimeContext(), this.#world)
    return this.#life.open()
  }

  processElement(record: NumberRecord, context: KeyedProcessFunctionContext<unknown>, out: Collector<O>): void {
    this.#life.record()
    const total = this.#add?.(this.labelled(labelOf(context.getCurrentKey())), record.value)
    if (total !== undefined) out.collect(this.emitted(total))
    this.#spoiler.spoil(record)
  }

  override close(): void | Promise<void> {
    return this.#life.close()
  }

  protected labelled(label: string): string {
    return label
  }

  protected abstract emitted(total: CountRecord): O
}

/** The last stage: what the sink commits. `prefix` tells its keys from those of other ends of the graph. */
export class CountByKey extends KeyedTotals<CountRecord> {
  readonly #prefix: string

  constructor(world: JobWorld, { uid, kind, prefix }: { uid: string; kind: StateKind; prefix: string }) {
    super(world, uid, kind)
    this.#prefix = prefix
  }

  protected override labelled(label: string): string {
    return this.#prefix + label
  }

  protected emitted(total: CountRecord): CountRecord {
    return total
  }
}

/** A stage before it: a number for each count of each key, so that a count that is missing or wrong is seen at the end. */
export class NumberByKey extends KeyedTotals<NumberRecord> {
  protected emitted([label, count]: CountRecord): NumberRecord {
    return { value: countedNumber(label, count) }
  }
}

const MOST_COUNTS = 100_000

export function countedNumber(label: string, count: number): number {
  let hash = 0
  for (const letter of label) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) & 0xffff
  return hash * MOST_COUNTS + count
}
