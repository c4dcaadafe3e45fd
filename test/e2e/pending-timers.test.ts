/** Timers that are pending when the process is killed fire once each after a restore with another parallelism. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { finalLinesOfRestored, PRINT_LAST } from './kill-and-restore.js'
import { slowMap } from './slow-map.js'

const RECORDS = 6_000
const KEYS = 13
/** A timer is due when so many more records have come: it is pending for long. */
const AHEAD = 1500

/** Each number sets a timer of its key; the sink prints how many fired for each key, and the sum of their times. */
const JOB = `
import { KeyedProcessFunction, RichSinkFunction, Types, ValueStateDescriptor, WatermarkStrategy } from 'flink-ts'
${slowMap(0)}
const FIRED = new ValueStateDescriptor('fired', Types.TUPLE(Types.LONG, Types.LONG), [0, 0])

class Later extends KeyedProcessFunction {
  processElement (value, ctx) {
    ctx.timerService().registerEventTimeTimer(value + ${String(AHEAD)})
    // The same once more, and one that is taken back: neither fires.
    ctx.timerService().registerEventTimeTimer(value + ${String(AHEAD)})
    ctx.timerService().registerEventTimeTimer(value + 11)
    ctx.timerService().deleteEventTimeTimer(value + 11)
  }
  onTimer (timestamp, ctx, out) {
    const fired = this.getRuntimeContext().getState(FIRED)
    const [count, sum] = fired.value()
    fired.update([count + 1, sum + timestamp])
    out.collect([ctx.getCurrentKey(), ...fired.value()])
  }
}

${PRINT_LAST}
export default function (env) {
  const strategy = WatermarkStrategy.forBoundedOutOfOrderness(${String(RECORDS)}).withTimestampAssigner((value) => value)
  env.fromSequence(0, ${String(RECORDS - 1)}).uid('sequence').map(new Slow(-1, '')).uid('slow')
    .assignTimestampsAndWatermarks(strategy).uid('time')
    .keyBy((value) => value % ${String(KEYS)})
    .process(new Later()).uid('later')
    .addSink(new PrintLast()).uid('print').setParallelism(1)
}
`

function expectedLines(): string[] {
  const fired = new Map<number, [count: number, sum: number]>()
  for (let value = 0; value < RECORDS; value += 1) {
    const [count, sum] = fired.get(value % KEYS) ?? [0, 0]
    fired.set(value % KEYS, [count + 1, sum + value + AHEAD])
  }
  return [...fired].map(([key, [count, sum]]) => `FINAL ${String(key)} ${String(count)} ${String(sum)}`).sort()
}

describe('pending timers', () => {
  it('fire once each after kill -9 and a restore from parallelism 2 to 3', async () => {
    assert.deepEqual(await finalLinesOfRestored(JOB), expectedLines())
  })
})
