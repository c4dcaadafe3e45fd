/** A job with state of every kind, and what it prints if nothing of it is lost or doubled. */

export const KEYS = 7
export const LIMIT = 3000

/** Numbers, a few each ms, that wait at one to be stopped, or end at a limit; everything else keeps what it has seen to the end, in state of its own kind. */
export const RESCALED_JOB = `
import {
  AbstractStreamOperator, AggregatingStateDescriptor, AsyncDataStream, CountEvictor, EventTimeSessionWindows,
  KeyedBroadcastProcessFunction, KeyedProcessFunction, ListStateDescriptor, MapStateDescriptor, ProcessJoinFunction,
  ProcessWindowFunction, ReducingStateDescriptor, RichSourceFunction, SlidingEventTimeWindows, StreamRecord, Time, TimeUnit,
  TumblingEventTimeWindows, Types, ValueStateDescriptor, WatermarkStrategy,
} from 'flink-ts'

class Numbers extends RichSourceFunction {
  constructor (limit, hold) { super(); Object.assign(this, { limit, hold, next: 0 }) }
  async * run () {
    while (this.next < this.limit) {
      if (this.next === this.hold) {
        if (!this.isHeld) this.getRuntimeContext().getStandardOutput().write('HELD\\n')
        this.isHeld = true
        await new Promise((resolve) => setTimeout(resolve, 5))
        continue
      }
      const number = this.next
      this.next += 1
      yield number
      if (number % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  snapshotState () { return [this.next] }
  restoreState (state) { for (const next of state) this.next = next }
}

const SUM = { createAccumulator: () => 0, add: (value, sum) => sum + value, getResult: (sum) => sum, merge: (a, b) => a + b }

/** All five kinds of keyed state, which a timer tells at the end of time. */
class KeyedKinds extends KeyedProcessFunction {
  open () {
    const context = this.getRuntimeContext()
    this.value = context.getState(new ValueStateDescriptor('value', Types.LONG, 0))
    this.list = context.getListState(new ListStateDescriptor('list', Types.LONG))
    this.map = context.getMapState(new MapStateDescriptor('map'))
    this.max = context.getReducingState(new ReducingStateDescriptor('max', (a, b) => Math.max(a, b), Types.LONG))
    this.sum = context.getAggregatingState(new AggregatingStateDescriptor('sum', SUM))
  }
  processElement (number, ctx) {
    this.value.update(this.value.value() + 1)
    this.list.add(number)
    this.map.put(number % 10, (this.map.get(number % 10) ?? 0) + 1)
    this.max.add(number)
    this.sum.add(number)
    ctx.timerService().registerEventTimeTimer(1e15)
  }
  onTimer (timestamp, ctx, out) {
    const list = [...this.list.get()].length
    const map = [...this.map.values()].reduce((sum, each) => sum + each, 0)
    out.collect(['kinds', ctx.getCurrentKey(), this.value.value(), list, map, this.max.get(), this.sum.get()].join(' '))
  }
}

/** Raw state by key group and by partition. */
class Raw extends AbstractStreamOperator {
  counts = new Map()
  lines = []
  initializeState (context) {
    for (const input of context.getRawKeyedStateInputs()) this.counts.set(input.getKeyGroupId(), input.getStream().readVarInt())
    for (const input of context.getRawOperatorStateInputs()) this.lines.push(input.getStream().readVarInt())
  }
  processElement (element) {
    const keyGroup = this.getCurrentKeyGroup()
    this.counts.set(keyGroup, (this.counts.get(keyGroup) ?? 0) + 1)
    if (element.getValue() % 100 === 0) this.lines.push(element.getValue())
  }
  snapshotState (context) {
    const keyed = context.getRawKeyedOperatorStateOutput()
    for (const [keyGroup, count] of this.counts) keyed.startNewKeyGroup(keyGroup).writeVarInt(count)
    for (const line of this.lines) context.getRawOperatorStateOutput().startNewPartition().writeVarInt(line)
  }
  finish () {
    for (const [keyGroup, count] of this.counts) this.output.collect(new StreamRecord('raw-keyed ' + keyGroup + ' ' + count))
    for (const line of this.lines) this.output.collect(new StreamRecord('raw-line ' + line))
  }
}

/** Numbers in an evenly split list, and how many each subtask has seen in a union list. */
class OperatorLists extends AbstractStreamOperator {
  initializeState (context) {
    this.list = context.getOperatorStateStore().getListState(new ListStateDescriptor('numbers', Types.LONG))
    this.counts = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor('counts'))
    const seen = [...this.counts.get()].reduce((sum, count) => sum + count, 0)
    this.seen = this.getRuntimeContext().getIndexOfThisSubtask() === 0 ? seen : 0
  }
  processElement (element) {
    this.seen += 1
    if (element.getValue() % 100 === 50) this.list.add(element.getValue())
  }
  snapshotState () { this.counts.update([this.seen]) }
  finish () {
    this.output.collect(new StreamRecord('seen ' + this.seen))
    for (const number of this.list.get()) this.output.collect(new StreamRecord('list ' + number))
  }
}

const NAMES = new MapStateDescriptor('names', Types.LONG, Types.STRING)

/** The names come before the first savepoint, and are asked for at the end. */
class Named extends KeyedBroadcastProcessFunction {
  processElement (number, ctx) { ctx.timerService().registerEventTimeTimer(1e15) }
  onTimer (timestamp, ctx, out) { out.collect('name ' + ctx.getCurrentKey() + ' ' + ctx.getBroadcastState(NAMES).get(ctx.getCurrentKey())) }
  processBroadcastElement ([key, name], ctx) { ctx.getBroadcastState(NAMES).put(key, name) }
}


/** Sums of windows, each with its key and its beginning. */
class TellSum extends ProcessWindowFunction {
  constructor (what) { super(); this.what = what }
  process (key, context, numbers, out) {
    out.collect([this.what, key, context.window().getStart(), [...numbers].reduce((sum, number) => sum + number, 0)].join(' '))
  }
}

class TellBoth extends ProcessJoinFunction {
  processElement (left, right, context, out) { out.collect('join ' + left + ' ' + right) }
}

export default function job (env, params) {
  env.setMaxParallelism(params.getInt('max-parallelism', 16))
  // What waits for an answer, or goes round, does so until the last run.
  const isReleased = params.has('released')
  const numbers = env.addSource(new Numbers(params.getInt('limit'), params.getInt('hold', -1))).setParallelism(1).uid('numbers')
    .assignTimestampsAndWatermarks(WatermarkStrategy.forMonotonousTimestamps().withTimestampAssigner((number) => number)).setParallelism(1).uid('time')
  const keyed = numbers.keyBy((number) => number % ${String(KEYS)})
  const names = env.fromCollection(params.has('named') ? [] : Array.from({ length: ${String(KEYS)} }, (_, key) => [key, 'name' + key])).uid('names')
  const sum = (a, b) => a + b
  const tumbling = keyed.window(TumblingEventTimeWindows.of(Time.hours(1))).reduce(sum).uid('windows').map((sum) => 'window ' + sum).uid('told')
  const sliding = keyed.window(SlidingEventTimeWindows.of(Time.milliseconds(600), Time.milliseconds(200)))
    .reduce(sum, new TellSum('sliding')).uid('sliding')
  const sessions = numbers.keyBy((number) => Math.floor(number / 100) % ${String(KEYS)})
    .window(EventTimeSessionWindows.withGap(Time.milliseconds(300))).reduce(sum, new TellSum('session')).uid('sessions')
  const evicted = keyed.window(TumblingEventTimeWindows.of(Time.milliseconds(500))).evictor(CountEvictor.of(10))
    .process(new TellSum('evicted')).uid('evicted')
  const byThree = (offset) => numbers.filter((number) => number % 50 === offset).uid('every' + offset).keyBy((number) => number % 3)
  const joined = byThree(0).intervalJoin(byThree(25)).between(Time.milliseconds(-200), Time.milliseconds(200)).process(new TellBoth()).uid('joined')
  const answered = (what) => (number) => isReleased ? what + ' ' + number : new Promise(() => undefined)
  const asked = numbers.filter((number) => number % 100 === 33).uid('asked').rebalance()
  const askedByKey = numbers.filter((number) => number % 100 === 44).uid('asked-by-key').keyBy((number) => number % ${String(KEYS)})
  const going = numbers.filter((number) => number % 200 === 66).uid('going').iterate().uid('loop')
  const gone = going.keyBy((number) => number).map((number) => number).uid('round')
  going.closeWith(gone.filter(() => !isReleased).uid('again').keyBy((number) => number))
  keyed.process(new KeyedKinds()).uid('kinds').union(
    tumbling, sliding, sessions, evicted, joined,
    AsyncDataStream.orderedWait(asked, answered('async'), 1, TimeUnit.HOURS).uid('async'),
    AsyncDataStream.unorderedWait(askedByKey, answered('async-of-key'), 1, TimeUnit.HOURS).uid('async-of-key'),
    gone.filter(() => isReleased).uid('out').map((number) => 'loop ' + number).uid('loop-told'),
    keyed.transform('raw', Types.STRING, new Raw()).uid('raw'),
    numbers.rebalance().transform('lists', Types.STRING, new OperatorLists()).uid('lists'),
    keyed.connect(names.broadcast(NAMES)).process(new Named()).uid('named'),
  ).print().uid('print')
}
`

/** What is to be printed, but for the counts of each subtask. */
export function expectedLines(): string[] {
  const all = Array.from({ length: LIMIT }, (_, number) => number)
  const ofKeys = Array.from({ length: KEYS }, (_, key) => all.filter((number) => number % KEYS === key))
  const byKey = ofKeys.flatMap((numbers, key) => {
    const [count, max, sum] = [numbers.length, Math.max(...numbers), sumOf(numbers)]
    return [`kinds ${[key, count, count, count, max, sum].join(' ')}`, `window ${sum}`, `name ${key} name${key}`]
  })
  const hundreds = all.filter((number) => number % 50 === 0)
  const lists = hundreds.map((number) => (number % 100 === 0 ? `raw-line ${number}` : `list ${number}`))
  const held = (what: string, step: number, offset: number): string[] =>
    all.filter((number) => number % step === offset).map((number) => `${what} ${number}`)
  const waiting = [...held('async', 100, 33), ...held('async-of-key', 100, 44), ...held('loop', 200, 66)]
  return [...byKey, ...windowLines(ofKeys), ...joinLines(all), ...lists, ...waiting].sort()
}

function windowLines(ofKeys: readonly (readonly number[])[]): string[] {
  const lines: string[] = []
  const tell = (what: string, key: number, start: number, numbers: readonly number[]): void => {
    if (numbers.length > 0) lines.push([what, key, start, sumOf(numbers)].join(' '))
  }
  for (const [key, numbers] of ofKeys.entries()) {
    const within = (start: number, size: number): number[] =>
      numbers.filter((number) => number >= start && number < start + size)
    for (let start = -400; start < LIMIT; start += 200) tell('sliding', key, start, within(start, 600))
    for (let start = 0; start < LIMIT; start += 500) tell('evicted', key, start, within(start, 500).slice(-10))
  }
  for (let start = 0; start < LIMIT; start += 100) {
    tell(
      'session',
      Math.floor(start / 100) % KEYS,
      start,
      Array.from({ length: 100 }, (_, index) => start + index),
    )
  }
  return lines
}

function joinLines(all: readonly number[]): string[] {
  const right = all.filter((number) => number % 50 === 25)
  return all
    .filter((number) => number % 50 === 0)
    .flatMap((left) =>
      right
        .filter((number) => number % 3 === left % 3 && Math.abs(number - left) <= 200)
        .map((number) => `join ${left} ${number}`),
    )
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
