import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Workspace } from './command-line.js'

const JOB = `
import { RichMapFunction } from 'flink-ts'
class Metered extends RichMapFunction {
  open () { this.meter = this.getRuntimeContext().getMetricGroup().meter('records') }
  map () { this.meter.markEvent(); return this.meter.getRate() }
}
async function * ticks () {
  for (;;) { yield 1; await new Promise((resolve) => setTimeout(resolve, 20)) }
}
export default (env) => { env.addSource({ run: ticks, cancel () {} }).map(new Metered()).print() }
`

it('a meter of a user function has a rate once five seconds have passed', async () => {
  const workspace = new Workspace()
  const job = workspace.start('run', workspace.file('job.mjs', JOB))
  const [, rate] = await job.until(/^([0-9.]*[1-9][0-9.]*)$/m)
  assert.ok(Number(rate) > 0)
  job.kill('SIGINT')
  await job.ended
  workspace.remove()
})
