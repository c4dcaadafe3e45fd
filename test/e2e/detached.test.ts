/** Detached jobs and the run directory: a job outlives the command that started it and is found by others. */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { REPOSITORY, type CommandResult, type Workspace } from './command-line.js'
import {
  expectedLines,
  filesAtRest,
  lineOf,
  NumbersWorkspace,
  printedLines,
  savepointOf,
  textOf,
  until,
} from './numbers-job.js'
import { assertFailed } from './refusals.js'

const RULE = '-'.repeat(62)

interface DetachedJob {
  readonly jobId: string
  readonly pid: number
  /** What it prints. */
  readonly output: string
}

async function startDetached(workspace: NumbersWorkspace, ...options: string[]): Promise<DetachedJob> {
  const result = await workspace.run('run', '-d', ...options, workspace.job)
  assert.equal(result.exitCode, 0, result.stderr)
  const [, jobId = ''] = /^Job has been submitted with JobID ([0-9a-f]{32})\n$/.exec(result.stdout) ?? []
  assert.notEqual(jobId, '', result.stdout)
  const run = path.join(workspace.path, 'run')
  const { pid } = JSON.parse(readFileSync(path.join(run, `${jobId}.json`), 'utf8')) as { pid: number }
  const output = path.join(run, 'log', `flink-ts-${jobId}.out`)
  assert.equal(result.stderr, '')
  return { jobId, pid, output }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function counted({ output }: DetachedJob, number: number): Promise<void> {
  await until(`${String(number)} in ${output}`, () => lineOf(number).test(textOf(output)))
}

/** What `list` says about a job; undefined when it does not know it. */
async function stateOf(workspace: Workspace, jobId: string, ...options: string[]): Promise<string | undefined> {
  const { stdout } = await workspace.run('list', ...options)
  return new RegExp(`^\\d\\d\\.\\d\\d\\.\\d{4} \\d\\d:\\d\\d:\\d\\d : ${jobId} : .* \\((\\w+)\\)$`, 'm').exec(
    stdout,
  )?.[1]
}

async function cancel(workspace: Workspace, { jobId, pid }: DetachedJob): Promise<void> {
  const result = await workspace.run('cancel', jobId)
  const stdout = `Cancelling job ${jobId}.\nCancelled job ${jobId}.\n`
  assert.deepEqual(result, { exitCode: 0, stdout, stderr: '' })
  await until('the process of the job has ended', () => !isAlive(pid))
}

function checkpointsOf(workspace: Workspace, jobId: string): string[] {
  const directory = path.join(workspace.path, 'checkpoints', jobId)
  if (!existsSync(directory)) return []
  return readdirSync(directory).filter((name) => existsSync(path.join(directory, name, '_metadata')))
}

describe('run -d', { concurrency: 2 }, () => {
  it('returns while the job runs on; list, savepoint and cancel reach it from elsewhere', async () => {
    const workspace = new NumbersWorkspace()
    const job = await startDetached(workspace)
    await counted(job, 20)
    assert.equal(await stateOf(workspace, job.jobId), 'RUNNING')
    const savepoint = await workspace.run('savepoint', job.jobId, 'savepoints')
    assert.equal(savepoint.exitCode, 0, savepoint.stderr)
    const uri = savepointOf(savepoint)
    assert.ok(uri.startsWith(`file:${workspace.path}/savepoints/`), 'relative to where the command stands')
    await cancel(workspace, job)
    assert.equal(await stateOf(workspace, job.jobId), undefined)
    assert.equal(await stateOf(workspace, job.jobId, '-a'), 'CANCELED')

    const lines = printedLines(textOf(job.output))
    assert.deepEqual(lines, expectedLines(0, lines.length))
    const second = await startDetached(workspace, '-s', uri)
    await until('it has gone on', () => printedLines(textOf(second.output)).length > 5)
    await cancel(workspace, second)
    const [first = '', ...more] = printedLines(textOf(second.output))
    const from = Number.parseInt(first)
    assert.ok(from > 0, `it began again with ${first}`)
    assert.deepEqual([first, ...more], expectedLines(from, from + 1 + more.length))
    workspace.remove()
  })

  it('is what run-application does; with --json it names the file of the output', async () => {
    const workspace = new NumbersWorkspace()
    const uri = `local://${workspace.job}`
    const application = await workspace.run('run-application', '-t', 'local', '--json', uri, '--limit', '9')
    assert.deepEqual({ exitCode: application.exitCode, stderr: application.stderr }, { exitCode: 0, stderr: '' })
    const { jobId, output } = JSON.parse(application.stdout) as Record<string, string>
    assert.equal(output, path.join(workspace.path, 'run/log', `flink-ts-${jobId ?? ''}.out`))
    await until('it has finished', () => textOf(output ?? '').includes('Program execution finished'))
    assert.deepEqual(printedLines(textOf(output ?? '')), expectedLines(0, 9))
    const tells = workspace.file('tells.mjs', 'throw new Error(process.argv.slice(2).join())')
    const told = await workspace.run('run-application', '-j', `local://${tells}`, 'local:///data', 'more')
    assertFailed(told, ['The main method caused an error: local:///data,more'])
    await filesAtRest(workspace)
    workspace.remove()
  })

  it('writes the result of a job that finishes to its output', async () => {
    const workspace = new NumbersWorkspace()
    const result = await workspace.run('run', '--detached', workspace.job, '--limit', '40')
    const [jobId = ''] = /[0-9a-f]{32}/.exec(result.stdout) ?? []
    const output = path.join(workspace.path, 'run/log', `flink-ts-${jobId}.out`)
    await until('it has finished', () => textOf(output).includes('Program execution finished'))
    const [end = ''] = /Program execution finished\nJob with JobID [^]*$/.exec(textOf(output)) ?? []
    assert.match(
      end,
      new RegExp(`^Program execution finished\nJob with JobID ${jobId} has finished.\nJob Runtime: \\d+ ms\n`),
    )
    assert.deepEqual(printedLines(textOf(output)), expectedLines(0, 40))
    await filesAtRest(workspace)
    workspace.remove()
  })

  it('of a program whose main throws fails as run does, shows what it printed and leaves nothing', async () => {
    const workspace = new NumbersWorkspace()
    const text = `export default function () {\n  console.log('so far')\n  throw new Error('planned')\n}\n`
    const file = workspace.file('throws.mjs', text)
    const results = [await workspace.run('run', file), await workspace.run('run', '--detached', file)]
    for (const result of results) {
      const frame = `at Object.default [as call] (file://${file}:3:9)`
      assertFailed(result, ['The main method caused an error: planned', frame])
      assert.equal(result.stdout, 'so far\n')
    }
    assert.equal(results[1]?.stderr, results[0]?.stderr)
    assert.deepEqual(readdirSync(path.join(workspace.path, 'run/log')), [])
    assert.equal((await workspace.run('list', '-a')).stdout.includes('Terminated'), false)
    workspace.remove()
  })

  it('of a program that submits no job ends with the command that waits for it', async () => {
    const workspace = new NumbersWorkspace()
    const text = `import { writeFileSync } from 'node:fs'
export default () => { writeFileSync('pid', String(process.pid)); for (;;); }
`
    const command = workspace.start('run', '-d', workspace.file('endless.mjs', text))
    const file = path.join(workspace.path, 'pid')
    await until('main runs', () => textOf(file) !== '')
    command.kill('SIGINT')
    await until('its process has ended', () => !isAlive(Number(textOf(file))))
    await command.ended
    workspace.remove()
  })

  it('of a job that fails later leaves the reason in its output', async () => {
    const workspace = new NumbersWorkspace()
    const text = `export default (env) => { env.fromElements(1).map(() => { throw new Error('planned') }).print() }\n`
    const result = await workspace.run('run', '-d', workspace.file('fails.mjs', text))
    assert.equal(result.exitCode, 0, result.stderr)
    const [jobId = ''] = /[0-9a-f]{32}/.exec(result.stdout) ?? []
    const output = path.join(workspace.path, 'run/log', `flink-ts-${jobId}.out`)
    await until('it has failed', () => textOf(output).includes('following exception:\n\n'))
    assertFailed({ exitCode: 1, stdout: '', stderr: textOf(output) }, [`Job failed (JobID: ${jobId})`, 'fails.mjs:1:'])
    await filesAtRest(workspace)
    assert.equal(await stateOf(workspace, jobId, '-a'), 'FAILED')
    workspace.remove()
  })

  it('works with a run directory whose path is too long for a socket', async () => {
    const workspace = new NumbersWorkspace()
    const long = path.join(workspace.path, 'x'.repeat(120))
    const option = `-Dcluster.run-directory=${long}`
    const result = await workspace.run('run', '-d', option, workspace.job)
    assert.equal(result.exitCode, 0, result.stderr)
    const [jobId = ''] = /[0-9a-f]{32}/.exec(result.stdout) ?? []
    const { pid, socket } = JSON.parse(readFileSync(path.join(long, `${jobId}.json`), 'utf8')) as {
      pid: number
      socket: string
    }
    const output = path.join(long, 'log', `flink-ts-${jobId}.out`)
    await counted({ jobId, pid, output }, 5)
    assert.equal(await stateOf(workspace, jobId, option), 'RUNNING')
    assert.equal((await workspace.run('savepoint', option, jobId, 'savepoints')).exitCode, 0)
    assert.equal((await workspace.run('cancel', option, jobId)).exitCode, 0)
    await until('the process of the job has ended', () => !isAlive(pid))
    assert.equal(existsSync(socket), false, 'nothing is left where the socket was')
    workspace.remove()
  })
})

describe('list', { concurrency: 2 }, () => {
  it('shows the sections that were asked for', async () => {
    const workspace = new NumbersWorkspace()
    const ended = await workspace.run('run', workspace.job, '--limit', '1')
    assert.equal(ended.exitCode, 0, ended.stderr)
    const job = await startDetached(workspace)
    const row = `[\\d.]{10} [\\d:]{8} : [0-9a-f]{32} : Flink Streaming Job`
    const running = `${'-'.repeat(18)} Running/Restarting Jobs ${'-'.repeat(19)}\n${row} \\(RUNNING\\)\n${RULE}\n`
    const scheduled = 'No scheduled jobs.\n'
    const terminated = `${'-'.repeat(22)} Terminated Jobs ${'-'.repeat(23)}\n${row} \\(FINISHED\\)\n${RULE}\n`
    const expected = [
      { options: [], sections: running + scheduled },
      { options: ['-r'], sections: running },
      { options: ['-s'], sections: scheduled },
      { options: ['-rs'], sections: running + scheduled },
      { options: ['-a'], sections: running + scheduled + terminated },
    ]
    for (const { options, sections } of expected) {
      const { exitCode, stdout, stderr } = await workspace.run('list', ...options)
      assert.deepEqual([exitCode, stderr], [0, ''])
      assert.match(stdout, new RegExp(`^Waiting for response\\.\\.\\.\n${sections}$`), options.join(' '))
    }
    await cancel(workspace, job)
    const { stdout } = await workspace.run('list')
    assert.equal(stdout, 'Waiting for response...\nNo running jobs.\nNo scheduled jobs.\n')
    workspace.remove()
  })

  it('cleans up after jobs that died, also when two do it at once', async () => {
    const workspace = new NumbersWorkspace()
    const jobs = [await startDetached(workspace), await startDetached(workspace)]
    for (const { pid } of jobs) process.kill(pid, 'SIGKILL')
    for (const { pid } of jobs) await until('it is dead', () => !isAlive(pid))
    const run = path.join(workspace.path, 'run')
    const names = jobs.flatMap(({ jobId }) => [`${jobId}.json`, `${jobId}.sock`])
    assert.deepEqual(readdirSync(run).sort(), [...names, 'archive', 'log'].sort(), 'the dead left their files')
    const lists: CommandResult[] = await Promise.all([workspace.run('list', '-a'), workspace.run('list', '-a')])
    for (const { exitCode, stdout, stderr } of lists) {
      assert.deepEqual([exitCode, stderr], [0, ''])
      assert.match(stdout, /^No running jobs\.$/m)
    }
    assert.deepEqual(readdirSync(run).sort(), ['archive', 'log'])
    for (const { jobId } of jobs) assert.equal(await stateOf(workspace, jobId, '-a'), 'FAILED')
    const [first] = jobs
    assertFailed(await workspace.run('cancel', first?.jobId ?? ''), [
      'The process of job',
      first?.jobId ?? '',
      'has died without a word',
    ])
    workspace.remove()
  })
})

describe('checkpoints of a job that was cancelled', { concurrency: 2 }, () => {
  const configuration = { 'state.checkpoints.dir': 'checkpoints', 'execution.checkpointing.interval': '20 ms' }
  const key = 'execution.checkpointing.externalized-checkpoint-retention'

  it('are retained with RETAIN_ON_CANCELLATION, as many as num-retained says, and each can be gone on from', async () => {
    const retained = { [key]: 'RETAIN_ON_CANCELLATION', 'state.checkpoints.num-retained': '3' }
    const workspace = new NumbersWorkspace({ ...configuration, ...retained })
    const job = await startDetached(workspace)
    await until('five checkpoints', () => checkpointsOf(workspace, job.jobId).some((name) => Number(name.slice(4)) > 5))
    await cancel(workspace, job)
    const ids = checkpointsOf(workspace, job.jobId).map((name) => Number(name.slice(4)))
    assert.equal(ids.length, 3, `three are left of ${String(Math.max(...ids))}`)
    const directory = path.join(workspace.path, 'checkpoints', job.jobId)
    const found = readdirSync(directory)
    const marks = found.filter((name) => name.startsWith('_'))
    assert.match(marks.join(), /^_completed-[0-9a-f]+,_newest-[0-9a-f]+$/)
    assert.deepEqual(found.sort(), ['shared', 'taskowned', ...marks, ...ids.map((id) => `chk-${String(id)}`)].sort())
    for (const id of ids) {
      const snapshot = path.join(directory, `chk-${String(id)}`, '_metadata')
      const next = workspace.start('run', '-s', snapshot, workspace.job)
      const [line = ''] = await next.until(/^\d+ is number \d+$/m)
      assert.deepEqual([line], expectedLines(Number.parseInt(line), Number.parseInt(line) + 1))
      next.kill('SIGKILL')
      await next.ended
    }
    workspace.remove()
  })

  for (const retention of ['DELETE_ON_CANCELLATION', undefined]) {
    it(`are deleted with ${retention ?? 'nothing configured'}`, async () => {
      const extra: Record<string, string> = retention === undefined ? {} : { [key]: retention }
      const workspace = new NumbersWorkspace({ ...configuration, ...extra })
      const job = await startDetached(workspace)
      await until('a checkpoint', () => checkpointsOf(workspace, job.jobId).length > 0)
      await cancel(workspace, job)
      assert.deepEqual(checkpointsOf(workspace, job.jobId), [])
      workspace.remove()
    })
  }
})

it('a detached process whose command goes before it has said what to run ends, and says so', async () => {
  const child = fork(path.join(REPOSITORY, 'dist/lib/cli/detached-entry.js'), { silent: true })
  child.disconnect()
  let told = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  await until('its end', () => child.exitCode !== null && told !== '')
  assert.deepEqual([child.exitCode, told], [1, 'The command that was to start a job here ended before it did.\n'])
})
