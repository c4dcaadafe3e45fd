/** Commands about jobs that cannot be done: no job, no such job, no job any more, nowhere to put a savepoint. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Workspace, type CommandResult, type RunningCommand } from './command-line.js'
import { lineOf, NumbersWorkspace, printedLines } from './numbers-job.js'
import { assertArgumentRefused, assertFailed } from './refusals.js'

const UNKNOWN = '00000000000000000000000000000000'

const COMMANDS = [
  {
    action: 'savepoint',
    missing: 'Missing JobID. Specify a Job ID to trigger a savepoint.',
    steps: (jobId: string) => [`Triggering savepoint for job ${jobId}.`, 'Waiting for response...'],
    failure: (jobId: string) => `Failed to trigger a savepoint for the job ${jobId}.`,
  },
  {
    action: 'cancel',
    missing: 'Missing JobID. Specify a JobID to cancel a job.',
    steps: (jobId: string) => [`Cancelling job ${jobId}.`],
    failure: (jobId: string) => `Could not cancel job ${jobId}.`,
  },
  {
    action: 'stop',
    missing: 'Missing JobId',
    steps: (jobId: string) => [
      `Suspending job "${jobId}" with a CANONICAL savepoint.`,
      `Triggering stop-with-savepoint for job ${jobId}.`,
      'Waiting for response...',
    ],
    failure: (jobId: string) => `Could not stop with a savepoint job "${jobId}".`,
  },
  {
    action: 'checkpoint',
    missing: 'Missing JobID. Specify a Job ID to manipulate a checkpoint.',
    steps: (jobId: string) => [`Triggering checkpoint for job ${jobId}.`, 'Waiting for response...'],
    failure: (jobId: string) => `Failed to trigger a checkpoint for the job ${jobId}.`,
  },
] as const

function linesOf({ stdout }: CommandResult): string[] {
  return stdout.split('\n').slice(0, -1)
}

describe('a command without a job that it could work on', { concurrency: 2 }, () => {
  const workspace = new NumbersWorkspace()
  let finished = ''

  before(async () => {
    const run = workspace.start('run', workspace.job, '--limit', '3')
    finished = await run.jobId()
    assert.equal((await run.ended).exitCode, 0)
  })

  after(() => {
    workspace.remove()
  })

  for (const { action, missing, steps, failure } of COMMANDS) {
    it(`${action} without a job id says what is missing`, async () => {
      assertArgumentRefused(await workspace.run(action), missing)
    })

    it(`${action} of a malformed job id shows how one looks`, async () => {
      const format = 'The expected format is [0-9a-fA-F]{32}, e.g. fd72014d4c864993a2e5a9287b4a9c5d.'
      const message = `Cannot parse JobID from "${UNKNOWN}0". ${format}`
      assertArgumentRefused(await workspace.run(action, `${UNKNOWN}0`), message)
    })

    it(`${action} of an unknown job says so and how to find jobs`, async () => {
      const result = await workspace.run(action, UNKNOWN)
      assert.deepEqual(linesOf(result), steps(UNKNOWN))
      assertFailed(result, [failure(UNKNOWN), `Could not find Flink job (${UNKNOWN})`, 'flink-ts list -a'])
    })

    it(`${action} of a finished job says that it has finished`, async () => {
      const result = await workspace.run(action, finished)
      assert.deepEqual(linesOf(result), steps(finished))
      const reason =
        action === 'cancel' ? 'another terminal state (FINISHED)' : `Job ${finished} is FINISHED: this needs`
      assertFailed(result, [failure(finished), reason])
    })
  }

  it('cancel -s and stop -p with nothing after them miss the job id, not the directory', async () => {
    assertArgumentRefused(await workspace.run('cancel', '-s'), 'Missing JobId')
    assertArgumentRefused(await workspace.run('stop', '-p'), 'Missing JobId')
  })

  it('an option that the command does not have is refused', async () => {
    assertArgumentRefused(await workspace.run('stop', '-s', 'there', UNKNOWN), 'Unrecognized option: -s')
    assertArgumentRefused(await workspace.run('savepoint', '-d'), 'Missing argument for option: d')
  })
})

describe('a savepoint that cannot be written', () => {
  const workspace = new NumbersWorkspace()
  const file = workspace.file('a-file', 'not a directory')
  let job: RunningCommand
  let jobId: string

  before(async () => {
    ;({ job, jobId } = await workspace.running())
  })

  after(async () => {
    assert.equal((await workspace.run('cancel', jobId)).exitCode, 0)
    await job.ended
    workspace.remove()
  })

  const nowhere = [
    {
      where: 'nowhere',
      reason:
        /savepoint-dir\] is not set.*Name a directory: `flink-ts savepoint <Job ID> <directory>`.*state\.savepoints\.dir/,
    },
    { where: 'a file', target: file, reason: `Failed to create savepoint directory at ${file}: ` },
    {
      where: 'a directory below a file',
      target: `${file}/below`,
      reason: /Failed to create savepoint directory at .*below: /,
    },
    {
      where: 'a store that is not known',
      target: 'gs://bucket/savepoints',
      reason: /file system implementation for scheme 'gs'.*Use .*file:\/\/\/.*, or mount the storage/,
    },
  ] as const

  for (const { where, reason, ...given } of nowhere) {
    const target = 'target' in given ? given.target : undefined
    const commands = [
      { args: ['savepoint', target], failure: 'Failed to trigger a savepoint for the job ' },
      { args: ['cancel', '-s', target], failure: 'Could not cancel job ' },
      { args: ['stop', '-p', target], failure: 'Could not stop with a savepoint job ' },
    ]
    if (target === undefined)
      commands.push({ args: ['stop', '--drain', '-p', target], failure: 'Could not stop with a savepoint job ' })
    for (const { args, failure } of commands) {
      it(`${args.filter((arg) => arg !== target).join(' ')} to ${where} fails and the job goes on`, async () => {
        const [action = '', ...options] = args.flatMap((arg) => arg ?? [])
        const line = action === 'savepoint' ? [action, jobId, ...options] : [action, ...options, jobId]
        const said = assertFailed(await workspace.run(...line), [failure, reason])
        assert.doesNotMatch(said, /status 200|FlinkError: /, 'the answer of the job is told in plain words')
        await job.until(lineOf(printedLines(job.stdout).length + 5))
      })
    }
  }

  it('leaves nothing, and a job that is listed as running', async () => {
    const list = await workspace.run('list')
    assert.match(list.stdout, new RegExp(`: ${jobId} : .* \\(RUNNING\\)`))
    assert.deepEqual(readdirSync(workspace.path).sort(), ['a-file', 'conf', 'numbers.mjs', 'run'])
  })
})

describe('the run directory', { concurrency: 2 }, () => {
  const workspace = new Workspace()
  const file = workspace.file('a-file', 'not a directory')
  const job = workspace.file('job.mjs', `export default (env) => { env.fromElements(1).print() }`)
  const commands = [
    ['run', job],
    ['run', '-d', job],
    ['list'],
    ['cancel', UNKNOWN],
    ['savepoint', UNKNOWN, 'savepoints'],
    ['stop', UNKNOWN, '-p', 'savepoints'],
    ['checkpoint', UNKNOWN],
  ]

  after(() => {
    workspace.remove()
  })

  for (const [action = '', ...args] of commands) {
    // A process for each: both places are seen by two commands.
    const places = action === 'run' || action === 'list' ? [file, path.join(file, 'below')] : [file]
    for (const directory of places) {
      it(`being ${path.relative(workspace.path, directory)} is told by ${action}${args.includes('-d') ? ' -d' : ''}`, async () => {
        const result = await workspace.run(action, `-Dcluster.run-directory=${directory}`, ...args)
        const message = `The run directory ${directory} cannot be used: `
        const reason = /not a directory|a file of that name is in the way/
        assertFailed(result, [message, reason, 'Set cluster.run-directory to a directory of yours.'])
      })
    }
  }

  it('may be fine while the log directory of a detached job is not', async () => {
    const result = await workspace.run('run', `-Denv.log.dir=${file}`, '-d', job)
    assertFailed(result, [`The log directory ${file} cannot be used: `, 'Set env.log.dir to a directory of yours.'])
    assert.equal(existsSync(path.join(workspace.path, 'run', 'log')), false)
  })
})
