/** Timers that are pending when the process is killed fire once each after a restore with another parallelism. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Workspace } from './command-line.js'
import { slowMap } from './slow-map.js'

const RECORDS = 12_000
const KEYS = 13
/** A timer is due when so many more records have come: it is pending for long. */
const AHEAD = 3000

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

class PrintLast extends RichSinkFunction {
  constructor () { super(); this.last = new Map() }
  invoke ([key, count, sum]) { this.last.set(key, [count, sum]) }
  finish () {
    for (const [key, [count, sum]] of this.last) this.getRuntimeContext().getStandardOutput().write('FINAL ' + [key, count, sum].join(' ') + '\\n')
  }
}

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

function newestCheckpoint(directory: string): number {
  if (!existsSync(directory)) return 0
  const ids = readdirSync(directory).flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
  return Math.max(0, ...ids.filter((id) => existsSync(path.join(directory, `chk-${String(id)}`, '_metadata'))))
}

describe('pending timers', () => {
  it('fire once each after kill -9 and a restore from parallelism 2 to 3', async () => {
    const workspace = new Workspace({
      'state.checkpoints.dir': 'checkpoints',
      'execution.checkpointing.interval': '50 ms',
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    })
    const job = workspace.file('job.mjs', JOB)
    const first = workspace.start('run', '-p', '2', job)
    const directory = path.join(workspace.path, 'checkpoints', await first.jobId())
    for (let waited = 0; newestCheckpoint(directory) < 2; waited += 1) {
      assert.ok(waited < 1000, `no checkpoint came: ${first.stdout}${first.stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    first.kill('SIGKILL')
    await first.ended
    assert.equal(first.stdout.includes('FINAL'), false, 'it was killed in the middle')

    const snapshot = path.join(directory, `chk-${String(newestCheckpoint(directory))}`, '_metadata')
    const result = await workspace.run('run', '-p', '3', '-s', snapshot, job)
    assert.equal(result.exitCode, 0, result.stderr)
    const lines = result.stdout.split('\n').filter((line) => line.startsWith('FINAL'))
    assert.deepEqual(lines.sort(), expectedLines())
    workspace.remove()
  })
})
