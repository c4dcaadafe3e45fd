/** How a job process ends on signals: stopped after a checkpoint, cancelled, at once; also with functions that hang. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Workspace } from './command-line.js'

const RETAINED = {
  'state.checkpoints.dir': 'checkpoints',
  'execution.checkpointing.interval': '1 h',
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
}

/** Counts up without an end, printing what it has counted; the count is state. */
const COUNTER = `
import { KeyedProcessFunction, ValueStateDescriptor } from 'flink-ts'
class Count extends KeyedProcessFunction {
  open () { this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count')) }
  processElement (value, ctx, out) {
    this.count.update((this.count.value() ?? 0) + 1)
    out.collect('count ' + this.count.value() + ' of ' + value)
  }
}
class Numbers {
  constructor () { this.next = 1; this.running = true }
  snapshotState () { return [this.next] }
  restoreState ([next]) { this.next = next }
  async run (ctx) {
    while (this.running) {
      await ctx.collect(this.next++)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  cancel () { this.running = false }
}
export default (env) => {
  env.addSource(new Numbers()).uid('numbers').keyBy(() => 'all').process(new Count()).uid('count').print()
}
`

/** Hangs in one of several ways once the first record has come. */
const HANGING = `
import { writeSync } from 'node:fs'
import { RichSinkFunction } from 'flink-ts'
class Hang extends RichSinkFunction {
  constructor (how) { super(); this.how = how }
  invoke () {
    writeSync(1, 'hanging\\n')
    if (this.how === 'loop') { const started = Date.now(); for (;;) if (Date.now() - started > 120_000) break }
    if (this.how === 'promise') return new Promise(() => {})
  }
  close () { if (this.how === 'close') return new Promise(() => {}) }
}
export default (env, params) => {
  env.addSource({ async run (ctx) { ctx.collect(1); await new Promise(() => {}) }, cancel () {} })
    .addSink(new Hang(params.get('how')))
}
`

function checkpointsIn(workspace: Workspace, jobId: string): string[] {
  const directory = path.join(workspace.path, 'checkpoints', jobId)
  if (!existsSync(directory)) return []
  return readdirSync(directory).filter((name) => existsSync(path.join(directory, name, '_metadata')))
}

/** Nobody tells about a process that is not our child: asks until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  for (let asked = 0; asked < 3000; asked += 1) {
    if (isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`waited in vain for ${String(isSo)}`)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Signals that follow the first one sooner are the same wish. */
function afterTheBurst(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 700))
}

describe('signals to a job process', () => {
  it('SIGTERM stops a job with retained checkpoints after a last one: no record is lost or seen twice', async () => {
    const workspace = new Workspace(RETAINED)
    const job = workspace.file('job.mjs', COUNTER)
    const first = workspace.start('run', job)
    const jobId = await first.jobId()
    await first.until(/count 20 of 20\n/)
    first.kill('SIGTERM')
    const { exitCode, stdout, stderr } = await first.ended
    assert.equal(exitCode, 0, stderr)
    const [, checkpoint = ''] = /Start it again with: run -s (file:\S+chk-1)\n/.exec(stdout) ?? []
    assert.notEqual(checkpoint, '', stdout)
    assert.deepEqual(checkpointsIn(workspace, jobId), ['chk-1'])
    const last = Math.max(...[...stdout.matchAll(/count (\d+) of/g)].map(([, count]) => Number(count)))

    const second = workspace.start('run', '-s', checkpoint, job)
    const [, count, number] = await second.until(/count (\d+) of (\d+)\n/)
    assert.deepEqual([Number(count), Number(number)], [last + 1, last + 1], 'it goes on with the very next record')
    second.kill('SIGINT')
    await second.ended
    workspace.remove()
  })

  it('SIGTERM cancels a job whose checkpoints are not retained', async () => {
    const workspace = new Workspace({ ...RETAINED, [Object.keys(RETAINED)[2] ?? '']: 'DELETE_ON_CANCELLATION' })
    const command = workspace.start('run', workspace.file('job.mjs', COUNTER))
    const jobId = await command.jobId()
    await command.until(/count 1 of 1\n/)
    command.kill('SIGTERM')
    const { exitCode, stderr } = await command.ended
    assert.equal(exitCode, 1)
    assert.match(stderr, /keeps no checkpoints: it is cancelled, and nothing of it is kept[\s\S]*Job was cancelled/)
    assert.deepEqual(checkpointsIn(workspace, jobId), [])
    workspace.remove()
  })

  it('SIGTERM stops a detached job in the same way', async () => {
    const workspace = new Workspace(RETAINED)
    const command = workspace.start('run', '-d', workspace.file('job.mjs', COUNTER))
    const jobId = await command.jobId()
    await command.ended
    const output = path.join(workspace.path, 'run', 'log', `flink-ts-${jobId}.out`)
    await until(() => readFileSync(output, 'utf8').includes('count 5 of 5'))
    const { pid } = JSON.parse(readFileSync(path.join(workspace.path, 'run', `${jobId}.json`), 'utf8')) as {
      pid: number
    }
    process.kill(pid, 'SIGTERM')
    await until(() => !isAlive(pid))
    assert.deepEqual(checkpointsIn(workspace, jobId), ['chk-1'])
    workspace.remove()
  })

  it('the end of the terminal, told twice, stops a job as SIGTERM does; SIGUSR1 opens no debugger', async () => {
    const workspace = new Workspace(RETAINED)
    const command = workspace.start('run', workspace.file('job.mjs', COUNTER))
    const jobId = await command.jobId()
    await command.until(/count 1 of 1\n/)
    command.kill('SIGUSR1')
    await command.untilError(/SIGUSR1 does nothing here/)
    command.kill('SIGHUP')
    await command.untilError(/SIGHUP: stopping the job/)
    command.kill('SIGHUP')
    const { exitCode, stderr } = await command.ended
    assert.equal(exitCode, 0, stderr)
    assert.doesNotMatch(stderr, /Debugger listening|Cancelling/)
    assert.deepEqual(checkpointsIn(workspace, jobId), ['chk-1'])
    workspace.remove()
  })

  it('SIGINT, sent twice in a moment, cancels a job whose sink waits for a promise that never settles', async () => {
    const workspace = new Workspace()
    const command = workspace.start('run', workspace.file('job.mjs', HANGING), '--how', 'promise')
    await command.until(/hanging/)
    command.kill('SIGINT')
    await command.untilError(/Press Ctrl-C again/)
    // As timeout(1) and npx send it.
    command.kill('SIGINT')
    const { exitCode, stderr } = await command.ended
    assert.equal(exitCode, 1)
    assert.match(stderr, /Job was cancelled/)
    workspace.remove()
  })

  it('SIGINT ends a worker whose function never returns after task.cancellation.response-timeout', async () => {
    const workspace = new Workspace({ 'task.cancellation.response-timeout': '200 ms' })
    const command = workspace.start('run', workspace.file('job.mjs', HANGING), '--how', 'loop')
    await command.until(/hanging/)
    const startedAt = Date.now()
    command.kill('SIGINT')
    const { exitCode, stderr } = await command.ended
    assert.equal(exitCode, 1)
    assert.match(stderr, /Job was cancelled/)
    assert.ok(Date.now() - startedAt < 60_000, 'it did not wait for the function')
    const log = readFileSync(path.join(workspace.path, 'run', 'log', `flink-ts-${String(command.pid)}.log`), 'utf8')
    assert.match(log, /Sink: Unnamed \(1\/1\) did not end within 200 ms after its cancellation/)
    workspace.remove()
  })

  it('SIGINT ends a worker whose close never settles after task.cancellation.timeout', async () => {
    const workspace = new Workspace({ 'task.cancellation.timeout': '200 ms' })
    const command = workspace.start('run', workspace.file('job.mjs', HANGING), '--how', 'close')
    await command.until(/hanging/)
    command.kill('SIGINT')
    const { exitCode, stderr } = await command.ended
    assert.equal(exitCode, 1)
    assert.match(stderr, /Job was cancelled/)
    workspace.remove()
  })

  for (const how of ['loop', 'close']) {
    it(`a second SIGINT ends the process at once although a ${how} hangs`, async () => {
      const workspace = new Workspace({
        'task.cancellation.response-timeout': '1 h',
        'task.cancellation.timeout': '1 h',
      })
      const command = workspace.start('run', workspace.file('job.mjs', HANGING), '--how', how)
      await command.until(/hanging/)
      command.kill('SIGINT')
      await command.untilError(/Press Ctrl-C again/)
      await afterTheBurst()
      command.kill('SIGINT')
      assert.equal((await command.ended).exitCode, 130)
      workspace.remove()
    })
  }

  it('SIGINT ends a program that hangs before it has a job', async () => {
    const workspace = new Workspace()
    const text = `import { writeSync } from 'node:fs'\nwriteSync(1, 'hanging\\n'); for (;;) {}\nexport default () => {}\n`
    const command = workspace.start('run', workspace.file('job.mjs', text))
    await command.until(/hanging/)
    command.kill('SIGINT')
    const { exitCode, stderr } = await command.ended
    assert.equal(exitCode, 1)
    assert.match(stderr, /Job was cancelled/)
    workspace.remove()
  })
})
