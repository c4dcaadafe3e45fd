/** stop: a suspended job goes on from its savepoint as if nothing had been; a drained one is finished before it. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Workspace } from './command-line.js'

/** A sink downstream of an exchange that holds records back until `finish`, and tells what happens to it. */
const JOB = `
import { ListStateDescriptor, RichSinkFunction } from 'flink-ts'
import { writeSync } from 'node:fs'
const tell = (text) => writeSync(1, text + '\\n')

class Numbers {
  constructor () { this.next = 0; this.running = true }
  snapshotState () { return [this.next] }
  restoreState ([next]) { this.next = next; tell('source goes on with ' + next) }
  async run (ctx) {
    while (this.running) {
      await ctx.collect(this.next++)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  cancel () { this.running = false }
}

class Slow {
  async snapshotState () { await new Promise((resolve) => setTimeout(resolve, 2200)); return [] }
  restoreState () {}
  map (value) { return value }
}

class Buffering extends RichSinkFunction {
  constructor (failing) { super(); this.failing = failing; this.buffer = [] }
  initializeState (context) {
    this.list = context.getOperatorStateStore().getListState(new ListStateDescriptor('buffer'))
    this.buffer = [...this.list.get()]
    tell('opened with ' + this.buffer.length)
  }
  snapshotState () {
    if (this.failing && this.finished) throw new Error('planned failure')
    tell('snapshot of ' + this.buffer.length)
    this.list.update(this.buffer)
  }
  invoke (value) {
    if (this.finished) tell('record after the end')
    this.buffer.push(value)
    if (this.buffer.length === 20) tell('twenty')
  }
  finish () {
    tell('finished ' + this.buffer.every((value, index) => value === index) + ' ' + this.buffer.length)
    this.buffer = []
    this.finished = true
  }
  notifyCheckpointComplete () { tell('committed') }
}

export default (env, params) => {
  const numbers = env.addSource(new Numbers()).uid('numbers')
  const stream = params.has('slow') ? numbers.map(new Slow()).uid('slow') : numbers
  stream.keyBy(() => 1)
    .addSink(new Buffering(params.has('failing'))).uid('buffering').setParallelism(1)
}
`

function told(stdout: string): string[] {
  return stdout.split('\n').filter((line) => /^(opened|snapshot|finished|committed|record)/.test(line))
}

describe('stop', () => {
  it('tells the path of a savepoint that took its time', async () => {
    const workspace = new Workspace()
    const job = workspace.start('run', workspace.file('job.mjs', JOB), '--slow')
    const jobId = await job.jobId()
    await job.until(/twenty/)
    const stop = await workspace.run('stop', '-p', path.join(workspace.path, 'savepoints'), jobId)
    assert.equal(stop.exitCode, 0, stop.stderr)
    assert.match(stop.stdout, /^Savepoint completed\. Path: file:.*savepoint-/m)
    assert.equal((await job.ended).exitCode, 0)
    workspace.remove()
  })

  it('--drain finishes the operators before the savepoint', async () => {
    const workspace = new Workspace()
    const file = workspace.file('job.mjs', JOB)
    const job = workspace.start('run', file)
    const jobId = await job.jobId()
    await job.until(/twenty/)
    const stop = await workspace.run('stop', '--drain', '-p', path.join(workspace.path, 'savepoints'), jobId)
    assert.equal(stop.exitCode, 0, stop.stderr)
    const { exitCode, stdout } = await job.ended
    assert.equal(exitCode, 0)
    const [opened, finished, snapshot, committed, ...more] = told(stdout)
    assert.equal(opened, 'opened with 0')
    const [, count = ''] = /^finished true (\d+)$/.exec(finished ?? '') ?? []
    assert.deepEqual([snapshot, committed, more], ['snapshot of 0', 'committed', []], finished)

    const [, savepoint = ''] = /Savepoint completed\. Path: (\S+)/.exec(stop.stdout) ?? []
    const next = workspace.start('run', '-s', savepoint, file)
    await next.until(new RegExp(`source goes on with ${count}\n`))
    next.kill('SIGINT')
    await next.ended
    workspace.remove()
  })

  it('without --drain leaves the operators as they are, for the job goes on later', async () => {
    const workspace = new Workspace()
    const file = workspace.file('job.mjs', JOB)
    const job = workspace.start('run', file)
    const jobId = await job.jobId()
    await job.until(/twenty/)
    const stop = await workspace.run('stop', '-p', path.join(workspace.path, 'savepoints'), jobId)
    assert.equal(stop.exitCode, 0, stop.stderr)
    const { stdout } = await job.ended
    const [, count = ''] = /snapshot of (\d+)/.exec(stdout) ?? []
    assert.deepEqual(told(stdout), ['opened with 0', `snapshot of ${count}`, 'committed'])

    const [, savepoint = ''] = /Savepoint completed\. Path: (\S+)/.exec(stop.stdout) ?? []
    const next = workspace.start('run', '-s', savepoint, file)
    await next.until(new RegExp(`opened with ${count}\n`))
    const drain = await workspace.run('stop', '--drain', '-p', path.join(workspace.path, 'more'), await next.jobId())
    assert.equal(drain.exitCode, 0, drain.stderr)
    assert.match((await next.ended).stdout, /finished true/, 'no record is lost or doubled in between')
    workspace.remove()
  })

  it('--drain whose savepoint fails after the end of data restarts the job', async () => {
    const workspace = new Workspace({
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.delay': '10 ms',
    })
    const job = workspace.start('run', workspace.file('job.mjs', JOB), '--failing')
    const jobId = await job.jobId()
    await job.until(/twenty/)
    const stop = await workspace.run('stop', '--drain', '-p', path.join(workspace.path, 'savepoints'), jobId)
    assert.equal(stop.exitCode, 1)
    assert.match(stop.stderr, /planned failure/)
    await job.until(/finished[^]*opened with 0[^]*twenty/)
    assert.equal((await workspace.run('cancel', jobId)).exitCode, 0)
    await job.ended
    workspace.remove()
  })
})
