/** Broadcast state is whole in every subtask after a kill and a restore with another parallelism, when its stream has ended. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { finalLinesOfRestored, PRINT_LAST } from './kill-and-restore.js'
import { slowMap } from './slow-map.js'

const RECORDS = 6_000
const KEYS = 13

/** Numbers wait for the factor of their key, which is broadcast; the sink prints count and sum of each key. */
const JOB = `
import { KeyedBroadcastProcessFunction, ListStateDescriptor, MapStateDescriptor, RichSinkFunction, Types, ValueStateDescriptor } from 'flink-ts'
${slowMap(0)}
const FACTORS = new MapStateDescriptor('factors', Types.LONG, Types.LONG)
const WAITING = new ListStateDescriptor('waiting', Types.LONG)
const TOTAL = new ValueStateDescriptor('total', Types.TUPLE(Types.LONG, Types.LONG), [0, 0])

class Weighted extends KeyedBroadcastProcessFunction {
  processElement (value, ctx, out) {
    const factor = ctx.getBroadcastState(FACTORS).get(ctx.getCurrentKey())
    if (factor === null) this.getRuntimeContext().getListState(WAITING).add(value)
    else this.add(ctx.getCurrentKey(), value * factor, out)
  }
  processBroadcastElement ([key, factor], ctx, out) {
    ctx.getBroadcastState(FACTORS).put(key, factor)
    ctx.applyToKeyedState(WAITING, (waitingFor, waiting) => {
      if (waitingFor !== key) return
      for (const value of waiting.get()) this.add(key, value * factor, out)
      waiting.clear()
    })
  }
  add (key, weighted, out) {
    const total = this.getRuntimeContext().getState(TOTAL)
    const [count, sum] = total.value()
    total.update([count + 1, sum + weighted])
    out.collect([key, ...total.value()])
  }
}

${PRINT_LAST}
export default function (env) {
  const factors = Array.from({ length: ${String(KEYS)} }, (_, key) => [key, key + 1])
  env.fromSequence(0, ${String(RECORDS - 1)}).uid('sequence').map(new Slow(-1, '')).uid('slow')
    .keyBy((value) => value % ${String(KEYS)})
    .connect(env.fromCollection(factors).uid('factors').broadcast(FACTORS))
    .process(new Weighted()).uid('weighted')
    .addSink(new PrintLast()).uid('print').setParallelism(1)
}
`

function expectedLines(): string[] {
  const totals = new Map<number, [count: number, sum: number]>()
  for (let value = 0; value < RECORDS; value += 1) {
    const key = value % KEYS
    const [count, sum] = totals.get(key) ?? [0, 0]
    totals.set(key, [count + 1, sum + value * (key + 1)])
  }
  return [...totals].map(([key, [count, sum]]) => `FINAL ${key} ${count} ${sum}`).sort()
}

describe('broadcast state', () => {
  it('is there in every subtask after kill -9 and a restore from parallelism 2 to 3', async () => {
    assert.deepEqual(await finalLinesOfRestored(JOB), expectedLines())
  })
})
