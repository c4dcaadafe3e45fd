/** Every action with --json: what `src/cli/json.md` shows is run, and standard output has documents alone, also where something fails. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { REPOSITORY, Workspace, type CommandResult } from './command-line.js'
import { JSON_JOB } from './json-job.js'

const PAGE = 'src/cli/json.md'
const SHOWN = /```sh\nflink-ts (.*)\n```\n\n```json\n([^`]*)```\n/g
/** Run where there is a broker. */
const WITH_BROKER = /```sh kafka\nflink-ts (.*)\n```/g
/** What stands in the page for the directory of whoever reads it. */
const ROOT = '/srv/'
const FIRST_SAVEPOINT = 'savepoint-cca7bc-bb1e257f0dab'
/** Differs from run to run. */
const ID = /[0-9a-f]{32}|savepoint-[0-9a-f]{6}-[0-9a-f]{12}/g
const COUNTED = /(?:Ms|PerSecond)$|^(?:pid|timestamp|sizeBytes|checkpointId|value|before|busy|backPressured|idle)$/

class JsonWorkspace extends Workspace {
  readonly job: string = this.file('job.mjs', JSON_JOB)

  constructor() {
    super({ 'state.savepoints.dir': 'savepoints', 'state.checkpoints.dir': 'checkpoints' })
    this.file('changes.jsonl', '{"operator":"count","state":"count","key":1,"value":0}\n')
  }
}

/** What is the same in every run, of lines in any order. */
function comparable(lines: string, root: string): string[] {
  const texts = lines.trimEnd().split('\n')
  return texts
    .map((line) =>
      JSON.stringify(
        JSON.parse(line, (key, value: unknown) => same(key, value, root)),
        undefined,
        1,
      ),
    )
    .sort()
}

function same(key: string, value: unknown, root: string): unknown {
  if (typeof value === 'number' && COUNTED.test(key)) return typeof value
  if (typeof value !== 'string') return value
  if (key === 'line') return value.replace(/^\d+$/, 'a number')
  if (key === 'web') return value.replace(/:\d+$/, '')
  // Of what prints as many lines the page shows the first.
  const [first = ''] = value.split('\n')
  return first
    .replaceAll(root, ROOT)
    .replaceAll(ID, '...')
    .replace(`-${userInfo().username}-standalone`, '-user-standalone')
}

/** The one document on standard output. */
function documentOf({ stdout }: CommandResult): Record<string, unknown> {
  assert.match(stdout, /^\{.*\}\n$/, 'one line')
  return JSON.parse(stdout) as Record<string, unknown>
}

function errorOf(result: CommandResult): {
  code: string
  message: string
  causes: { code: string }[]
  exitCode: number
} {
  const { error, ...more } = documentOf(result)
  assert.deepEqual(more, {})
  const told = error as ReturnType<typeof errorOf>
  assert.equal(told.exitCode, result.exitCode)
  return told
}

describe('--json', { concurrency: 2 }, () => {
  it(`prints what ${PAGE} shows, command by command, and nothing else on standard output`, async () => {
    const workspace = new JsonWorkspace()
    const page = readFileSync(path.join(REPOSITORY, PAGE), 'utf8')
    const root = `${workspace.path}/`
    let savepoint = FIRST_SAVEPOINT
    let ran = 0
    for (const [, command = '', shown = ''] of page.matchAll(SHOWN)) {
      const words = command.replaceAll(ROOT, root).replaceAll(FIRST_SAVEPOINT, savepoint).split(' ')
      const { stdout, stderr } = await workspace.run(...words)
      assert.deepEqual(comparable(stdout, root), comparable(shown, root), `${command}\n${stderr}`)
      if (shown.includes(FIRST_SAVEPOINT)) [savepoint = ''] = /savepoint-[0-9a-f]{6}-[0-9a-f]{12}/.exec(stdout) ?? []
      ran += 1
    }
    assert.ok(ran > 20, String(ran))
    workspace.remove()
  })

  it(`has a row in ${PAGE} for each action, and a sample`, async () => {
    const page = readFileSync(path.join(REPOSITORY, PAGE), 'utf8')
    const rows = [...page.matchAll(/^\| (.*?) \|/gm)].map(([, actions = '']) => actions)
    const samples = [...page.matchAll(SHOWN), ...page.matchAll(WITH_BROKER)].map(([, command = '']) => command)
    const workspace = new Workspace()
    const { stdout } = await workspace.run('-h')
    workspace.remove()
    // What `state` and `txn` alone print is an error.
    const actions = [...stdout.matchAll(/^Action "(.*)" /gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'state' && name !== 'txn')
    assert.ok(actions.length > 20, String(actions))
    const isOf = (action: string) => (text: string) => new RegExp(`(?:^|\`)${action}(?:[ \`]|$)`).test(text)
    assert.deepEqual(
      actions.filter((action) => !rows.some(isOf(action)) || !samples.some(isOf(action))),
      [],
    )
  })

  it('leaves standard output of an attached run to the document: what the program prints goes to standard error', async () => {
    const workspace = new JsonWorkspace()
    const result = await workspace.run('run', '--json', workspace.job, '--limit', '3')
    assert.deepEqual(
      (documentOf(result)['jobs'] as { state: string }[]).map(({ state }) => state),
      ['FINISHED'],
    )
    assert.equal(result.stderr, 'main runs\n1\n2\n3\n')
    const failing = workspace.file(
      'fails.mjs',
      "console.log('before')\nexport default () => { throw new RangeError('too far') }",
    )
    const failed = await workspace.run('run', '-d', '--json', failing)
    assert.equal(errorOf(failed).code, 'PROGRAM_MAIN_FAILED')
    assert.match(failed.stderr, /^before\n\n-+\n The program finished with the following exception:\n/)
    workspace.remove()
  })

  it('is of the program after the job file, and prints the exit code that a program sets', async () => {
    const workspace = new JsonWorkspace()
    const ofProgram = await workspace.run('run', workspace.job, '--limit', '1', '--json')
    assert.match(ofProgram.stdout, /^main runs\nJob has been submitted with JobID /)
    const sets = workspace.file(
      'sets.mjs',
      "export default (env) => { process.exitCode = 3; env.fromElements(1).print(); return env.execute('one') }",
    )
    const result = await workspace.run('run', '--json', sets)
    assert.deepEqual([result.exitCode, documentOf(result)['exitCode']], [3, 3])
    workspace.remove()
  })

  it('is asked for by --json=true as well, which is told as the mistake that it is', async () => {
    const workspace = new JsonWorkspace()
    for (const words of [
      ['list', '--json=true'],
      ['run', '--json=true', workspace.job],
    ]) {
      const result = await workspace.run(...words)
      assert.deepEqual([result.exitCode, errorOf(result).code], [1, 'CLI_ARGUMENT_INVALID'])
    }
    workspace.remove()
  })

  it('tells a cancelled run as an error, once the job has ended', async () => {
    const workspace = new JsonWorkspace()
    const run = workspace.start('run', '--json', workspace.job)
    await run.untilError(/^5$/m)
    run.kill('SIGINT')
    const result = await run.ended
    const { causes, code } = errorOf(result)
    assert.ok([code, ...causes.map((cause) => cause.code)].includes('JOB_CANCELED'), result.stdout)
    assert.equal(result.exitCode, 1)
    workspace.remove()
  })

  for (const [what, code, ...words] of [
    ['an action that there is not', 'CLI_ARGUMENT_INVALID', 'cancle', '--json'],
    ['an option that there is not', 'CLI_ARGUMENT_INVALID', 'cancel', '--json', '--frobnicate'],
    ['an option that there is not, before it', 'CLI_ARGUMENT_INVALID', 'list', '--frobnicate', '--json'],
    ['a value that is missing', 'CLI_OPTION_WITHOUT_VALUE', 'list', '--json', '-m'],
    ['a value that is missing before it', 'CLI_OPTION_WITHOUT_VALUE', 'list', '-m', '--json'],
    ['a job that is missing', 'CLI_ARGUMENT_INVALID', 'stop', '--json'],
    ['a job that there is not', 'ACTION_FAILED', 'savepoint', '--json', 'a'.repeat(32)],
    ['a job file that there is not', 'PROGRAM_FILE_NOT_FOUND', 'run', '--json', 'nowhere.js'],
    ['a duration that is none', 'CLI_ARGUMENT_INVALID', 'cancel', '--timeout', 'soon', '--json', 'a'.repeat(32)],
    ['a setting that is none', 'CONFIG_VALUE_INVALID', 'info', '--json', '-Dparallelism.default=many', 'job.mjs'],
    ['a snapshot that there is not', 'ACTION_FAILED', 'state', 'ls', '--json', 'nowhere'],
    [
      'an option after that which comes last',
      'CLI_ARGUMENT_INVALID',
      'check',
      'job.mjs',
      '--against',
      'x',
      '--json',
      'y',
    ],
  ] as const) {
    it(`tells ${what} as a document, with the text for people on standard error`, async () => {
      const workspace = new JsonWorkspace()
      const plain = await workspace.run(...words.filter((word) => word !== '--json'))
      const result = await workspace.run(...words)
      assert.equal(errorOf(result).code, code)
      assert.equal(result.exitCode, plain.exitCode, 'the same exit code')
      const meanwhile = /^(?:Triggering .*|Waiting for response\.\.\.)\n/gm
      assert.equal(result.stderr, plain.stdout.replaceAll(meanwhile, '') + plain.stderr)
      workspace.remove()
    })
  }
})

describe('--quiet', { concurrency: 2 }, () => {
  it('leaves what came of it', async () => {
    const workspace = new JsonWorkspace()
    const submitted = await workspace.run('run', '-d', '--wait', '--quiet', workspace.job)
    assert.match(
      submitted.stdout,
      /^Job has been submitted with JobID [0-9a-f]{32}\nAll tasks of job [0-9a-f]{32} run: it is RUNNING\.\n$/,
    )
    const quiet = async (expected: RegExp, ...words: string[]): Promise<void> => {
      const { exitCode, stdout, stderr } = await workspace.run(...words, '--quiet')
      assert.deepEqual([exitCode, stderr], [0, ''], words.join(' '))
      assert.match(stdout, expected)
    }
    await quiet(/^-+ Running\/Restarting Jobs -+\n.+ : numbers \(RUNNING\)\n-+\nNo scheduled jobs\.\n$/, 'list')
    await quiet(/^Checkpoint 1 for job [0-9a-f]{32} completed\.\nYou can resume .+\n$/, 'checkpoint', 'numbers')
    await quiet(/^Savepoint completed\. Path: \S+\nYou can resume .+\n$/, 'savepoint', 'numbers')
    await quiet(/^Job [0-9a-f]{32} "numbers" \(RUNNING\): event time/, 'watermarks', 'numbers')
    await quiet(/^Cancelled job [0-9a-f]{32}\. Savepoint stored in \S+\.\n$/, 'cancel', '-s', 'savepoints', 'numbers')
    const run = await workspace.run('run', '--quiet', workspace.job, '--limit', '2')
    assert.match(
      run.stdout,
      /^main runs\n1\n2\nProgram execution finished\nJob with JobID [0-9a-f]{32} has finished\.\nJob Runtime: \d+ ms\nAccumulator Results: \n- seen \(number\): 2\n\n\n$/,
    )
    assert.equal(run.stderr, '')
    workspace.remove()
  })
})
