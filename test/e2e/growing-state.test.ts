/** A job with states that grow, of which one has nothing that ever makes it smaller: its user is warned of that one. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { Workspace } from './command-line.js'
import { askControlSocket } from './control-socket.js'

/** Each number is a key of its own, but for `stable`, all of whose keys come at once; windows and reductions keep state of the engine's. */
const JOB = `
import {
  KeyedProcessFunction, ProcessWindowFunction, StateTtlConfig, Time, TumblingProcessingTimeWindows, Types, ValueStateDescriptor
} from 'flink-ts'

class Seen extends KeyedProcessFunction {
  constructor (name, ttl) { super(); this.name = name; this.ttl = ttl }
  open () {
    const descriptor = new ValueStateDescriptor(this.name, Types.LONG)
    if (this.ttl) descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Time.hours(1)).build())
    this.seen = this.getRuntimeContext().getState(descriptor)
  }
  processElement (n) { this.seen.update(n) }
}

class PerWindow extends ProcessWindowFunction {
  process (key, context, elements, out) {
    context.windowState().getState(new ValueStateDescriptor('of the window', Types.LONG)).update(1)
  }
  clear () {}
}

class Numbers {
  next = 0
  snapshotState () { return [this.next] }
  restoreState ([next]) { this.next = next }
  async * run () {
    for (;;) {
      yield this.next
      this.next += 1
      if (this.next > 100) await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
}

export default (env) => {
  env.enableCheckpointing(50)
  const numbers = env.addSource(new Numbers()).uid('numbers').map((n) => n).uid('same')
  const keyed = numbers.keyBy((n) => n)
  keyed.process(new Seen('growing', false)).name('Growing').uid('growing')
  keyed.process(new Seen('expiring', true)).name('Expiring').uid('expiring')
  numbers.keyBy((n) => n % 100).process(new Seen('stable', false)).name('Stable').uid('stable')
  keyed.reduce((a, b) => a + b).uid('reduced').addSink({ invoke () {} }).uid('nowhere')
  keyed.window(TumblingProcessingTimeWindows.of(Time.milliseconds(20))).process(new PerWindow()).uid('windows')
    .addSink({ invoke () {} }).uid('nowhere either')
}
`

interface Details {
  readonly warnings?: readonly { readonly timestamp: number; readonly message: string }[]
}

async function completedCheckpoints(workspace: Workspace, jobId: string): Promise<number> {
  const { counts } = (await askControlSocket(workspace, `/jobs/${jobId}/checkpoints`)) as {
    counts: { completed: number }
  }
  return counts.completed
}

describe('a running job', () => {
  const workspace = new Workspace({ 'state.growth-warning.min-entries': '60', 'restart-strategy.type': 'none' })

  after(() => {
    workspace.remove()
  })

  it('warns once of the state that only grows, and of no other', async () => {
    const run = workspace.start('run', '-p', '2', workspace.file('job.mjs', JOB))
    const jobId = await run.jobId()
    await run.untilError(/only grows/)
    const until = (await completedCheckpoints(workspace, jobId)) + 15
    for (const end = Date.now() + 30_000; Date.now() < end;) {
      if ((await completedCheckpoints(workspace, jobId)) >= until) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.ok((await completedCheckpoints(workspace, jobId)) >= until)
    const { warnings = [] } = (await askControlSocket(workspace, `/jobs/${jobId}`)) as Details
    const list = await workspace.run('list')
    run.kill('SIGINT')
    await run.ended
    const told = run.stderr.split('\n').filter((line) => line.includes('only grows'))
    assert.equal(told.length, 1, run.stderr)
    assert.match(told[0] ?? '', /State 'growing' of "Growing" in job .* keys became \d+ in .*enableTimeToLive/)
    assert.equal(warnings.length, 1)
    assert.ok(told[0]?.includes(warnings[0]?.message ?? 'none'))
    assert.match(list.stdout, new RegExp(jobId))
    assert.doesNotMatch(list.stdout + list.stderr, /grows/)
  })
})
