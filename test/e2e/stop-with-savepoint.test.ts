/** stop, cancel -s, savepoint and checkpoint where they succeed: their words, their directories, and what goes on. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { expectedLines, NumbersWorkspace, printedLines, savepointOf, until } from './numbers-job.js'
import { assertFailed } from './refusals.js'

function stopLines(jobId: string, word = 'Suspending'): string {
  const first = `${word} job "${jobId}" with a CANONICAL savepoint.\n`
  return `${first}Triggering stop-with-savepoint for job ${jobId}.\nWaiting for response...\n`
}

function locationIn(directory: string, jobId: string): RegExp {
  return new RegExp(`^file:${directory}/savepoint-${jobId.slice(0, 6)}-[0-9a-f]{12}$`)
}

describe('stop', { concurrency: 2 }, () => {
  for (const [option, word] of [
    [[], 'Suspending'],
    [['--drain'], 'Draining'],
  ] as const) {
    it(`${['--savepointPath', ...option].join(' ')} ends the job with its result and a run goes on exactly there`, async () => {
      const workspace = new NumbersWorkspace()
      const { job, jobId } = await workspace.running(20)
      const stop = await workspace.run('stop', '--savepointPath', 'savepoints', ...option, jobId)
      assert.deepEqual([stop.exitCode, stop.stderr], [0, ''])
      const savepoint = savepointOf(stop)
      assert.equal(stop.stdout, `${stopLines(jobId, word)}Savepoint completed. Path: ${savepoint}\n`)
      assert.match(savepoint, locationIn(path.join(workspace.path, 'savepoints'), jobId))

      const { exitCode, stdout, stderr } = await job.ended
      assert.equal(exitCode, 0, stderr)
      assert.match(stdout, new RegExp(`\nProgram execution finished\nJob with JobID ${jobId} has finished.\n`))
      const before = printedLines(stdout)
      const limit = before.length + 30
      const next = await workspace.run('run', '-s', savepoint, workspace.job, '--limit', String(limit))
      assert.equal(next.exitCode, 0, next.stderr)
      assert.deepEqual([...before, ...printedLines(next.stdout)], expectedLines(0, limit))
      const warning = `WARNING: ${savepoint} is the savepoint of a job that was drained (stop --drain): `
      assert.equal(next.stderr.includes(warning), word === 'Draining', next.stderr)
      workspace.remove()
    })
  }

  for (const [options, isLeft, said] of [
    [[], true, ''],
    [['-cm', 'claim'], false, ''],
    [['-Dexecution.state-recovery.claim-mode=CLAIM'], false, ''],
    [['-Dexecution.state-recovery.claim-mode=CLAIM', '--claimMode', 'no_claim'], true, ''],
    [['-rm', 'CLAIM'], false, "The option 'restoreMode' is deprecated. Please use 'claimMode' instead.\n"],
    [
      ['-cm', 'legacy'],
      true,
      'Warning: The LEGACY restore mode is deprecated, please use CLAIM or NO_CLAIM mode instead.\n',
    ],
  ] as const) {
    it(`its savepoint ${isLeft ? 'stays' : 'goes with'} a run ${options.join(' ') || 'without a word of it'}`, async () => {
      const workspace = new NumbersWorkspace()
      const { job, jobId } = await workspace.running(20)
      const savepoint = savepointOf(await workspace.run('stop', '-p', 'savepoints', jobId))
      const before = printedLines((await job.ended).stdout)
      const limit = before.length + 5
      const next = await workspace.run('run', ...options, '-s', savepoint, workspace.job, '--limit', String(limit))
      assert.equal(next.exitCode, 0, next.stderr)
      assert.ok(next.stdout.startsWith(`${said}Job has been submitted`), next.stdout)
      assert.deepEqual([...before, ...printedLines(next.stdout)], expectedLines(0, limit))
      assert.equal(readdirSync(path.join(workspace.path, 'savepoints')).length, isLeft ? 1 : 0)
      workspace.remove()
    })
  }

  it('refuses a claim mode that is none', async () => {
    const workspace = new NumbersWorkspace()
    const result = await workspace.run('run', '-cm', 'mine', workspace.job)
    assertFailed(result, ['Could not parse value', 'Expected one of: [[CLAIM, NO_CLAIM, LEGACY]]', 'mine'])
    workspace.remove()
  })

  it('takes the configured directory, also when the job id follows -p', async () => {
    const workspace = new NumbersWorkspace({ 'state.savepoints.dir': 'default-savepoints' })
    const directory = path.join(workspace.path, 'default-savepoints')
    for (const options of [[], ['-p']]) {
      const { job, jobId } = await workspace.running()
      const stop = await workspace.run('stop', ...options, jobId)
      assert.equal(stop.exitCode, 0, stop.stderr)
      assert.match(savepointOf(stop), locationIn(directory, jobId))
      assert.equal((await job.ended).exitCode, 0)
    }
    workspace.remove()
  })

  it('-detached only triggers it', async () => {
    const workspace = new NumbersWorkspace()
    const { job, jobId } = await workspace.running()
    const { exitCode, stdout } = await workspace.run('stop', '-detached', '-p', 'savepoints', jobId)
    assert.equal(exitCode, 0)
    const lines = [
      `Suspending job "${jobId}" with a CANONICAL savepoint.`,
      `Triggering stop-with-savepoint in detached mode for job ${jobId}.`,
      'Successfully trigger stop-with-savepoint in detached mode, triggerId: ',
    ]
    assert.match(stdout, new RegExp(`^${lines.join('\n')}[0-9a-f]{32}\n$`))
    assert.equal((await job.ended).exitCode, 0)
    const [name = ''] = readdirSync(path.join(workspace.path, 'savepoints'))
    assert.ok(existsSync(path.join(workspace.path, 'savepoints', name, '_metadata')))
    workspace.remove()
  })
})

describe('cancel -s', { concurrency: 2 }, () => {
  const deprecation = 'DEPRECATION WARNING: Cancelling a job with savepoint is deprecated. Use "stop" instead.\n'

  it('takes the configured directory when the job id stands alone', async () => {
    const workspace = new NumbersWorkspace({ 'execution.checkpointing.savepoint-dir': 'default-savepoints' })
    const { job, jobId } = await workspace.running()
    const { exitCode, stdout, stderr } = await workspace.run('cancel', '-s', jobId)
    assert.deepEqual([exitCode, stderr], [0, ''])
    const line = `Cancelling job ${jobId} with CANONICAL savepoint to default savepoint directory.\n`
    const end = `Cancelled job ${jobId}. Savepoint stored in `
    assert.ok(stdout.startsWith(`${deprecation}${line}${end}`), stdout)
    const location = stdout.slice(stdout.indexOf(end) + end.length).replace(/\.\n$/, '')
    assert.match(location, locationIn(path.join(workspace.path, 'default-savepoints'), jobId))
    assertFailed(await job.ended, [`Job was cancelled. (JobID: ${jobId})`])
    workspace.remove()
  })
})

describe('savepoint and checkpoint of a running job', { concurrency: 2 }, () => {
  it('savepoint -detached, with a type and too many operands says what it does', async () => {
    const workspace = new NumbersWorkspace()
    const { job, jobId } = await workspace.running()
    const detached = await workspace.run('savepoint', '-detached', jobId, 'detached')
    const first = `Triggering savepoint in detached mode for job ${jobId}.\n`
    assert.match(
      detached.stdout,
      new RegExp(`^${first}Successfully trigger manual savepoint, triggerId: [0-9a-f]{32}\n$`),
    )
    const directory = path.join(workspace.path, 'detached')
    await until('the savepoint is complete', () => {
      return (
        existsSync(directory) &&
        readdirSync(directory).some((name) => existsSync(path.join(directory, name, '_metadata')))
      )
    })

    const typed = await workspace.run('savepoint', '-type', 'native', jobId, 'typed', 'too', 'many')
    assert.deepEqual([typed.exitCode, typed.stderr], [0, ''])
    const lines = [
      'Provided more arguments than required. Ignoring not needed arguments.',
      `Triggering savepoint for job ${jobId}.`,
      'Waiting for response...',
      `Savepoint completed. Path: ${savepointOf(typed)}`,
      'You can resume your program from this savepoint with the run command.',
    ]
    assert.equal(typed.stdout, `${lines.join('\n')}\n`)
    job.kill('SIGKILL')
    await job.ended
    workspace.remove()
  })

  for (const [option, words] of [
    [[], 'Checkpoint'],
    [['--full'], 'Checkpoint(FULL)'],
  ] as const) {
    it(`${['checkpoint', ...option].join(' ')} tells its number and can be gone on from`, async () => {
      const workspace = new NumbersWorkspace({ 'state.checkpoints.dir': 'checkpoints' })
      const { job, jobId } = await workspace.running(20)
      const { exitCode, stdout, stderr } = await workspace.run('checkpoint', ...option, jobId)
      const before = `Triggering checkpoint for job ${jobId}.\nWaiting for response...\n`
      const resume = 'You can resume your program from this checkpoint with the run command.'
      const line = `${words} 1 for job ${jobId} completed.\n`
      assert.deepEqual({ exitCode, stdout, stderr }, { exitCode: 0, stdout: `${before}${line}${resume}\n`, stderr: '' })
      job.kill('SIGKILL')
      await job.ended
      const next = workspace.start('run', '-s', path.join('checkpoints', jobId, 'chk-1'), workspace.job)
      const [first = ''] = await next.until(/^\d+ is number \d+$/m)
      assert.ok(Number.parseInt(first) > 0, `it began again with ${first}`)
      assert.deepEqual([first], expectedLines(Number.parseInt(first), Number.parseInt(first) + 1))
      next.kill('SIGKILL')
      await next.ended
      workspace.remove()
    })
  }

  it('checkpoint does not promise to resume from one that lies in memory', async () => {
    const workspace = new NumbersWorkspace()
    const { job, jobId } = await workspace.running()
    const { exitCode, stdout } = await workspace.run('checkpoint', jobId)
    assert.equal(exitCode, 0)
    const lines = stdout.split('\n').slice(2, -1)
    const memory =
      'It lies in the memory of the job and ends with it. Set state.checkpoints.dir to resume from checkpoints.'
    assert.deepEqual(lines, [`Checkpoint 1 for job ${jobId} completed.`, memory])
    job.kill('SIGKILL')
    await job.ended
    workspace.remove()
  })
})
