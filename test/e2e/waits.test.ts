/** --wait and --timeout, jobs by their names, and what is shown at a terminal meanwhile. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { startOfProcess } from '../../src/core/process/process-start.js'
import { REPOSITORY, userEnvironment, Workspace, type CommandResult } from './command-line.js'
import { filesAtRest } from './numbers-job.js'
import { assertFailed } from './refusals.js'

/** Tasks that take as long to open, and to take their state, as the arguments say. */
const JOB = `
import { RichMapFunction, RichSourceFunction } from 'flink-ts'

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

class Ticks extends RichSourceFunction {
  async * run () { for (let tick = 0; ; tick += 1) { yield tick; await pause(2) } }
}

class Slow extends RichMapFunction {
  constructor (opens, fails, takes) { super(); Object.assign(this, { opens, fails, takes }) }
  async open () {
    await pause(this.opens)
    if (this.fails) throw new Error('cannot open')
  }
  map (value) { return value }
  async snapshotState () { await pause(this.takes); return [1] }
  restoreState () {}
}

export default function (env, params) {
  env.setParallelism(1)
  env.addSource(new Ticks()).uid('ticks').rebalance()
    .map(new Slow(params.getInt('opens', 0), params.has('fails'), params.getInt('takes', 0))).uid('slow').setParallelism(2)
    .filter(() => false).print()
  return env.execute(params.get('name', 'ticks'))
}
`
const TERMINAL = '/usr/bin/script'

class SlowWorkspace extends Workspace {
  readonly job: string = this.file('slow.mjs', JOB)

  constructor() {
    super({ 'state.savepoints.dir': 'savepoints' })
  }

  /** With what a user at a terminal sees. */
  atTerminal(...words: string[]): Promise<CommandResult> {
    const shell = ['/bin/sh', '-c', `stty cols 100; exec ${TERMINAL} -qec "stty cols 100; $*" /dev/null`, 'sh'] as const
    return this.startBelow(shell, ...words).ended
  }

  /** The exit code of a command at whose terminal somebody types Ctrl-C as soon as `shown` is there. */
  interruptedAtTerminal(shown: RegExp, ...words: string[]): Promise<number | null> {
    const command = [process.execPath, path.join(REPOSITORY, 'bin/flink-ts.js'), ...words].join(' ')
    const env = userEnvironment({ FLINK_CONF_DIR: path.join(this.path, 'conf') })
    const child = spawn(TERMINAL, ['-qfec', `stty cols 100; exec ${command}`, '/dev/null'], { cwd: this.path, env })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const wasShown = shown.test(output)
      output += text
      if (!wasShown && shown.test(output)) child.stdin.write('\u0003')
    })
    return new Promise((resolve) => {
      child.on('close', resolve)
    })
  }
}

function livingIn(workspace: Workspace): string[] {
  return readdirSync(path.join(workspace.path, 'run')).filter((name) => name.endsWith('.json'))
}

describe('run -d --wait', { concurrency: 2 }, () => {
  it('returns when all tasks run, though the job was accepted long before', async () => {
    const workspace = new SlowWorkspace()
    const { exitCode, stdout, stderr } = await workspace.run('run', '-d', '--wait', workspace.job, '--opens', '700')
    assert.deepEqual([exitCode, stderr], [0, ''])
    const [, jobId = ''] =
      /^Job has been submitted with JobID (\w{32})\nAll tasks of job \1 run: it is RUNNING\.\n$/.exec(stdout) ?? []
    assert.notEqual(jobId, '', stdout)
    const listed = JSON.parse((await workspace.run('list', '--json')).stdout) as {
      jobs: { tasks: { running: number } }[]
    }
    assert.equal(listed.jobs[0]?.tasks.running, 4)
    assert.equal((await workspace.run('cancel', '--wait', 'ticks')).exitCode, 0)
    workspace.remove()
  })

  it('fails where the job does before, and names the file that says why', async () => {
    const workspace = new SlowWorkspace()
    const result = await workspace.run('run', '-d', '--wait', workspace.job, '--fails')
    assert.equal(result.exitCode, 1)
    const [, file = ''] = /ended before all of its tasks ran\. Why stands in (\S+)\.$/m.exec(result.stderr) ?? []
    assert.match(readFileSync(file, 'utf8'), /cannot open/)
    workspace.remove()
  })

  it('gives up after --timeout, and the job goes on', async () => {
    const workspace = new SlowWorkspace()
    const words = ['run', '-d', '--wait', '--timeout', '300ms', workspace.job, '--opens', '4000']
    const result = await workspace.run(...words)
    assertFailed(result, ['JOB_WAIT_TIMED_OUT', 'after 300 ms it is', 'It goes on: flink-ts list -a'])
    assert.equal(livingIn(workspace).length, 1)
    const canceled = await workspace.run('cancel', '--wait', 'ticks')
    assert.match(canceled.stdout, /^Cancelling job (\w{32})\.\nCancelled job \1\.\nJob \1 has ended as CANCELED\.\n$/)
    workspace.remove()
  })
})

describe('Options that bound a wait', () => {
  it('are told to be without effect where nothing is waited for', async () => {
    const workspace = new SlowWorkspace()
    const file = workspace.file(
      'one.mjs',
      'export default (env) => { env.fromElements(1).print(); return env.execute() }',
    )
    for (const [words, told] of [
      [['--timeout', '30s'], 'WARNING: --timeout has no effect without -d: the command lasts as long as its job.\n'],
      [['--wait', '--timeout', '30s'], 'WARNING: --wait and --timeout have no effect without -d: '],
      [['-d', '--timeout', '30s'], 'WARNING: --timeout has no effect without --wait.\n'],
    ] as const) {
      const { exitCode, stderr } = await workspace.run('run', ...words, file)
      assert.deepEqual([exitCode, stderr.startsWith(told)], [0, true], stderr)
    }
    await filesAtRest(workspace)
    workspace.remove()
  })
})

describe('--wait of stop and cancel', { concurrency: 2 }, () => {
  for (const [words, line] of [
    [['stop', '--wait', 'ticks'], /^Savepoint completed\. Path: \S+\nJob \w{32} has ended as FINISHED\.\n/m],
    [['cancel', '--wait', 'ticks'], /^Cancelled job \w{32}\.\nJob \w{32} has ended as CANCELED\.\n/m],
  ] as const) {
    it(`returns when nothing of the job is left: ${words[0]}`, async () => {
      const workspace = new SlowWorkspace()
      await workspace.run('run', '-d', '--wait', workspace.job)
      const [entry = ''] = livingIn(workspace)
      const { pid, socket } = JSON.parse(readFileSync(path.join(workspace.path, 'run', entry), 'utf8')) as {
        pid: number
        socket: string
      }
      const { exitCode, stdout, stderr } = await workspace.run(...words)
      const isThere = (await startOfProcess(pid)) !== undefined
      assert.deepEqual([exitCode, stderr, isThere, existsSync(socket)], [0, '', false, false])
      assert.match(stdout, line)
      assert.deepEqual(livingIn(workspace), [])
      workspace.remove()
    })
  }
})

describe('--timeout', { concurrency: 2 }, () => {
  for (const action of ['savepoint', 'stop', 'cancel -s', 'checkpoint']) {
    it(`bounds the wait of ${action}, and says what goes on`, async () => {
      const workspace = new SlowWorkspace()
      await workspace.run('run', '-d', '--wait', workspace.job, '--takes', '60000')
      const words = action.split(' ')
      const result = await workspace.run(
        ...words,
        ...(action === 'cancel -s' ? ['savepoints'] : []),
        '--timeout',
        '400ms',
        'ticks',
      )
      assertFailed(result, [
        'JOB_RESULT_TIMED_OUT',
        'no result within 400 ms (--timeout, or client.timeout)',
        'the job goes on with it',
        'flink-ts list',
      ])
      assert.equal((await workspace.run('cancel', '--wait', 'ticks')).exitCode, 0)
      workspace.remove()
    })
  }
})

describe('A job by its name', { concurrency: 2 }, () => {
  it('is what every action takes, and the beginning of its id', async () => {
    const workspace = new SlowWorkspace()
    const submitted = await workspace.run('run', '-d', '--json', '--wait', workspace.job, '--name', 'word count')
    const { jobId } = JSON.parse(submitted.stdout) as { jobId: string }
    for (const words of [['savepoint'], ['checkpoint'], ['watermarks']]) {
      for (const name of ['word count', jobId.slice(0, 8).toUpperCase()]) {
        const { exitCode, stdout, stderr } = await workspace.run(...words, name)
        assert.equal(exitCode, 0, stdout + stderr)
        assert.ok(stdout.includes(jobId), stdout)
      }
    }
    const other = await workspace.run('run', '-d', '--wait', workspace.job, '--name', 'word count')
    assert.equal(other.exitCode, 0)
    const both = await workspace.run('cancel', 'word count')
    assert.equal(both.exitCode, 1)
    assert.match(
      both.stdout,
      /^"word count" means 2 jobs\..+:\n {2}\w{32} {2}word count \(RUNNING\)\n {2}\w{32} {2}word count \(RUNNING\)\n/,
    )
    const near = await workspace.run('cancel', 'word-count')
    assert.deepEqual([near.exitCode, near.stderr], [1, ''])
    assert.match(
      near.stdout,
      /^Cannot parse JobID from "word-count"\. .+\n\(Did you mean word count, job \w{32}\?\)\n\nUse the help option/,
    )
    const upgraded = await workspace.run('upgrade', '-d', jobId.slice(0, 10), workspace.job, '--name', 'next')
    assert.equal(upgraded.exitCode, 0, upgraded.stderr)
    for (const name of ['word count', 'next']) {
      assert.equal((await workspace.run('cancel', '--wait', name)).exitCode, 0)
    }
    workspace.remove()
  })
})

describe('At a terminal', { skip: existsSync(TERMINAL) ? false : `there is no ${TERMINAL}`, concurrency: 2 }, () => {
  it('a savepoint that takes long says how far it is, and with --quiet nothing', async () => {
    const workspace = new SlowWorkspace()
    await workspace.run('run', '-d', '--wait', workspace.job, '--takes', '2500')
    const { stdout } = await workspace.atTerminal('savepoint', 'ticks')
    assert.match(stdout, /taking the savepoint: \d of 4 tasks, [\d.]+ K?B/)
    assert.match(stdout, /Savepoint completed\. Path: /)
    const quiet = await workspace.atTerminal('savepoint', 'ticks', '--quiet')
    assert.match(
      quiet.stdout,
      /^Savepoint completed\. Path: \S+\s+You can resume your program from this savepoint with the run command\.\s+$/,
    )
    assert.equal((await workspace.run('cancel', '--wait', 'ticks')).exitCode, 0)
    workspace.remove()
  })

  it('Ctrl-C ends a command while its spinner turns, and the savepoint goes on', async () => {
    const workspace = new SlowWorkspace()
    await workspace.run('run', '-d', '--wait', workspace.job, '--takes', '2500')
    const shown = /taking the savepoint: \d of 4/
    assert.equal(await workspace.interruptedAtTerminal(shown, 'savepoint', 'ticks'), 128 + 2)
    const taken = path.join(workspace.path, 'savepoints')
    for (let look = 0; look < 50 && !existsSync(taken); look += 1) await workspace.run('list')
    assert.ok(existsSync(taken))
    assert.equal((await workspace.run('cancel', '--wait', 'ticks')).exitCode, 0)
    workspace.remove()
  })

  it('a restore that takes long says how many tasks run', async () => {
    const workspace = new SlowWorkspace()
    await workspace.run('run', '-d', '--wait', workspace.job)
    const stopped = await workspace.run('stop', '--wait', '--json', 'ticks')
    const { savepoint } = JSON.parse(stopped.stdout) as { savepoint: string }
    const running = workspace.atTerminal('run', '-s', savepoint, workspace.job, '--opens', '3500')
    const waited = await workspace.run('run', '-d', '--wait', workspace.job, '--name', 'other', '--opens', '4000')
    assert.equal(waited.exitCode, 0)
    assert.equal((await workspace.run('cancel', '--wait', 'ticks')).exitCode, 0)
    const { stdout } = await running
    assert.match(stdout, /restoring: \d of 4 tasks run/)
    assert.equal((await workspace.run('cancel', '--wait', 'other')).exitCode, 0)
    workspace.remove()
  })
})
