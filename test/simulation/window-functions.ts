/** Functions of the windows of simulated jobs: what a window holds is looked at when it fires, and handed on record by record. */
import {
  ListStateDescriptor,
  OutputTag,
  ProcessFunction,
  ProcessWindowFunction,
  type AggregateFunction,
  type Collector,
  type ProcessFunctionContext,
  type ProcessWindowFunctionContext,
  type TimeWindow,
  type WatermarkGenerator,
} from '../../src/index.js'
import { labelOf } from './job-keys.js'
import { WITHOUT_TIME } from './joining-functions.js'
import type { JobWorld, NumberRecord } from './job-world.js'

export type NumberAndTime = readonly [value: number, at: number]

/** One record with its event time; several once they are reduced, as one of their key. */
export interface TimedNumbers extends NumberRecord {
  readonly all: readonly NumberAndTime[]
}

export const LATE = new OutputTag<TimedNumbers>('late')

/** How the windows of a shape lie, and when each of them fires. */
export interface WindowRules {
  readonly sizeMs: number
  /** Undefined: sessions with a gap of `sizeMs`. */
  readonly slideMs: number | undefined
  /** Whether a window fires once, at its end. */
  readonly firesOnce: boolean
}

/** Each record with its event time; those without are in no window, and go another way, as often as one would come out of windows. */
export class WithTime extends ProcessFunction<NumberRecord, TimedNumbers> {
  readonly #times: number

  constructor(times: number) {
    super()
    this.#times = times
  }

  processElement({ value }: NumberRecord, ctx: ProcessFunctionContext, out: Collector<TimedNumbers>): void {
    const at = ctx.timestamp()
    if (at !== null) out.collect({ value, all: [[value, at]] })
    else for (let left = this.#times; left > 0; left -= 1) ctx.output(WITHOUT_TIME, { value })
  }
}

/** So many records are late. */
export function hastyWatermarks(): WatermarkGenerator<TimedNumbers> {
  return {
    onEvent: (_numbers, timestamp, output) => {
      output.emitWatermark(timestamp)
    },
    onPeriodicEmit: () => undefined,
  }
}

export function reduceNumbers(left: TimedNumbers, right: TimedNumbers): TimedNumbers {
  return { value: left.value, all: [...left.all, ...right.all] }
}

/** Changes its accumulators, as it may. */
export const collected: AggregateFunction<TimedNumbers, NumberAndTime[], TimedNumbers> = {
  createAccumulator: () => [],
  add: ({ all }, numbers) => {
    numbers.push(...all)
    return numbers
  },
  getResult: (numbers) => ({ value: numbers[0]?.[0] ?? 0, all: [...numbers] }),
  merge: (left, right) => {
    left.push(...right)
    return left
  },
}

type Span = readonly [start: number, end: number, drains: number]

/** Fails the job where a window holds what is not of it, fires early or twice, or is a session that ought to be part of another. */
export class CheckedWindow extends ProcessWindowFunction<TimedNumbers, NumberRecord, unknown, TimeWindow> {
  readonly #world: JobWorld
  readonly #uid: string
  readonly #rules: WindowRules
  readonly #fired = new ListStateDescriptor<Span>('fired')
  /** Of the runs before: with a drain all windows fire, and what comes after it fires them again. */
  readonly #drains: number
  readonly #noted = new Set<string>()

  constructor(world: JobWorld, uid: string, rules: WindowRules) {
    super()
    this.#world = world
    this.#uid = uid
    this.#rules = rules
    const { runs } = world.scenario
    this.#drains = runs.slice(0, runs.indexOf(world.plan)).filter(({ end }) => end === 'drain').length
  }

  process(
    key: unknown,
    context: ProcessWindowFunctionContext<TimeWindow>,
    elements: Iterable<TimedNumbers>,
    out: Collector<NumberRecord>,
  ): void {
    const window = context.window()
    const numbers = [...elements].flatMap(({ all }) => all)
    if (numbers.length === 0) this.#fail(`${String(window)} of ${labelOf(key)} fired with nothing in it`)
    if (numbers.length > 1) this.#note('a window has several records')
    for (const [, at] of numbers) {
      if (at < window.getStart() || at >= window.getEnd())
        this.#fail(`a record of ${String(at)} is in ${String(window)}`)
    }
    if (this.#rules.firesOnce) this.#checkOnce(context)
    if (this.#rules.firesOnce && this.#rules.slideMs === undefined) this.#checkSession(window, numbers)
    for (const [value] of numbers) {
      this.#world.beforeRecord(value)
      out.collect({ value })
    }
  }

  /** Of sessions of a key none touches another. */
  #checkOnce(context: ProcessWindowFunctionContext<TimeWindow>): void {
    const window = context.window()
    const watermark = context.currentWatermark()
    if (watermark < window.maxTimestamp()) this.#fail(`${String(window)} fired at the watermark ${String(watermark)}`)
    const fired = context.globalState().getListState(this.#fired)
    const span: Span = [window.getStart(), window.getEnd(), this.#drains]
    const isSession = this.#rules.slideMs === undefined
    for (const [start, end, drains] of fired.get()) {
      if (drains < this.#drains) continue
      const isThere = isSession ? start <= span[1] && end >= span[0] : start === span[0]
      if (isThere) this.#fail(`${String(window)} fired after the window from ${String(start)} to ${String(end)}`)
    }
    fired.add(span)
  }

  #checkSession(window: TimeWindow, numbers: readonly NumberAndTime[]): void {
    const gapMs = this.#rules.sizeMs
    const times = numbers.map(([, at]) => at).sort((left, right) => left - right)
    const isFilled = times[0] === window.getStart() && (times.at(-1) ?? 0) + gapMs === window.getEnd()
    if (!isFilled) this.#fail(`${String(window)} has records from ${String(times[0])} to ${String(times.at(-1))}`)
    if (times.some((at, index) => index > 0 && at - (times[index - 1] ?? at) > gapMs)) {
      this.#fail(`${String(window)} has a gap of more than ${String(gapMs)} ms`)
    }
    if (times.length > 1) this.#note('a session has grown')
  }

  #note(what: string): void {
    if (this.#noted.has(what)) return
    this.#noted.add(what)
    this.#world.note(`${this.#uid}: ${what}`)
  }

  #fail(what: string): void {
    this.#world.fail(`${this.#uid} of ${this.#world.runName}: ${what}`)
  }
}
