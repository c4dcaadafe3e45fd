/**
 * Emits the numbers of a range, spread over its subtasks in several parts, in one of the three shapes of a source function;
 * one object for all of them where records are changed. Its time is the clock's: a watermark says that nothing older follows.
 *
 * In a job with event time the parts lie among each other, and a subtask takes of them what comes soonest, or nearly: so the time of
 * what is left anywhere is never far before that of what has gone, whoever has the parts after a restart.
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
import { FunctionLife } from './function-life.js'
import type { JobWorld, NumberRecord } from './job-world.js'

/** What is left of a range: next, the end that is not part of it, and from one number to the next one. */
type Range = [next: number, end: number, step: number]

const RANGES_A_SUBTASK = 3

export class RangeSource extends RichParallelSourceFunction<NumberRecord> implements CheckpointedFunction {
  readonly #range: { readonly from: number; readonly to: number }
  readonly #world: JobWorld
  readonly #life: FunctionLife
  readonly #record: NumberRecord = { value: 0 }
  #ranges: Range[] = []
  /** As most sources do it: an object that was cancelled once never runs again. */
  #isRunning = true
  #state: ListState<Range> | undefined
  #marker: ListState<boolean> | undefined

  constructor(range: { readonly from: number; readonly to: number }, world: JobWorld, uid: string) {
    super()
    this.#range = range
    this.#world = world
    this.#life = new FunctionLife(world, uid)
  }

  initializeState(context: FunctionInitializationContext): void | Promise<void> {
    const store = context.getOperatorStateStore()
    this.#state = store.getListState(new ListStateDescriptor<Range>('ranges'))
    this.#marker = store.getUnionListState(new ListStateDescriptor<boolean>('was-started'))
    const wasStarted = [...this.#marker.get()].length > 0
    this.#ranges = wasStarted ? [...this.#state.get()].map(copied) : this.#ownRanges()
    return this.#life.hook('initializeState')
  }

  override open(): void | Promise<void> {
    return this.#life.open()
  }

  snapshotState(): void | Promise<void> {
    this.#state?.update(this.#ranges.map(copied))
    this.#marker?.update([true])
    return this.#life.hook('snapshotState')
  }

  override cancel(): void {
    this.#isRunning = false
  }

  override close(): void | Promise<void> {
    return this.#life.close()
  }

  run(context: SourceContext<NumberRecord>): SourceRun<NumberRecord> {
    switch (this.#world.scenario.sourceShape) {
      case 'generator':
        return this.#generate(context)
      case 'async-generator':
        return this.#generateLater(context)
      case 'collecting':
        return this.#collect(context)
    }
  }

  *#generate(context: SourceContext<NumberRecord>): Generator<NumberRecord | undefined> {
    for (let value = this.#next(); value !== undefined && this.#isRunning; value = this.#next()) {
      yield this.#recordOf(value)
      this.#tellTime(context)
      const turns = this.#pausesNow() ? this.#world.nextInt(this.#world.scenario.pauseMs + 1) : 0
      for (let turn = 0; turn < turns; turn += 1) yield
    }
  }

  async *#generateLater(context: SourceContext<NumberRecord>): AsyncGenerator<NumberRecord | undefined> {
    for (let value = this.#next(); value !== undefined && this.#isRunning; value = this.#next()) {
      yield this.#recordOf(value)
      this.#tellTime(context)
      if (this.#pausesNow()) await this.#pause()
    }
  }

  async #collect(context: SourceContext<NumberRecord>): Promise<void> {
    for (let value = this.#next(); value !== undefined && this.#isRunning; value = this.#next()) {
      await context.collectWithTimestamp(this.#recordOf(value), this.#world.now())
      this.#tellTime(context)
      if (this.#pausesNow()) await this.#pause()
    }
  }

  #tellTime(context: SourceContext<NumberRecord>): void {
    const { watermarkOneIn, idleOneIn } = this.#world.scenario
    if (watermarkOneIn > 0 && this.#world.nextInt(watermarkOneIn) === 0) context.emitWatermark(this.#world.now() - 1)
    if (idleOneIn > 0 && this.#world.nextInt(idleOneIn) === 0) context.markAsTemporarilyIdle()
  }

  /** The next number; the position moves in the same breath. */
  #next(): number | undefined {
    this.#ranges = this.#ranges.filter(([next, end]) => next < end)
    const range = this.#nextRange()
    if (range === undefined) return undefined
    const [next, , step] = range
    range[0] = next + step
    return next
  }

  #nextRange(): Range | undefined {
    const { time } = this.#world.scenario
    if (time === undefined) return this.#ranges[0]
    const least = Math.min(...this.#ranges.map(([next]) => next))
    const near = this.#ranges.filter(([next]) => next < least + time.window)
    return near[near.length === 0 ? 0 : this.#world.nextInt(near.length)]
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
    const { from, to } = this.#range
    const context = this.getRuntimeContext()
    const parts = context.getNumberOfParallelSubtasks() * RANGES_A_SUBTASK
    const bound = (part: number): number => from + Math.floor(((to - from) * part) / parts)
    const first = context.getIndexOfThisSubtask() * RANGES_A_SUBTASK
    const ownParts = Array.from({ length: RANGES_A_SUBTASK }, (_, index) => first + index)
    if (this.#world.scenario.time !== undefined) return ownParts.map((part) => [from + part, to, parts])
    return ownParts.map((part) => [bound(part), bound(part + 1), 1])
  }
}

function copied([next, end, step]: Range): Range {
  return [next, end, step]
}
