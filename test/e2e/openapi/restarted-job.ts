/** A job with accumulators and checkpoints whose second vertex fails once, or whenever it has come so far. */
import type { Workspace } from '../command-line.js'

const JOB = `
import { IntCounter, KeyedProcessFunction, RichSourceFunction, RestartStrategies } from 'flink-ts'

class Numbers extends RichSourceFunction {
  constructor (limit) { super(); Object.assign(this, { limit, next: 0 }) }
  async * run () {
    while (this.next < this.limit) {
      const number = this.next
      this.next += 1
      yield number
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  snapshotState () { return [this.next] }
  restoreState (state) { for (const next of state) this.next = next }
}

class Count extends KeyedProcessFunction {
  constructor (always) { super(); this.always = always }
  open () {
    const context = this.getRuntimeContext()
    this.counter = new IntCounter()
    context.addAccumulator('numbers', this.counter)
    this.isFirst = context.getAttemptNumber() === 0
    this.seen = 0
  }
  processElement (value, ctx, out) {
    this.counter.add(1)
    this.seen += 1
    if (this.seen === 60 && (this.isFirst || this.always)) throw new RangeError('the sixtieth number')
    out.collect(value + ' is number ' + this.seen)
  }
}

export default function (env, params) {
  env.setParallelism(2)
  env.enableCheckpointing(300)
  env.setRestartStrategy(RestartStrategies.fixedDelayRestart(1, 10))
  env.addSource(new Numbers(params.getInt('limit', 1_000_000))).uid('numbers')
    .keyBy((value) => value % 7)
    .process(new Count(params.has('fail-always'))).uid('count').name('Count by key')
    .print()
}
`

/** Its file in the workspace. */
export function restartedJob(workspace: Workspace): string {
  return workspace.file('restarted.mjs', JOB)
}
