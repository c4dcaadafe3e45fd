/**
 * Emits 0 to n-1, spread over its subtasks in several ranges, in one of the three shapes of a source function; one object
 * for all of them where records are changed.
 */
import {
  ListStateDescriptor,
  RichParallelSourceFunction,
  type CheckpointedFunction,
  type FunctionInitializationContext,
  type ListState,
  type SourceContext,
  type SourceRun,
} from '../../src/index.js'
import type { JobWorld, NumberRecord } from './counting-job.js'

/** What is left of a range: next, and the end that is not part of it. */
type Range = [next: number, end: number]

const RANGES_A_SUBTASK = 3

export class RangeSource extends RichParallelSourceFunction<NumberRecord> implements CheckpointedFunction {
  readonly #records: number
  readonly #world: JobWorld
  readonly #record: NumberRecord = { value: 0 }
  #ranges: Range[] = []
  /** As most sources do it: an object that was cancelled once never runs again. */
  #isRunning = true
  #state: ListState<Range> | undefined
  #marker: ListState<boolean> | undefined

  constructor(records: number, world: JobWorld) {
    super()
    this.#records = records
    this.#world = world
  }

  initializeState(context: FunctionInitializationContext): void {
    const store = context.getOperatorStateStore()
    this.#state = store.getListState(new ListStateDescriptor<Range>('ranges'))
    this.#marker = store.getUnionListState(new ListStateDescriptor<boolean>('was-started'))
    const wasStarted = [...this.#marker.get()].length > 0
    this.#ranges = wasStarted ? [...this.#state.get()].map(([next, end]): Range => [next, end]) : this.#ownRanges()
  }

  snapshotState(): void {
    this.#state?.update(this.#ranges.map(([next, end]): Range => [next, end]))
    this.#marker?.update([true])
  }

  override cancel(): void {
    this.#isRunning = false
  }

  run(context: SourceContext<NumberRecord>): SourceRun<NumberRecord> {
    switch (this.#world.scenario.sourceShape) {
      case 'generator':
        return this.#generate()
      case 'async-generator':
        return this.#generateLater()
      case 'collecting':
        return this.#collect(context)
    }
  }

  *#generate(): Generator<NumberRecord | undefined> {
    for (let value = this.#next(); value !== undefined && this.#isRunning; value = this.#next()) {
      yield this.#recordOf(value)
      const turns = this.#pausesNow() ? this.#world.nextInt(this.#world.scenario.pauseMs + 1) : 0
      for (let turn = 0; turn < turns; turn += 1) yield
    }
  }

  async *#generateLater(): AsyncGenerator<NumberRecord | undefined> {
    for (let value = this.#next(); value !== undefined && this.#isRunning; value = this.#next()) {
      yield this.#recordOf(value)
      if (this.#pausesNow()) await this.#pause()
    }
  }

  async #collect(context: SourceContext<NumberRecord>): Promise<void> {
    for (let value = this.#next(); value !== undefined && this.#isRunning; value = this.#next()) {
      await context.collect(this.#recordOf(value))
      if (this.#pausesNow()) await this.#pause()
    }
  }

  /** The next number; the position moves in the same breath. */
  #next(): number | undefined {
    for (let range = this.#ranges[0]; range !== undefined; range = this.#ranges[0]) {
      const [next, end] = range
      if (next < end) {
        range[0] = next + 1
        return next
      }
      this.#ranges.shift()
    }
    return undefined
  }

  #recordOf(value: number): NumberRecord {
    if (!this.#world.scenario.changesRecords) return { value }
    this.#record.value = value
    return this.#record
  }

  #pausesNow(): boolean {
    return this.#world.nextInt(this.#world.scenario.pauseOneIn) === 0
  }

  #pause(): Promise<void> {
    return this.#world.pause(this.#world.nextInt(this.#world.scenario.pauseMs + 1))
  }

  #ownRanges(): Range[] {
    const context = this.getRuntimeContext()
    const parts = context.getNumberOfParallelSubtasks() * RANGES_A_SUBTASK
    const bound = (part: number): number => Math.floor((this.#records * part) / parts)
    const first = context.getIndexOfThisSubtask() * RANGES_A_SUBTASK
    return Array.from({ length: RANGES_A_SUBTASK }, (_, index): Range => [
      bound(first + index),
      bound(first + index + 1),
    ])
  }
}
