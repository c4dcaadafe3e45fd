/** The job of `src/cli/json.md`: it counts numbers by their remainder, to a limit, and has an accumulator. */
export const JSON_JOB = `
import { IntCounter, KeyedProcessFunction, RichSourceFunction, ValueStateDescriptor } from 'flink-ts'

class Numbers extends RichSourceFunction {
  constructor (limit) { super(); Object.assign(this, { limit, next: 0 }) }
  async * run () {
    while (this.next < this.limit) {
      this.next += 1
      yield this.next
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  snapshotState () { return [this.next] }
  restoreState (state) { for (const next of state) this.next = next }
}

class Count extends KeyedProcessFunction {
  open () {
    this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count'))
    this.seen = new IntCounter()
    this.getRuntimeContext().addAccumulator('seen', this.seen)
  }
  processElement (value, ctx, out) {
    this.count.update((this.count.value() ?? 0) + 1)
    this.seen.add(1)
    out.collect(value)
  }
}

export default function (env, params) {
  console.log('main runs')
  env.addSource(new Numbers(params.getInt('limit', 1_000_000))).uid('numbers')
    .keyBy((value) => value % 3)
    .process(new Count()).uid('count').name('Count by key')
    .print()
  return env.execute('numbers')
}
`
