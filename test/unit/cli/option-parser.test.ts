import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { runCommand } from '../../../src/cli/commands/run.js'
import { cancelCommand } from '../../../src/cli/commands/cancel.js'
import { listCommand } from '../../../src/cli/commands/list.js'
import { stopCommand } from '../../../src/cli/commands/stop.js'
import { COMMON_OPTIONS } from '../../../src/cli/common-options.js'
import type { CliCommand } from '../../../src/cli/cli-command.js'
import { parseOptions } from '../../../src/cli/option-parser.js'

function parse(command: CliCommand, ...args: string[]) {
  const parsed = parseOptions(args, [...command.options, ...COMMON_OPTIONS], command.stopAtOperand)
  return { options: Object.fromEntries(parsed.values), operands: parsed.operands }
}

describe('the option parser', () => {
  for (const form of [['-p', '4'], ['-p4'], ['-p=4'], ['--parallelism', '4'], ['--parallelism=4'], ['--par', '4']]) {
    it(`reads ${form.join(' ')} as parallelism 4`, () => {
      assert.deepEqual(parse(runCommand, ...form, 'job.js').options, { parallelism: ['4'] })
    })
  }

  it('leaves everything behind the job file to the program', () => {
    assert.deepEqual(parse(runCommand, '-d', 'job.js', '-p', '4', '--help').operands, ['job.js', '-p', '4', '--help'])
  })

  it('takes an unknown option of run for the job file', () => {
    assert.deepEqual(parse(runCommand, '--foo', 'job.js').operands, ['--foo', 'job.js'])
  })

  it('refuses an unknown option elsewhere', () => {
    assert.throws(() => parse(listCommand, '--foo'), { message: 'Unrecognized option: --foo' })
  })

  it('does not take one letter behind one dash for the beginning of a long name', () => {
    assert.throws(() => parse(stopCommand, '-s', 'dir', 'JOB'), { message: 'Unrecognized option: -s' })
    assert.deepEqual(parse(stopCommand, '-savepointP', 'dir', 'JOB').options, { savepointPath: ['dir'] })
  })

  it('splits a cluster of flags', () => {
    assert.deepEqual(parse(listCommand, '-rs').options, { running: [true], scheduled: [true] })
  })

  it('lets the last of a cluster take a value', () => {
    assert.deepEqual(parse(runCommand, '-dp', '4', 'job.js').options, { detached: [true], parallelism: ['4'] })
  })

  it('knows options of several letters behind one dash', () => {
    assert.deepEqual(parse(runCommand, '-sae', 'job.js').options, { shutdownOnAttachedExit: [true] })
  })

  it('names the candidates of an ambiguous prefix', () => {
    assert.throws(
      () => parse(runCommand, '--c', 'x'),
      (error) =>
        FlinkError.is(error, 'CLI_ARGUMENT_INVALID') &&
        error.message === "Ambiguous option: '--c'  (could be: 'class', 'classpath', 'claimMode')",
    )
  })

  it('names the option whose argument is missing', () => {
    assert.throws(() => parse(runCommand, '-p'), { message: 'Missing argument for option: p' })
  })

  it('gives an optional value the next token unless that is an option', () => {
    assert.deepEqual(parse(cancelCommand, '-s', '/tmp/sp', 'JOB'), {
      options: { withSavepoint: ['/tmp/sp'] },
      operands: ['JOB'],
    })
    assert.deepEqual(parse(cancelCommand, 'JOB', '-s'), { options: { withSavepoint: [true] }, operands: ['JOB'] })
    assert.deepEqual(parse(cancelCommand, '-s', '-m', 'h:1', 'JOB').operands, ['JOB'])
  })

  it('collects every -D', () => {
    assert.deepEqual(parse(runCommand, '-Da=b=c', '-D', 'd=e', 'job.js').options, { D: ['a=b=c', 'd=e'] })
  })

  it('takes everything behind -- for operands', () => {
    assert.deepEqual(parse(cancelCommand, '--', '-s', 'JOB').operands, ['-s', 'JOB'])
    assert.deepEqual(parse(runCommand, '-d', '--', '-p', 'job.js').operands, ['-p', 'job.js'])
  })

  it('gives a value that begins with a dash and is no option to the option before it', () => {
    assert.deepEqual(parse(runCommand, '-p', '-1', 'job.js').options, { parallelism: ['-1'] })
    assert.deepEqual(parse(cancelCommand, '-s', '-', 'JOB').options, { withSavepoint: ['-'] })
  })

  it('reads arguments of a program exactly as they were given, whatever they are', () => {
    const argument = fc.oneof(fc.string(), fc.constantFrom('-p', '--', '-h', '-Da=b', '--class=x', '-', ''))
    fc.assert(
      fc.property(fc.array(argument), (args) => {
        const { options, operands } = parse(runCommand, '-p', '3', 'job.js', ...args)
        assert.deepEqual(operands, ['job.js', ...args])
        assert.deepEqual(options, { parallelism: ['3'] })
      }),
    )
  })

  it('reads any value behind = as it is', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        assert.deepEqual(parse(runCommand, `--class=${value}`, 'job.js').options, { class: [value] })
      }),
    )
  })
})
