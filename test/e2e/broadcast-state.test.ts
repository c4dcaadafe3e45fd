/** Broadcast state is whole in every subtask after a kill and a restore with another parallelism, when its stream has ended. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Workspace } from './command-line.js'
import { slowMap } from './slow-map.js'

const RECORDS = 12_000
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

class PrintLast extends RichSinkFunction {
  constructor () { super(); this.last = new Map() }
  invoke ([key, count, sum]) { this.last.set(key, [count, sum]) }
  finish () {
    for (const [key, [count, sum]] of this.last) this.getRuntimeContext().getStandardOutput().write('FINAL ' + [key, count, sum].join(' ') + '\\n')
  }
}

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

function newestCheckpoint(directory: string): number {
  if (!existsSync(directory)) return 0
  const ids = readdirSync(directory).flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
  return Math.max(0, ...ids.filter((id) => existsSync(path.join(directory, `chk-${String(id)}`, '_metadata'))))
}

describe('broadcast state', () => {
  it('is there in every subtask after kill -9 and a restore from parallelism 2 to 3', async () => {
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
