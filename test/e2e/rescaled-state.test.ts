/** A job that has state of every kind goes on from savepoints with other parallelisms, and loses and doubles nothing. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Workspace } from './command-line.js'
import { savepointOf } from './numbers-job.js'

const KEYS = 7
const LIMIT = 3000

/** Numbers, a few each ms, that wait at one to be stopped, or end at a limit; everything else keeps what it has seen to the end, in state of its own kind. */
const JOB = `
import {
  AbstractStreamOperator, AggregatingStateDescriptor, KeyedBroadcastProcessFunction, KeyedProcessFunction, ListStateDescriptor,
  MapStateDescriptor, ReducingStateDescriptor, RichMapFunction, RichSourceFunction, StreamRecord, Time, TumblingEventTimeWindows, Types,
  ValueStateDescriptor, WatermarkStrategy,
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

export default function job (env, params) {
  env.setMaxParallelism(params.getInt('max-parallelism', 16))
  const numbers = env.addSource(new Numbers(params.getInt('limit'), params.getInt('hold', -1))).setParallelism(1).uid('numbers')
    .assignTimestampsAndWatermarks(WatermarkStrategy.forMonotonousTimestamps().withTimestampAssigner((number) => number)).setParallelism(1).uid('time')
  const keyed = numbers.keyBy((number) => number % ${String(KEYS)})
  const names = env.fromCollection(params.has('named') ? [] : Array.from({ length: ${String(KEYS)} }, (_, key) => [key, 'name' + key])).uid('names')
  const windows = keyed.window(TumblingEventTimeWindows.of(Time.hours(1))).reduce((a, b) => a + b).uid('windows').map((sum) => 'window ' + sum).uid('told')
  keyed.process(new KeyedKinds()).uid('kinds').union(
    windows,
    keyed.transform('raw', Types.STRING, new Raw()).uid('raw'),
    numbers.rebalance().transform('lists', Types.STRING, new OperatorLists()).uid('lists'),
    keyed.connect(names.broadcast(NAMES)).process(new Named()).uid('named'),
  ).print().uid('print')
}
`

/** By their first words, what is to be printed at the end. */
function expectedLines(): string[] {
  const all = Array.from({ length: LIMIT }, (_, number) => number)
  const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0)
  const ofKeys = Array.from({ length: KEYS }, (_, key) => all.filter((number) => number % KEYS === key))
  const byKey = ofKeys.flatMap((numbers, key) => {
    const [count, max, sum] = [numbers.length, Math.max(...numbers), sumOf(numbers)]
    return [`kinds ${[key, count, count, count, max, sum].join(' ')}`, `window ${sum}`, `name ${key} name${key}`]
  })
  const hundreds = all.filter((number) => number % 50 === 0)
  return [...byKey, ...hundreds.map((number) => (number % 100 === 0 ? `raw-line ${number}` : `list ${number}`))].sort()
}

describe('a job with state of every kind', () => {
  it('goes on from savepoints of parallelism 1 with 3 and then with 2, and not with more than its key groups', async () => {
    const workspace = new Workspace()
    const job = [workspace.file('job.mjs', JOB), '--limit', String(LIMIT)]
    let restored: readonly string[] = []
    for (const [parallelism, hold] of [
      ['1', '1000'],
      ['3', '2000'],
    ] as const) {
      const named = restored.length > 0 ? ['--named'] : []
      const run = workspace.start('run', '-p', parallelism, ...restored, ...job, '--hold', hold, ...named)
      const jobId = await run.jobId()
      await run.until(/HELD/)
      const savepoint = savepointOf(await workspace.run('stop', '-p', 'savepoints', jobId))
      const { stdout } = await run.ended
      assert.doesNotMatch(stdout, /kinds/, 'it was stopped in the middle')
      restored = ['-s', savepoint]
    }
    const refused = await workspace.run('run', '-p', '17', ...restored, ...job, '--named')
    assert.equal(refused.exitCode, 1)
    assert.match(refused.stderr, /has parallelism 17, more than its max parallelism 16/)
    const { exitCode, stdout, stderr } = await workspace.run('run', '-p', '2', ...restored, ...job, '--named')
    assert.equal(exitCode, 0, stderr)
    const lines = stdout.split('\n').map((line) => line.replace(/^\d+> /, ''))
    const told = lines.filter((line) => /^(kinds|window|name|list|raw-line) /.test(line))
    assert.deepEqual(told.sort(), expectedLines())
    for (const what of ['seen', 'raw-keyed \\d+']) {
      const counts = lines.flatMap((line) => new RegExp(`^${what} (\\d+)$`).exec(line)?.[1] ?? [])
      assert.equal(
        counts.reduce((sum, count) => sum + Number(count), 0),
        LIMIT,
        what,
      )
    }
    workspace.remove()
  })
})
