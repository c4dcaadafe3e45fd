import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { describe, it } from 'node:test'
import { absoluteTarget } from '../../../src/cli/arguments/absolute-target.js'
import { runCommand } from '../../../src/cli/commands/run.js'
import { savepointCommand } from '../../../src/cli/commands/savepoint.js'
import { renderError } from '../../../src/cli/output/error-rendering.js'
import { expandHome } from '../../../src/cli/arguments/expand-home.js'
import { jobResultLines } from '../../../src/cli/output/job-result-lines.js'
import { parseJobIdOperand } from '../../../src/cli/arguments/parsed-values.js'
import {
  applyProgramOptions,
  noteOnOptionsForProgram,
  programArguments,
} from '../../../src/cli/arguments/program-options.js'
import { checkSavepointType } from '../../../src/cli/arguments/savepoint-type.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { serializeError } from '../../../src/core/errors/error-codec.js'
import { FlinkError, type ErrorCode, type ErrorDetails } from '../../../src/core/errors/flink-error.js'
import { parse } from './parse.js'

const MAIN_FAILED = 'org.apache.flink.client.program.ProgramInvocationException'

describe('An error on the command line', () => {
  it('of the arguments goes to stdout with a hint', () => {
    const rendered = renderError(new FlinkError('CLI_ARGUMENT_INVALID', { message: 'Unrecognized option: --x' }))
    assert.deepEqual(rendered, {
      stream: 'stdout',
      text: 'Unrecognized option: --x\n\nUse the help option (-h or --help) to get help on the command.\n',
      exitCode: 1,
    })
  })

  it('shows control characters instead of obeying them, and keeps its lines', () => {
    const reason = 'line one\r\nline two\u001b]0;title\u0007'
    const { text } = renderError(new FlinkError('CONTROL_REQUEST_FAILED', { reason }))
    assert.ok(text.includes('line one\nline two\\u001b]0;title\\u0007\n'), text)
  })

  it('of a job goes to stderr under a rule, cause by cause, with codes and the frames of the user', () => {
    const user = new TypeError("Cannot read properties of null (reading 'x')")
    user.stack = [
      "TypeError: Cannot read properties of null (reading 'x')",
      '    at count (/srv/job.ts:7:9)',
      '    at Array.map (<anonymous>)',
      '    at node:internal/process/task_queues:95:5',
    ].join('\n')
    const details = { operator: 'Map', subtask: 1, parallelism: 2, reason: user.message }
    const failure = new FlinkError('OPERATOR_FAILED', details, { cause: user })
    failure.stack = ''
    const { stream, text, exitCode } = renderError(failure)
    assert.deepEqual([stream, exitCode], ['stderr', 1])
    assert.deepEqual(text.split('\n'), [
      '',
      '------------------------------------------------------------',
      ' The program finished with the following exception:',
      '',
      "FlinkError [OPERATOR_FAILED]: Map (subtask 1 of 2) failed: Cannot read properties of null (reading 'x')",
      "Caused by: TypeError: Cannot read properties of null (reading 'x')",
      '\tat count (/srv/job.ts:7:9)',
      '',
    ])
  })

  it('tells what its causes repeat once, with the code and the frames of each', () => {
    const user = new TypeError('boom')
    user.stack = 'TypeError: boom\n    at parse (/srv/job.ts:7:9)'
    const details = { operator: 'Map', subtask: 1, parallelism: 1, reason: 'TypeError: boom' }
    const failed = new FlinkError(
      'JOB_EXECUTION_FAILED',
      { jobId: 'ab' },
      { cause: plain('OPERATOR_FAILED', details, user) },
    )
    failed.stack = ''
    const lines = renderError(plain('PROGRAM_MAIN_FAILED', { reason: failed.message }, failed)).text.split('\n')
    assert.deepEqual(lines.slice(4), [
      `${MAIN_FAILED}: The main method caused an error: Job failed (JobID: ab)`,
      '\t[PROGRAM_MAIN_FAILED, JOB_EXECUTION_FAILED]',
      'Caused by: FlinkError [OPERATOR_FAILED]: Map (subtask 1 of 1) failed: TypeError: boom',
      '\tat parse (/srv/job.ts:7:9)',
      '',
    ])
  })

  it('names the last cause in a line of its own where all of them only repeat', () => {
    const missing = plain('STANDARD_INPUT_REFUSED', { reason: 'main runs again' })
    const lines = renderError(plain('PROGRAM_MAIN_FAILED', { reason: missing.message }, missing)).text.split('\n')
    assert.deepEqual(lines.slice(4), [
      `${MAIN_FAILED}: The main method caused an error: ${missing.message}`,
      '\t[PROGRAM_MAIN_FAILED]',
      `Caused by: FlinkError [STANDARD_INPUT_REFUSED]: ${missing.message}`,
      '',
    ])
  })

  it('tells frames once that an error and its cause share', () => {
    const cause = new TypeError('no prices')
    cause.stack = 'TypeError: no prices\n    at load (/srv/job.ts:2:1)'
    const failure = plain('PROGRAM_MAIN_FAILED', { reason: 'no prices' }, cause)
    failure.stack = cause.stack
    assert.deepEqual(renderError(failure).text.split('\n').slice(4), [
      `${MAIN_FAILED}: The main method caused an error: no prices`,
      '\t[PROGRAM_MAIN_FAILED]',
      'Caused by: TypeError: no prices',
      '\tat load (/srv/job.ts:2:1)',
      '',
    ])
  })

  it('of an action begins as Flink begins it, and has our code where there is a cause', () => {
    const cause = plain('JOB_NOT_FOUND', { jobId: 'ab' })
    const lines = renderError(plain('ACTION_FAILED', { text: 'Could not cancel job ab.' }, cause)).text.split('\n')
    assert.deepEqual(lines.slice(4), [
      'org.apache.flink.util.FlinkException: Could not cancel job ab.',
      `Caused by: FlinkError [JOB_NOT_FOUND]: ${cause.message}`,
      '',
    ])
  })

  it('of an option that all actions share, and that has no value, is one line on stderr and ends with 31', () => {
    assert.deepEqual(renderError(new FlinkError('CLI_OPTION_WITHOUT_VALUE', { option: 'm' })), {
      stream: 'stderr',
      text: 'Missing argument for option: m\n',
      exitCode: 31,
    })
  })

  it('of a parameter is one line on stderr', () => {
    const { stream, text } = renderError(new FlinkError('PROGRAM_PARAMETER_INVALID', { name: 'port', reason: 'bad' }))
    assert.equal(stream, 'stderr')
    assert.equal(text.trim().split('\n').length, 1)
  })

  const odd: readonly [string, unknown, RegExp][] = [
    ['a text', 'boom', /"boom"/],
    ['a BigInt', 7n, /7/],
    ['a function', () => 1, /=> 1/],
    ['a symbol', Symbol('s'), /Symbol\(s\)/],
    ['an object', { a: 1 }, /\{"a":1\}/],
    ['an object inside itself', cyclic(), /object/],
    ['null', null, /null/],
  ]
  for (const [name, thrown, expected] of odd) {
    it(`that is ${name} instead of an Error is written all the same`, () => {
      assert.match(
        renderError(new Error('outer', { cause: thrown })).text,
        new RegExp(`Caused by: .*${expected.source}`),
      )
      assert.match(renderError(thrown).text, expected)
    })
  }

  it('of a process that may open no more files says what to raise, wherever it came up', () => {
    for (const reason of ['EMFILE: too many open files, open "/job.js"', 'Worker initialization failure: EMFILE']) {
      const deep = new FlinkError('WORKER_DIED', { worker: 'worker 0', reason })
      const { text, stream } = renderError(new FlinkError('JOB_EXECUTION_FAILED', { jobId: 'ab' }, { cause: deep }))
      assert.equal(stream, 'stderr')
      assert.match(text, /\[TOO_MANY_OPEN_FILES\]: .*EMFILE.*ulimit -n.*\n.*Caused by: .*\[JOB_EXECUTION_FAILED\]/s)
    }
  })

  it('ends although its causes go round in a circle', () => {
    const error = new Error('round')
    error.cause = error
    assert.ok(renderError(error).text.split('Caused by').length <= 11)
  })
})

/** Without frames of this file. */
function plain<C extends ErrorCode>(code: C, details: ErrorDetails<C>, cause?: Error): FlinkError {
  const error = new FlinkError(code, details, cause === undefined ? {} : { cause })
  error.stack = ''
  return error
}

function cyclic(): unknown {
  const object: Record<string, unknown> = {}
  object['self'] = object
  return object
}

describe('The result of a job', () => {
  it('is printed as Flink does, without accumulators', () => {
    assert.deepEqual(
      jobResultLines({ jobId: 'j', netRuntimeMs: 12, accumulatorResults: {}, finalCheckpoint: undefined }),
      ['Program execution finished', 'Job with JobID j has finished.', 'Job Runtime: 12 ms', ''],
    )
  })

  it('has a line an accumulator, lists by their length', () => {
    const error = serializeError(new FlinkError('ACCUMULATOR_TYPES_DIFFER', { name: 'n', first: 'A', second: 'B' }))
    const accumulatorResults = {
      lines: { type: 'IntCounter', value: 3 },
      words: { type: 'ListAccumulator', value: ['a', 'b'] },
      big: { type: 'Big', value: 5n },
      none: { type: 'Last', value: null },
      map: { type: 'Histogram', value: new Map([[1, 2]]) },
      n: { error },
    }
    assert.deepEqual(
      jobResultLines({ jobId: 'j', netRuntimeMs: 12, accumulatorResults, finalCheckpoint: undefined }).slice(3),
      [
        'Accumulator Results: ',
        '- lines (number): 3',
        '- words (Array) [2 elements]',
        '- big (bigint): 5',
        '- none (object): null',
        '- map (object): Map(1) { 1 => 2 }',
        `- n (failed): ${error.message}`,
        '',
        '',
      ],
    )
  })
})

describe('Arguments', () => {
  it("name the job file first; -j names it as well, and all operands are the program's then", () => {
    const programOf = (...args: string[]) => programArguments(parse(runCommand, ...args), runCommand)
    assert.deepEqual(programOf('job.js', '--n', '1'), { jobFile: 'job.js', args: ['--n', '1'] })
    assert.deepEqual(programOf('-j', 'job.js', 'a', 'b'), { jobFile: 'job.js', args: ['a', 'b'] })
    assert.deepEqual(programOf('-j', 'job.js', '--n', '1'), { jobFile: 'job.js', args: ['--n', '1'] })
    assert.deepEqual(programOf('-j', 'job.js', '-a', 'a', '--k', '1'), { jobFile: 'job.js', args: ['a', '--k', '1'] })
    assert.deepEqual(programOf('-a', 'job.js', 'a', '-p', '2'), { jobFile: 'job.js', args: ['a'] })
    assert.throws(() => programOf('-a', 'a', '-p', '2', 'job.js'), /^.*"job\.js" comes after the values of -a/)
    // To Flink's parser it begins like -n, and ends the values.
    assert.throws(() => programOf('-j', 'job.js', '-a', 'a', '--n', '1'), /^.*"--n" comes after the values of -a/)
    assert.throws(() => programOf('-p', '2'), { code: 'PROGRAM_FILE_MISSING_ARGUMENT' })
    assert.throws(() => programOf('-x', 'job.js'), {
      code: 'CLI_ARGUMENT_INVALID',
      message: /^Unrecognized option: -x\n/,
    })
  })

  it('have no option that run does not know in front of the job file: it is told as such, not as a file', () => {
    for (const word of ['--paralellism', '--paralellism=4', '-x', '-5x', '--']) {
      const known = word.startsWith('--par') ? '\n(Did you mean --parallelism?)' : ''
      const where =
        '\nIt comes before the job file, so it is an option of "run"; those of the program come after the file.'
      const misread = word === '--' ? ['--', '-x'] : [word]
      assert.throws(() => programArguments(parse(runCommand, ...misread, '4', 'job.js'), runCommand), {
        code: 'CLI_ARGUMENT_INVALID',
        message: `Unrecognized option: ${misread.at(-1) ?? ''}${known}${where}`,
      })
    }
  })

  it('name entries of a class path as URLs, of which each is looked at, and no class path of Java', () => {
    const programOf = (...args: string[]) => programArguments(parse(runCommand, ...args, 'job.js'), runCommand)
    assert.deepEqual(programOf('-C', 'file:///a', '-C=http://b/c.jar'), { jobFile: 'job.js', args: [] })
    assert.throws(() => programOf('-C', 'lib/a.jar', '-C', 'file:///a'), {
      message: 'Bad syntax for classpath: lib/a.jar',
    })
    assert.throws(() => programOf('-cp', 'a.jar:b.jar'), {
      message: /^-cp is the class path of Java.*\n.*node_modules|archive/,
    })
  })

  it('after the job file are for the program, and whoever names a snapshot there is told so', () => {
    const noteOn = (...args: string[]) => noteOnOptionsForProgram(args, runCommand)
    assert.match(noteOn('--fromSavepoint=/sp/savepoint-1') ?? '', /^--fromSavepoint=\S+ comes after the job file, so/)
    assert.match(noteOn('-s', '/cp/0123/chk-12/') ?? '', /^-s comes .* For flink-ts: run -s \.\.\. <job-file>\.$/)
    for (const args of [['-s', 'localhost'], ['-s'], ['-p', '2'], ['--help'], []])
      assert.equal(noteOn(...args), undefined)
  })

  it('take a parallelism that is a positive whole number; -1 is the default', () => {
    const parallelismOf = (text: string): string | undefined => {
      const configuration = new Configuration()
      applyProgramOptions(parse(runCommand, `-p=${text}`, 'job.js'), configuration)
      return configuration.toMap()['parallelism.default']
    }
    assert.equal(parallelismOf('4'), '4')
    assert.equal(parallelismOf('-1'), undefined)
    assert.equal(parallelismOf('+4'), '4')
    for (const text of ['0', '-2', '2147483648', 'x', '1.5', '1e1', '0x4', '4.0', '']) {
      assert.throws(() => parallelismOf(text), /The parallelism must be a positive number/, text)
    }
  })

  it('for PyFlink are refused by name, and not read as a parallelism', () => {
    for (const args of [
      ['-py', 'x'],
      ['-pym', 'm'],
      ['--pyFiles', 'f'],
      ['-pyreq', 'r'],
      ['-pyarch=a'],
      ['-pyexec', 'e'],
    ]) {
      assert.throws(() => programArguments(parse(runCommand, ...args, 'job.js'), runCommand), {
        code: 'CLI_ARGUMENT_INVALID',
        message:
          /^Python command line option detected .* working as expected\.\nThere is no PyFlink here: .* job\.js\.$/,
      })
    }
  })

  it('take both names of the one savepoint format in any case, and no other', () => {
    for (const type of ['canonical', 'NATIVE', 'Native']) {
      checkSavepointType(parse(savepointCommand, '-type', type))
    }
    checkSavepointType(parse(savepointCommand))
    const rocks = parse(savepointCommand, '--type', 'rocks')
    assert.throws(() => checkSavepointType(rocks), {
      code: 'CLI_VALUE_UNKNOWN',
      message: /SavepointFormatType\. Expected one of: \[\[CANONICAL, NATIVE\]\]\nGiven was: rocks$/,
    })
  })

  it('take a job id in capitals and refuse what is none', () => {
    assert.equal(parseJobIdOperand('CCA7BC1061D61CF15238E92312C2FC20'), 'cca7bc1061d61cf15238e92312c2fc20')
    for (const text of ['', 'abc', 'g'.repeat(32), 'a'.repeat(33), '../x']) {
      assert.throws(() => parseJobIdOperand(text), { code: 'JOB_ID_INVALID' })
    }
  })

  it('name directories from where the user stands; URIs stay as they are', () => {
    assert.equal(absoluteTarget('sp', 'path', '/dir'), '/dir/sp')
    assert.equal(absoluteTarget('../sp', 'path', '/dir/x'), '/dir/sp')
    assert.equal(absoluteTarget('/sp', 'path', '/dir'), '/sp')
    assert.equal(absoluteTarget('file:///sp', 'path', '/dir'), 'file:///sp')
    assert.equal(absoluteTarget('s3://bucket/sp', 'path', '/dir'), 's3://bucket/sp')
  })

  it('name the home directory by ~ at the start of a path only', () => {
    assert.equal(expandHome('~', '/dir'), homedir())
    assert.equal(expandHome('~/run', '/dir'), `${homedir()}/run`)
    assert.equal(expandHome('~other/run', '/dir'), '/dir/~other/run')
    assert.equal(expandHome('run', '/dir'), '/dir/run')
  })

  it('name a directory under a home that is known, and say what to set where it is not', () => {
    const before = process.env['HOME']
    try {
      for (const [home, reason] of [
        ['', 'HOME is empty'],
        ['somewhere', 'HOME is no absolute path: somewhere'],
      ] as const) {
        process.env['HOME'] = home
        assert.throws(() => expandHome('~/run', '/dir'), {
          message: `There is no home directory for ~/run: ${reason}. Set HOME, or cluster.run-directory to a directory of yours.`,
        })
        assert.equal(expandHome('/run', '/dir'), '/run')
      }
    } finally {
      if (before === undefined) delete process.env['HOME']
      else process.env['HOME'] = before
    }
  })
})
