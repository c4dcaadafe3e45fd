import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { CliCommand } from '../../../src/cli/arguments/cli-command.js'
import { cancelCommand } from '../../../src/cli/commands/cancel.js'
import { checkpointCommand } from '../../../src/cli/commands/checkpoint.js'
import { infoCommand } from '../../../src/cli/commands/info.js'
import { listCommand } from '../../../src/cli/commands/list.js'
import { runCommand } from '../../../src/cli/commands/run.js'
import { savepointCommand } from '../../../src/cli/commands/savepoint.js'
import { stopCommand } from '../../../src/cli/commands/stop.js'
import { COMMON_OPTIONS } from '../../../src/cli/arguments/common-options.js'
import { commanderArguments } from '../../../src/cli/arguments/flink-arguments.js'

const COMMANDS = [runCommand, infoCommand, listCommand, stopCommand, cancelCommand, savepointCommand, checkpointCommand]

/** Action and arguments as they are typed, and what commander gets for the arguments. */
const ROWS: readonly (readonly [typed: string, commander: string])[] = [
  ['run', ''],
  ['run job.js', 'job.js'],
  // The forms of a value.
  ['run -p 4 job.js', '--parallelism=4 job.js'],
  ['run -p4 job.js', '--parallelism=4 job.js'],
  ['run -p=4 job.js', '--parallelism=4 job.js'],
  ['run --parallelism 4 job.js', '--parallelism=4 job.js'],
  ['run --parallelism=4 job.js', '--parallelism=4 job.js'],
  ['run -p -1 job.js', '--parallelism=-1 job.js'],
  ['run -c=a=b job.js', '--class=a=b job.js'],
  ['run --class= job.js', '--class= job.js'],
  ['run -s - job.js', '--fromSavepoint=- job.js'],
  ['run -c --unknown job.js', '--class=--unknown job.js'],
  // Properties, the one option without a long name that takes a value.
  ['run -Da=b job.js', '-D a=b job.js'],
  ['run -D a=b job.js', '-D a=b job.js'],
  ['run -Da job.js', '-D a job.js'],
  ['run -Da= job.js', '-D a= job.js'],
  ['list -yD a=b -yDc=d', '-yD a=b -yD c=d'],
  ['list -Da=b=c -Dd=e', '-D a=b=c -D d=e'],
  // As many values as follow.
  [
    'run -j job.js -a x -5 --input y -p 4',
    '--jarfile=job.js --arguments=x --arguments=-5 --arguments=--input --arguments=y --parallelism=4',
  ],
  ['run --arguments x y -- z', '--arguments=x --arguments=y -- z'],
  ['run -a -p 4 job.js', '--arguments'],
  ['info -a=x -ay z', '--arguments=x --arguments=y z'],
  // Several letters after one dash.
  ['run -py job.py', '--python=job.py'],
  ['run -pym job -pyfs a.py', '--pyModule=job --pyFiles=a.py'],
  ['run -cp a.jar job.js', '-cp a.jar job.js'],
  ['run -C file:/a -Cfile:/b job.js', '--classpath=file:/a --classpath=file:/b job.js'],
  ['run -sae job.js', '--shutdownOnAttachedExit job.js'],
  ['run -cm claim -rm no_claim job.js', '--claimMode=claim --restoreMode=no_claim job.js'],
  ['run -yd job.js', '--yarndetached job.js'],
  ['list -yid application_1', '--yarnapplicationId=application_1'],
  ['stop -type native JOB', '--type=native JOB'],
  ['savepoint JOB -detached', 'JOB -detached'],
  ['checkpoint -full JOB', '--full JOB'],
  // Long names after one dash, and prefixes that no other name has.
  ['savepoint -dispose DIR', '--dispose=DIR'],
  ['stop -savepointP DIR JOB', '--savepointPath=DIR JOB'],
  ['run --par 3 job.js', '--parallelism=3 job.js'],
  ['stop --sav=DIR JOB', '--savepointPath=DIR JOB'],
  ['checkpoint --ful JOB', '--full JOB'],
  // Clusters.
  ['list -rs', '--running --scheduled'],
  ['run -dp 4 job.js', '--detached --parallelism=4 job.js'],
  ['run -dnp4 job.js', '--detached --allowNonRestoredState --parallelism=4 job.js'],
  // Values that may be left out.
  ['cancel -s DIR JOB', '--withSavepoint=DIR JOB'],
  ['cancel JOB -s', 'JOB --withSavepoint'],
  ['cancel -s -m localhost:1 JOB', '--withSavepoint --jobmanager=localhost:1 JOB'],
  ['cancel -s -- JOB', '--withSavepoint -- JOB'],
  ['cancel -sDIR JOB', '--withSavepoint=DIR JOB'],
  ['stop JOB -p=DIR', 'JOB --savepointPath=DIR'],
  // What is the program's own stays as it is.
  ['run job.js -p 4 -- -Da=b --par', 'job.js -p 4 -- -Da=b --par'],
  ['run -d -- -p job.js', '--detached -- -p job.js'],
  ['run --foo -p 4 job.js', '--foo -p 4 job.js'],
  ['run -5 -p 4', '-5 -p 4'],
  // Of a value that is missing commander is told, and of nothing after it.
  ['run -p', '--parallelism'],
  ['run -p -d job.js', '--parallelism'],
  ['list -D -r', '-D'],
  ['list -m -- JOB', '--jobmanager'],
  // What begins like an option is no value, even where it is none.
  ['run -s -dfoo', '--fromSavepoint'],
  ['cancel -s -3 JOB', '--withSavepoint=-3 JOB'],
  ['run -parallelism16 job.js', '--parallelism=16 job.js'],
  // The first value counts.
  ['run -p 1 -p 2 job.js', '--parallelism=1 job.js'],
  ['stop -p -p DIR --sav=other JOB', '--savepointPath --savepointPath=DIR JOB'],
  // A prefix of one of Flink's options means that, whatever ours are called.
  ['list --j h:1', '--jobmanager=h:1'],
  ['list --js --qu', '--json --quiet'],
  // Operands.
  ['cancel -- -s JOB', '-- -s JOB'],
  ['cancel - JOB', '- JOB'],
]

function words(text: string): string[] {
  return text === '' ? [] : text.split(' ')
}

function optionsOf(command: CliCommand) {
  return [...command.options, ...COMMON_OPTIONS]
}

describe('The arguments that commander gets', () => {
  for (const [typed, expected] of ROWS) {
    it(`for "${typed}" are "${expected}"`, () => {
      const [action, ...args] = words(typed)
      const command = COMMANDS.find(({ name }) => name === action)
      assert.ok(command)
      assert.deepEqual(commanderArguments(args, optionsOf(command), command.stopAtOperand), words(expected))
    })
  }

  it('hold no option that the action does not know', () => {
    for (const [action, word] of [
      [listCommand, '--foo'],
      [listCommand, '-ax'],
      [listCommand, '--all=yes'],
      [stopCommand, '--detached'],
      [stopCommand, '-s'],
      [cancelCommand, '-5'],
    ] as const) {
      const refused = { code: 'CLI_ARGUMENT_INVALID', message: new RegExp(`^Unrecognized option: ${word}\\b`) }
      assert.throws(() => commanderArguments(['x', word, '-m'], optionsOf(action), action.stopAtOperand), refused)
    }
  })

  it('are not guessed where a prefix has several names', () => {
    const message = "Ambiguous option: '--c'  (could be: 'class', 'classpath', 'claimMode')"
    for (const args of [['--c', 'x'], ['--c=x'], ['-p', '4', '--c']]) {
      assert.throws(() => commanderArguments(args, optionsOf(runCommand), true), {
        code: 'CLI_ARGUMENT_INVALID',
        message,
      })
    }
  })

  it('come to the same when they are put into this form once more', () => {
    const token = fc.constantFrom(
      '-p',
      '-p4',
      '-d',
      '-sae',
      '--par=3',
      '-Da=b',
      '-D',
      'x',
      '--class',
      '--',
      '-',
      '-dp',
      '',
    )
    const put = (args: readonly string[]) => commanderArguments(args, optionsOf(runCommand), true)
    fc.assert(
      fc.property(fc.array(token), (args) => {
        assert.deepEqual(put(put(args)), put(args))
      }),
    )
  })
})
