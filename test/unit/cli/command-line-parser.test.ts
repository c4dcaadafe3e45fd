import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { CliCommand } from '../../../src/cli/arguments/cli-command.js'
import { cancelCommand } from '../../../src/cli/commands/cancel.js'
import { infoCommand } from '../../../src/cli/commands/info.js'
import { listCommand } from '../../../src/cli/commands/list.js'
import { runCommand } from '../../../src/cli/commands/run.js'
import { savepointCommand } from '../../../src/cli/commands/savepoint.js'
import { stopCommand } from '../../../src/cli/commands/stop.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { parse, readCommandLine } from './parse.js'

const COMMANDS = [runCommand, listCommand, cancelCommand, savepointCommand, stopCommand, infoCommand]

describe('The command line', () => {
  for (const form of [['-p', '4'], ['-p4'], ['-p=4'], ['--parallelism', '4'], ['--parallelism=4'], ['--par', '4']]) {
    it(`reads ${form.join(' ')} as parallelism 4`, () => {
      assert.deepEqual({ ...parse(runCommand, ...form, 'job.js').values }, { parallelism: '4' })
    })
  }

  it('names the action and its options', () => {
    assert.deepEqual(readCommandLine(COMMANDS, 'list', '-rs'), {
      exitCode: undefined,
      printed: '',
      parsed: { values: { running: true, scheduled: true }, operands: [] },
    })
  })

  it('gives an action that it does not know no power over the terminal', () => {
    const { printed, exitCode } = readCommandLine(COMMANDS, '\u001b[31mX')
    assert.match(printed, /^"\\u001b\[31mX" is not a valid action\./)
    assert.equal(exitCode, 1)
  })

  it('leaves everything after the job file to the program', () => {
    const { operands } = parse(runCommand, '-d', 'job.js', '-p', '4', '--help', '--', '-d')
    assert.deepEqual(operands, ['job.js', '-p', '4', '--help', '--', '-d'])
  })

  it('takes an unknown option of run for the job file', () => {
    assert.deepEqual(parse(runCommand, '--foo', 'job.js', '-h').operands, ['--foo', 'job.js', '-h'])
  })

  const refused: readonly (readonly [line: string, message: string])[] = [
    ['list --foo', 'Unrecognized option: --foo'],
    ['list --foo -m', 'Unrecognized option: --foo'],
    ['list --foo --help', 'Unrecognized option: --foo'],
    ['list --help --foo', 'Unrecognized option: --foo'],
    ['list -ax', 'Unrecognized option: -ax'],
    ['list -5', 'Unrecognized option: -5'],
    ['stop -p --drain=yes', 'Unrecognized option: --drain=yes\n(--drain takes no value.)'],
    ['cancel -type --withSavepoint', 'Missing argument for option: type'],
    ['list --scheduld', 'Unrecognized option: --scheduld\n(Did you mean --scheduled?)'],
    ['list --all=yes', 'Unrecognized option: --all=yes\n(--all takes no value.)'],
    ['stop --detached JOB', 'Unrecognized option: --detached\n(Did you mean -detached?)'],
    ['list --allx=1', 'Unrecognized option: --allx=1\n(Did you mean --all?)'],
    ['stop -s DIR JOB', 'Unrecognized option: -s'],
    ['run -p', 'Missing argument for option: p'],
    ['run -p -d job.js', 'Missing argument for option: p'],
    ['run -cm', 'Missing argument for option: cm'],
    ['savepoint --dispose', 'Missing argument for option: d'],
    ['run -a', 'Missing argument for option: a'],
    ['list -a -m', 'Missing argument for option: m'],
    // Flink reads the options that all actions share first, and there -r and -v are none.
    ['list -Da=b -D -r', 'Missing argument for option: D'],
    ['list -m -v', 'Missing argument for option: m'],
    ['list -v -m', 'Missing argument for option: m'],
    ['cancel JOB -m', 'Missing argument for option: m'],
    ['run -clas x', "Ambiguous option: '-clas'  (could be: 'class', 'classpath')"],
    ['run -s --c x', "Ambiguous option: '--c'  (could be: 'class', 'classpath', 'claimMode')"],
    ['run --c x', "Ambiguous option: '--c'  (could be: 'class', 'classpath', 'claimMode')"],
  ]
  for (const [line, message] of refused) {
    it(`"${line}" is refused: ${message}`, () => {
      assert.throws(
        () => readCommandLine(COMMANDS, ...line.split(' ')),
        (error) => {
          return FlinkError.is(error, 'CLI_ARGUMENT_INVALID') && error.message === message
        },
      )
    })
  }

  for (const line of [
    'list -m',
    'run -t',
    'stop -D',
    'list -Da=b -e',
    'info --target',
    'list -z',
    'cancel -m -t local',
  ]) {
    it(`"${line}" ends before any action is looked at, as in Flink, with 31`, () => {
      assert.throws(
        () => readCommandLine(COMMANDS, ...line.split(' ')),
        (error) =>
          FlinkError.is(error, 'CLI_OPTION_WITHOUT_VALUE') &&
          /^Missing argument for option: [mtDez]$/.test(error.message) &&
          error.exitCode === 31,
      )
    })
  }

  it('gives an optional value the next word unless that is an option', () => {
    const parsed = parse(cancelCommand, '-s', '/tmp/sp', 'JOB')
    assert.deepEqual(parsed, { values: { withSavepoint: '/tmp/sp' }, operands: ['JOB'] })
    assert.deepEqual(parse(cancelCommand, 'JOB', '-s'), { values: { withSavepoint: true }, operands: ['JOB'] })
    assert.deepEqual(parse(cancelCommand, '-s', '-m', 'h:1', 'JOB').operands, ['JOB'])
    assert.deepEqual(parse(cancelCommand, '-s', '-', 'JOB').values, { withSavepoint: '-' })
  })

  it('collects every -D, and takes the first value of other options, as Flink does', () => {
    const { values } = parse(runCommand, '-Da=b=c', '-p1', '-D', 'd=e', '-p', '2', 'job.js')
    assert.deepEqual(values, { D: ['a=b=c', 'd=e'], parallelism: '1' })
    assert.deepEqual(parse(cancelCommand, '-s', '-s', 'a', '-s', 'b', 'JOB', '-s').values, { withSavepoint: 'a' })
    assert.throws(() => parse(runCommand, '-p', '1', '-p'), { message: 'Missing argument for option: p' })
  })

  it('knows the option that has several letters and no long name', () => {
    assert.deepEqual(parse(savepointCommand, 'JOB', '-detached').values, { detached: true })
    assert.deepEqual(parse(runCommand, '--detached', 'job.js').values, { detached: true })
  })

  it('takes everything after -- for operands', () => {
    assert.deepEqual(parse(cancelCommand, '--', '-s', 'JOB').operands, ['-s', 'JOB'])
    assert.deepEqual(parse(runCommand, '-d', '--', '-p', 'job.js').operands, ['-p', 'job.js'])
  })

  it('lets an action have more operands than it needs', () => {
    assert.deepEqual(parse(listCommand, 'help', 'run', '-').operands, ['help', 'run', '-'])
  })

  it('reads arguments of a program exactly as they were given, whatever they are', () => {
    const argument = fc.oneof(fc.string(), fc.constantFrom('-p', '--', '-h', '-Da=b', '--class=x', '-', ''))
    fc.assert(
      fc.property(fc.array(argument), (args) => {
        const parsed = parse(runCommand, '-p', '3', 'job.js', ...args)
        assert.deepEqual(parsed, { values: { parallelism: '3' }, operands: ['job.js', ...args] })
      }),
    )
  })

  it('reads any value after = as it is', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const { values } = parse(runCommand, `--class=${value}`, `-D=${value}`, 'job.js')
        assert.deepEqual(values, { class: value, D: [value] })
      }),
    )
  })

  for (const action of ['walk', '', '--', '--foo', '-D', 'help', 'constructor']) {
    it(`answers "${action}", which is no action, with those that there are`, () => {
      const { exitCode, printed, parsed } = readCommandLine(COMMANDS, action, 'list')
      assert.deepEqual({ exitCode, parsed }, { exitCode: 1, parsed: undefined })
      assert.equal(
        printed,
        [
          `"${action}" is not a valid action.`,
          'Valid actions are "run", "list", "cancel", "savepoint", "stop", or "info".',
          'Specify the version option (-v or --version) to print flink-ts version.',
          'Specify the help option (-h or --help) to get help on the command.\n',
        ].join('\n\n'),
      )
    })
  }

  it('names the action that was meant, of two words as well, but none that is hidden', () => {
    const inspect = { ...savepointCommand, name: 'savepoint inspect' }
    const hidden: CliCommand = { ...listCommand, name: 'complete', hidden: true }
    const answerTo = (action: string): string => readCommandLine([...COMMANDS, inspect, hidden], action).printed
    for (const [given, meant] of [
      ['lsit', 'list'],
      ['Cancle', 'cancel'],
      ['savepoint-inspect', 'savepoint inspect'],
    ] as const) {
      const [first, second, third] = answerTo(given).split('\n')
      assert.deepEqual([first, second, third], [`"${given}" is not a valid action.`, `(Did you mean ${meant}?)`, ''])
    }
    assert.match(answerTo('compelte'), /^"compelte" is not a valid action\.\n\nValid actions are .*, or "info"\.\n/)
    assert.doesNotMatch(readCommandLine([...COMMANDS, hidden], '--help').printed, /"complete"/)
  })
})

describe('The help', () => {
  it('of an action names it, its syntax, its options as Flink writes them, and examples', () => {
    for (const form of ['-h', '--help', '--he']) {
      const { exitCode, printed, parsed } = readCommandLine([cancelCommand], 'cancel', 'JOB', form)
      assert.deepEqual({ exitCode, parsed }, { exitCode: 0, parsed: undefined })
      assert.match(printed, /^\nAction "cancel" cancels a running program\.\n\n {2}Syntax: cancel \[OPTIONS\] <Job ID>/)
      assert.match(printed, /\n {2}"cancel" action options:\n {5}-s,--withSavepoint \[targetDirectory\] {3}\S/)
      assert.match(printed, /\n {2}Options of every action:\n {5}-D <property=value> +\S/)
      assert.match(printed, /Examples:\n {5}flink-ts cancel cca7/)
    }
  })

  it('does not list what is only accepted for scripts', () => {
    const { printed } = readCommandLine([cancelCommand], 'cancel', '-h')
    assert.doesNotMatch(printed, /zookeeper|yarn|--executor/i)
  })

  it("keeps within Flink's 80 columns, options in the order of their short names", () => {
    const { printed } = readCommandLine(COMMANDS, '--help')
    const options = printed.split('\n').filter((line) => /^ {5}(-| )/.test(line))
    assert.ok(options.length > 20)
    for (const line of options) assert.ok(line.length <= 80, line)
    const ofStop = readCommandLine([stopCommand], 'stop', '-h').printed
    assert.match(ofStop, /-d,--drain [^]*\n {5}-detached [^]*\n {5}-p,--savepointPath [^]*\n {5}-type,--type /)
  })

  it('of all actions is shown when asked for, and where no action is named, which is an error', () => {
    const asked = readCommandLine(COMMANDS, '-h')
    assert.equal(asked.exitCode, 0)
    assert.match(
      asked.printed,
      /^\.\/flink-ts <ACTION> \[OPTIONS\] \[ARGUMENTS\]\n\nThe following actions are available:\n/,
    )
    const none = readCommandLine(COMMANDS)
    assert.deepEqual(none, { ...asked, exitCode: 1, printed: `${asked.printed}Please specify an action.\n` })
  })
})

describe('A path that is empty', () => {
  const job = 'cca7bc1061d61cf15238e92312c2fc20'
  const lines: readonly (readonly [CliCommand, readonly string[]])[] = [
    [savepointCommand, ['-d', '']],
    [savepointCommand, [job, '']],
    [stopCommand, ['-p=', job]],
    [cancelCommand, ['-s=', job]],
    [runCommand, ['-s', '', 'job.js']],
    [runCommand, ['']],
  ]
  for (const [command, args] of lines) {
    it(`is not the directory in which one stands: ${command.name} ${JSON.stringify(args)}`, async () => {
      const printed: string[] = []
      const context = {
        workingDirectory: '/home',
        configuration: new Configuration(),
        print: (text: string) => printed.push(text),
      } as never
      await assert.rejects(
        async () => command.execute(parse(command, ...args), context),
        (error) => FlinkError.is(error, 'CLI_ARGUMENT_INVALID') && /^The .* is empty\. Write it/.test(error.message),
      )
      assert.deepEqual(printed, [])
    })
  }
})
