/** Jobs of which each page of the dashboard has something to show. */

/** Counts by key and by window, faster than its sink takes them: watermarks, back pressure, checkpoints, accumulators. */
export const SHOWN_JOB = `
import { IntCounter, RichMapFunction, RichSinkFunction, RichSourceFunction, TumblingEventTimeWindows, Time, WatermarkStrategy } from 'flink-ts'

class Clicks extends RichSourceFunction {
  constructor () { super(); this.next = 0 }
  async * run () {
    for (;;) {
      this.next += 1
      yield { user: 'user' + this.next % 7, time: this.next * 10 }
      if (this.next % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  snapshotState () { return [this.next] }
  restoreState (state) { for (const next of state) this.next = next }
}

class Counted extends RichMapFunction {
  open () { this.getRuntimeContext().addAccumulator('clicks', this.clicks = new IntCounter()) }
  map (click) { this.clicks.add(1); return click }
}

class SlowSink extends RichSinkFunction {
  invoke () { return new Promise((resolve) => setTimeout(resolve, 5)) }
}

export default function (env) {
  env.getConfig().setGlobalJobParameters({ team: 'clicks', password: 'not-to-be-seen' })
  env.addSource(new Clicks()).name('Clicks').uid('clicks')
    .assignTimestampsAndWatermarks(WatermarkStrategy.forBoundedOutOfOrderness(100).withTimestampAssigner(({ time }) => time)).uid('time')
    .rebalance().map(new Counted()).name('Counted').uid('counted')
    .keyBy(({ user }) => user)
    .window(TumblingEventTimeWindows.of(Time.milliseconds(200)))
    .aggregate({ createAccumulator: () => 0, add: (click, count) => count + 1, getResult: (count) => count, merge: (a, b) => a + b }).name('Clicks by user').uid('windows')
    .addSink(new SlowSink()).name('Slow sink').uid('sink')
  return env.execute('Clicks by user')
}
`

export const FINISHED_JOB = `
export default function (env) {
  env.fromSequence(1, 100).uid('numbers').map((number) => number * 2).uid('doubled').print().uid('printed')
  return env.execute('Doubled numbers')
}
`

export const FAILED_JOB = `
import { RestartStrategies } from 'flink-ts'

export default function (env) {
  env.setRestartStrategy(RestartStrategies.noRestart())
  env.fromSequence(1, 100).uid('numbers').map((number) => {
    if (number === 50) throw new RangeError('fifty is too much')
    return number
  }).name('Up to fifty').uid('up to fifty').print().uid('printed')
  return env.execute('Up to fifty')
}
`
