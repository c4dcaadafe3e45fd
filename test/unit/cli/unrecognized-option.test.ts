import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { COMMON_OPTIONS } from '../../../src/cli/arguments/common-options.js'
import { unrecognizedOption } from '../../../src/cli/arguments/unrecognized-option.js'
import { runCommand } from '../../../src/cli/commands/run.js'
import { savepointCommand } from '../../../src/cli/commands/savepoint.js'

const RUN = [...runCommand.options, ...COMMON_OPTIONS]

describe('An option that an action does not know', () => {
  for (const [token, advice] of [
    ['--paralelism=2', 'Did you mean --parallelism?'],
    ['--paralellism', 'Did you mean --parallelism?'],
    ['--fromsavepoint', 'Did you mean --fromSavepoint?'],
    ['--from-savepoint=x', 'Did you mean --fromSavepoint?'],
    ['--claimMod2', 'Did you mean --claimMode?'],
    ['--savepoint=/sp', 'Did you mean --fromSavepoint?'],
    ['-sea', 'Did you mean --shutdownOnAttachedExit?'],
    ['--jsno', 'Did you mean --json?'],
    ['--help=x', '--help takes no value.'],
    ['--detached=true', '--detached takes no value.'],
    ['-d=1', '-d takes no value.'],
  ] as const) {
    it(`is told with what it was most likely meant to be: ${token}`, () => {
      assert.equal(unrecognizedOption(token, RUN), `Unrecognized option: ${token}\n(${advice})`)
    })
  }

  it('that has only a short form is named by that', () => {
    assert.equal(
      unrecognizedOption('--detached', savepointCommand.options),
      'Unrecognized option: --detached\n(Did you mean -detached?)',
    )
  })

  it('and is near to none, or only to one that is not listed, is told as it is', () => {
    for (const token of [
      '--entirely-other',
      '-x',
      '-',
      '--',
      '--jarfil',
      '--yarnqueu',
      '--sav',
      '--mode-of',
      '--all-',
    ]) {
      assert.equal(unrecognizedOption(token, RUN), `Unrecognized option: ${token}`)
    }
    const two = { short: 'xy', value: 'none', description: '' } as const
    assert.equal(unrecognizedOption('-x', [two]), 'Unrecognized option: -x', 'one letter of two')
  })
})
