import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answersOf } from '../../../src/cli/arguments/answers.js'
import { asksForJson } from '../../../src/cli/arguments/asks-for-json.js'
import type { CliContext } from '../../../src/cli/arguments/cli-context.js'
import { withTimeout } from '../../../src/cli/arguments/wait-options.js'
import { cancelCommand } from '../../../src/cli/commands/cancel.js'
import { checkCommand } from '../../../src/cli/commands/check.js'
import { listCommand } from '../../../src/cli/commands/list.js'
import { runCommand } from '../../../src/cli/commands/run.js'
import { besideAnswer } from '../../../src/cli/job/beside-answer.js'
import { endedJobDocument } from '../../../src/cli/output/ended-jobs-document.js'
import { errorDocument } from '../../../src/cli/output/error-document.js'
import { jobsDocument } from '../../../src/cli/output/jobs-document.js'
import { withProgress } from '../../../src/cli/output/progress.js'
import { tellFailure, tellRefusal } from '../../../src/cli/output/tell-failure.js'
import { watermarksDocument } from '../../../src/cli/output/watermarks-document.js'
import { PLAIN_DIAGNOSTICS } from '../../../src/cli/terminal/colours.js'
import { showsSpinner } from '../../../src/cli/terminal/shows-spinner.js'
import type { JobOverview } from '../../../src/client/rest-cluster-client.js'
import { ClientOptions } from '../../../src/core/config/client-options.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { parse } from './parse.js'

const JOB = 'a'.repeat(32)
const COMMANDS = [runCommand, checkCommand, listCommand, cancelCommand]

describe('An answer', () => {
  const said = (values: Record<string, true>): string[] => {
    const printed: string[] = []
    const { tell, answer } = answersOf({ values, operands: [] }, (line) => printed.push(line))
    tell('waiting')
    answer({ name: 'a\u202eb\u0085', none: undefined }, ['one', 'two'])
    return printed
  }

  it('has lines for people, with what went before them or without', () => {
    assert.deepEqual(said({}), ['waiting', 'one', 'two'])
    assert.deepEqual(said({ quiet: true }), ['one', 'two'])
  })

  it('is one line of JSON that has no power over a terminal', () => {
    assert.deepEqual(said({ json: true }), [String.raw`{"name":"a\u202eb\u0085"}`])
    assert.deepEqual(said({ json: true, quiet: true }).length, 1)
  })

  it('has standard output for itself: lines of others go beside it', () => {
    const [out, error]: [string[], string[]] = [[], []]
    const context = { print: (line: string) => out.push(line), printError: (text: string) => error.push(text) }
    for (const isJson of [true, false]) besideAnswer({ ...context, isJson } as unknown as CliContext).print('a line')
    assert.deepEqual([out, error], [['a line'], ['a line\n']])
  })
})

describe('A line asks for JSON', () => {
  const asks = (...args: string[]): boolean => asksForJson(args, COMMANDS)

  it('where the flag is an option of the action', () => {
    for (const line of [
      ['list', '--json'],
      ['list', '-a', '--jso'],
      ['cancel', JOB, '--json'],
      ['run', '-p', '4', '--json', 'job.js'],
      ['check', 'job.js', 'x', '--against', 'sp', '--json'],
    ]) {
      assert.equal(asks(...line), true, line.join(' '))
    }
  })

  it('and not where it is an argument of the program, or the value of an option', () => {
    for (const line of [
      ['list'],
      ['run', 'job.js', '--json'],
      ['check', '--against', 'sp', 'job.js', '--json'],
      ['cancel', '--', '--json'],
      ['run', '--', '--json'],
    ]) {
      assert.equal(asks(...line), false, line.join(' '))
    }
  })

  it('also where it cannot be read', () => {
    for (const line of [
      ['lst', '--json'],
      ['--json'],
      ['list', '--nothing', '--json'],
      ['cancel', '--t', 'x', '--json'],
      ['cancel', '--timeout', '--json'],
      ['run', '--c', 'job.js', '--json'],
      ['run', '--paralellism', '4', '--json', 'job.js'],
    ]) {
      assert.equal(asks(...line), true, line.join(' '))
    }
  })
})

describe('A failure', () => {
  const told = (error: unknown, asJson: boolean): { out: string; error: string; exitCode: number } => {
    const texts = { out: '', error: '' }
    const terminal = {
      print: (text: string) => void (texts.out += text),
      printError: (text: string) => void (texts.error += text),
    }
    const exitCode = tellFailure(error, { terminal, diagnostics: PLAIN_DIAGNOSTICS, asJson })
    return { ...texts, exitCode }
  }

  it('has its code and those of its causes, and null of what others have thrown', () => {
    const cause = new FlinkError('JOB_NOT_FOUND', { jobId: JOB }, { cause: new TypeError('x', { cause: 'a text' }) })
    const error = new FlinkError('ACTION_FAILED', { text: 'no' }, { cause })
    assert.deepEqual(errorDocument(error, 1), {
      error: {
        code: 'ACTION_FAILED',
        message: 'no',
        causes: [
          { code: 'JOB_NOT_FOUND', message: cause.message },
          { code: null, message: 'TypeError: x' },
          { code: null, message: "it threw 'a text'" },
        ],
        exitCode: 1,
      },
    })
    assert.deepEqual(errorDocument(new Error('plain'), 2).error, {
      code: null,
      message: 'plain',
      causes: [],
      exitCode: 2,
    })
  })

  it('has an end, also where its causes go round in a circle', () => {
    const error = new Error('round')
    error.cause = error
    assert.equal(errorDocument(error, 1).error.causes.length, 10)
  })

  it('is one document on standard output, and the text for people on standard error', () => {
    const invalid = new FlinkError('CLI_ARGUMENT_INVALID', { message: 'what?' })
    const text = 'what?\n\nUse the help option (-h or --help) to get help on the command.\n'
    assert.deepEqual(told(invalid, false), { out: text, error: '', exitCode: 1 })
    const json = told(invalid, true)
    assert.deepEqual([json.error, json.exitCode], [text, 1])
    assert.match(
      json.out,
      /^\{"error":\{"code":"CLI_ARGUMENT_INVALID","message":"what\?","causes":\[\],"exitCode":1\}\}\n$/,
    )
    const failed = new FlinkError('ACTION_FAILED', { text: 'a\u009bb' })
    assert.equal(told(failed, true).error, told(failed, false).error)
    assert.match(told(failed, true).out, /^\{.*"message":"a\\u009bb".*\}\n$/)
  })

  it('of a line that asks for nothing has its first sentence', () => {
    let [out, error] = ['', '']
    const terminal = { print: (text: string) => void (out += text), printError: (text: string) => void (error += text) }
    tellRefusal('"x" is no action.\n\nValid are y.\n', 1, { terminal, diagnostics: PLAIN_DIAGNOSTICS, asJson: true })
    assert.deepEqual((JSON.parse(out) as { error: unknown }).error, {
      code: 'CLI_ARGUMENT_INVALID',
      message: '"x" is no action.',
      causes: [],
      exitCode: 1,
    })
    assert.equal(error, '"x" is no action.\n\nValid are y.\n')
  })
})

describe('--timeout', () => {
  const context = { configuration: Configuration.fromMap({ 'client.timeout': '7 s' }) } as unknown as CliContext
  const timeoutOf = (...args: string[]): number => {
    return withTimeout(parse(cancelCommand, JOB, ...args), context).configuration.get(ClientOptions.CLIENT_TIMEOUT)
  }

  it('is a duration as in the configuration, and counts more than that', () => {
    assert.deepEqual(
      [timeoutOf(), timeoutOf('--timeout', '30s'), timeoutOf('--timeout=2 min')],
      [7000, 30_000, 120_000],
    )
    assert.equal(context.configuration.get(ClientOptions.CLIENT_TIMEOUT), 7000)
  })

  it('is refused where it is none', () => {
    for (const text of ['soon', '5 parsecs', '', '-1s', '0']) {
      assert.throws(() => timeoutOf(`--timeout=${text}`), { code: 'CLI_ARGUMENT_INVALID' }, text)
    }
  })
})

describe('A document', () => {
  const overview = (state: string, startTime: number, more: Partial<JobOverview> = {}): JobOverview =>
    ({ jid: JOB, name: state, state, 'start-time': startTime, 'end-time': -1, ...more }) as JobOverview

  it('of jobs has those of the sections that are asked for, in their order', () => {
    const jobs = [
      overview('RUNNING', 2),
      overview('FAILED', 0, { 'end-time': 5 }),
      overview('RESTARTING', 1),
      overview('CREATED', 0),
    ]
    const states = (running: boolean, scheduled: boolean, terminated: boolean): string[] =>
      jobsDocument(jobs, { running, scheduled, terminated }).map(({ state }) => state)
    assert.deepEqual(states(true, true, true), ['RESTARTING', 'RUNNING', 'CREATED', 'FAILED'])
    assert.deepEqual(states(false, true, false), ['CREATED'])
    assert.deepEqual(states(true, false, false), ['RESTARTING', 'RUNNING'])
  })

  it('of a job says null where there is nothing', () => {
    const [plain, other] = jobsDocument(
      [
        overview('RUNNING', 1),
        overview('RUNNING', 2, { restarts: { count: 3, since: 9 }, died: { checkpoints: '/cp' }, 'end-time': 8 }),
      ],
      { running: true, scheduled: false, terminated: false },
    )
    const common = { jobId: JOB, name: 'RUNNING', state: 'RUNNING', tasks: {} }
    assert.deepEqual(plain, { ...common, startTimeMs: 1, endTimeMs: null, restarts: null, died: null })
    assert.deepEqual(other, {
      ...common,
      startTimeMs: 2,
      endTimeMs: 8,
      restarts: { count: 3, sinceMs: 9 },
      died: { checkpoints: '/cp', isRecoverable: false },
    })
  })

  it('of watermarks has names as the others', () => {
    const info = {
      jid: JOB,
      now: 5,
      vertices: [{ 'late-records-dropped': [], inputs: [{ since: 1, 'held-back-by': [] }] }],
    }
    assert.deepEqual(watermarksDocument(info as unknown as Parameters<typeof watermarksDocument>[0]), {
      jobId: JOB,
      nowMs: 5,
      vertices: [{ lateRecordsDropped: [], inputs: [{ sinceMs: 1, heldBackBy: [] }] }],
    })
  })

  it('of a job that has ended has its accumulators without loss', () => {
    const accumulatorResults = {
      many: { value: 2n ** 60n },
      list: { value: [1, 'a'] },
      bad: { error: new Error('no') },
    }
    const job = { jobId: JOB, status: 'FINISHED', netRuntimeMs: 5, finalCheckpoint: undefined, accumulatorResults }
    assert.deepEqual(endedJobDocument(job as unknown as Parameters<typeof endedJobDocument>[0]), {
      jobId: JOB,
      state: 'FINISHED',
      netRuntimeMs: 5,
      finalCheckpoint: null,
      accumulators: {
        many: { value: { $bigint: '1152921504606846976' } },
        list: { value: [1, 'a'] },
        bad: { error: 'no' },
      },
    })
  })
})

describe('Progress', () => {
  it('is shown at terminals that have a width', () => {
    assert.equal(showsSpinner({ isTTY: true, columns: 80 }), true)
    assert.equal(showsSpinner({ isTTY: false, columns: 80 }), false)
    assert.equal(showsSpinner({ isTTY: true, columns: 0 }), false, 'ora would never come to an end')
  })

  it('has nothing to say with --quiet', async () => {
    const said: string[] = []
    const work = (say: (line: string) => void): Promise<number> => {
      say('still waiting')
      return Promise.resolve(1)
    }
    const printError = (text: string): unknown => said.push(text)
    assert.equal(await withProgress('x', { isQuiet: true, printError }, work), 1)
    assert.deepEqual(said, [])
    await withProgress('x', { isQuiet: false, printError }, work)
    assert.deepEqual(said, ['still waiting\n'])
  })
})
