/** Functions that keep records until a timer, or until all rules are there: what goes in comes out once, however it was spread. */
import {
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  TimeDomain,
  type Collector,
  type KeyedBroadcastProcessFunctionContext,
  type KeyedBroadcastProcessFunctionReadOnlyContext,
  type KeyedProcessFunctionContext,
  type KeyedProcessFunctionOnTimerContext,
  type ListState,
} from '../../src/index.js'
import { FunctionLife } from './function-life.js'
import { eventTimers, HeldRecords, processingTimers } from './held-records.js'
import type { JobWorld, NumberRecord } from './job-world.js'
import { NUMBERS_A_SOURCE } from './job-time.js'

const CLOCK_SLOT_MS = 100

type Out = Collector<NumberRecord>
type Context = KeyedProcessFunctionContext<unknown>
type TimerContext = KeyedProcessFunctionOnTimerContext<unknown>

/** What functions with timers of event time do, whether they have one input or two. */
class HoldingByTime {
  readonly #world: JobWorld
  readonly #uid: string
  readonly #held: HeldRecords
  readonly #hasClock: boolean

  constructor(world: JobWorld, uid: string, held: HeldRecords) {
    this.#world = world
    this.#uid = uid
    this.#held = held
    this.#hasClock = world.scenario.shapes.some(({ kind }) => kind === 'heldByClock')
  }

  /** One without a time has nothing to wait for: only timers of the clock emit such. */
  take({ value }: NumberRecord, context: Context, out: Out): void {
    const timestamp = context.timestamp()
    if (timestamp === null) {
      if (!this.#hasClock) this.#world.fail(`${this.#uid}: the record ${value} has lost its time`)
      out.collect({ value })
      return
    }
    const timers = eventTimers(context.timerService())
    const watermark = timers.now()
    if (timestamp <= watermark) {
      this.#world.fail(`${this.#uid}: a record of ${timestamp} came after the watermark ${watermark}`)
    }
    this.#held.add(value, context.getCurrentKey(), timestamp, timers)
  }

  fire(timestamp: number, context: TimerContext, out: Out): void {
    const isRight = context.timeDomain() === TimeDomain.EVENT_TIME && context.timestamp() === timestamp
    if (!isRight) this.#world.fail(`${this.#uid}: the context of the timer of ${timestamp} is another one's`)
    const timers = eventTimers(context.timerService())
    for (const value of this.#held.fired(timestamp, context.getCurrentKey(), timers)) out.collect({ value })
  }
}

/** Until the end of their slot of event time. */
export class HoldByTime extends KeyedProcessFunction<unknown, NumberRecord, NumberRecord> {
  readonly #world: JobWorld
  readonly #uid: string
  readonly #slotMs: number
  readonly #life: FunctionLife
  #holding: HoldingByTime | undefined

  constructor(world: JobWorld, uid: string, slotMs: number) {
    super()
    this.#world = world
    this.#uid = uid
    this.#slotMs = slotMs
    this.#life = new FunctionLife(world, uid)
  }

  override open(): void | Promise<void> {
    const holder = { world: this.#world, uid: this.#uid, slotMs: this.#slotMs }
    this.#holding = new HoldingByTime(this.#world, this.#uid, new HeldRecords(this.getRuntimeContext(), holder))
    return this.#life.open()
  }

  processElement(record: NumberRecord, context: Context, out: Out): void {
    this.#life.record()
    this.#holding?.take(record, context, out)
  }

  override onTimer(timestamp: number, context: TimerContext, out: Out): void {
    this.#life.record()
    this.#holding?.fire(timestamp, context, out)
  }

  override close(): void | Promise<void> {
    return this.#life.close()
  }
}

/** The same of two inputs, which share keys, state and timers: time is the lesser of both. */
export class HoldBoth extends KeyedCoProcessFunction<unknown, NumberRecord, NumberRecord, NumberRecord> {
  readonly #world: JobWorld
  readonly #uid: string
  readonly #slotMs: number
  readonly #life: FunctionLife
  #holding: HoldingByTime | undefined

  constructor(world: JobWorld, uid: string, slotMs: number) {
    super()
    this.#world = world
    this.#uid = uid
    this.#slotMs = slotMs
    this.#life = new FunctionLife(world, uid)
  }

  override open(): void | Promise<void> {
    const holder = { world: this.#world, uid: this.#uid, slotMs: this.#slotMs }
    this.#holding = new HoldingByTime(this.#world, this.#uid, new HeldRecords(this.getRuntimeContext(), holder))
    return this.#life.open()
  }

  processElement1(record: NumberRecord, context: Context, out: Out): void {
    this.#life.record()
    this.#holding?.take(record, context, out)
  }

  processElement2(record: NumberRecord, context: Context, out: Out): void {
    this.#life.record()
    if (record.value < NUMBERS_A_SOURCE) this.#world.fail(`${this.#uid}: a record of the first input is at the second`)
    this.#holding?.take(record, context, out)
  }

  override onTimer(timestamp: number, context: TimerContext, out: Out): void {
    this.#life.record()
    this.#holding?.fire(timestamp, context, out)
  }

  override close(): void | Promise<void> {
    return this.#life.close()
  }
}

/** Until a time of the clock. */
export class HoldByClock extends KeyedProcessFunction<unknown, NumberRecord, NumberRecord> {
  readonly #world: JobWorld
  readonly #uid: string
  readonly #life: FunctionLife
  #held: HeldRecords | undefined

  constructor(world: JobWorld, uid: string) {
    super()
    this.#world = world
    this.#uid = uid
    this.#life = new FunctionLife(world, uid)
  }

  override open(): void | Promise<void> {
    const holder = { world: this.#world, uid: this.#uid, slotMs: CLOCK_SLOT_MS }
    this.#held = new HeldRecords(this.getRuntimeContext(), holder)
    return this.#life.open()
  }

  processElement({ value }: NumberRecord, context: Context): void {
    this.#life.record()
    const timers = processingTimers(context.timerService())
    this.#held?.add(value, context.getCurrentKey(), timers.now(), timers)
  }

  override onTimer(timestamp: number, context: TimerContext, out: Out): void {
    this.#life.record()
    if (context.timeDomain() !== TimeDomain.PROCESSING_TIME) this.#world.fail(`${this.#uid}: a timer of another time`)
    const timers = processingTimers(context.timerService())
    for (const value of this.#held?.fired(timestamp, context.getCurrentKey(), timers) ?? []) out.collect({ value })
  }

  override close(): void | Promise<void> {
    return this.#life.close()
  }
}

export const RULES: MapStateDescriptor<unknown, unknown> = new MapStateDescriptor<unknown, unknown>('rules')
const WAITING = new ListStateDescriptor<number>('waiting')

/** Of so many rules each is one more than the one before; a number is greater by all of them when it comes out. */
export function withRules(value: number, rules: number): number {
  return value + (rules * (rules + 1)) / 2
}

/** Until every rule has come, by broadcast: only then does it know what becomes of a number. */
export class HoldForRules extends KeyedBroadcastProcessFunction<unknown, NumberRecord, NumberRecord, NumberRecord> {
  readonly #world: JobWorld
  readonly #uid: string
  readonly #rules: number
  readonly #life: FunctionLife
  #waiting: ListState<number> | undefined

  constructor(world: JobWorld, uid: string, rules: number) {
    super()
    this.#world = world
    this.#uid = uid
    this.#rules = rules
    this.#life = new FunctionLife(world, uid)
  }

  override open(): void | Promise<void> {
    this.#waiting = this.getRuntimeContext().getListState(WAITING)
    return this.#life.open()
  }

  processElement(
    { value }: NumberRecord,
    context: KeyedBroadcastProcessFunctionReadOnlyContext<unknown>,
    out: Out,
  ): void {
    this.#life.record()
    const known = [...context.getBroadcastState(RULES).immutableEntries()]
    if (known.length < this.#rules) this.#waiting?.add(value)
    else out.collect({ value: value + sumOf(known) })
  }

  processBroadcastElement(
    { value }: NumberRecord,
    context: KeyedBroadcastProcessFunctionContext<unknown>,
    out: Out,
  ): void {
    this.#life.record()
    const rules = context.getBroadcastState(RULES)
    const rule = value % NUMBERS_A_SOURCE
    if (rules.contains(rule)) this.#world.fail(`${this.#uid}: the rule ${rule} came twice`)
    rules.put(rule, rule + 1)
    const known = [...rules.immutableEntries()]
    if (known.length < this.#rules) return
    let released = 0
    context.applyToKeyedState(WAITING, (_key, waiting) => {
      for (const held of waiting.get()) {
        this.#world.beforeRecord(held)
        out.collect({ value: held + sumOf(known) })
        released += 1
      }
      waiting.clear()
    })
    if (released > 0) this.#world.note(`${this.#uid}: records waited for the last rule`)
  }

  override close(): void | Promise<void> {
    return this.#life.close()
  }
}

function sumOf(rules: readonly (readonly [unknown, unknown])[]): number {
  return rules.reduce((sum, [, weight]) => sum + Number(weight), 0)
}
