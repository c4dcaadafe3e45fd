import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { answersOf } from '../../../src/cli/arguments/answers.js'
import type { CliCommand } from '../../../src/cli/arguments/cli-command.js'
import { entryFilter, keyIn } from '../../../src/cli/arguments/entry-options.js'
import { refuseSubAction, withSubAction } from '../../../src/cli/arguments/sub-actions.js'
import { savepointCommand } from '../../../src/cli/commands/savepoint.js'
import { savepointInspectCommand } from '../../../src/cli/commands/savepoint-inspect.js'
import { savepointRescaleCommand } from '../../../src/cli/commands/savepoint-rescale.js'
import { stateCommand } from '../../../src/cli/commands/state.js'
import { stateDiffCommand } from '../../../src/cli/commands/state-diff.js'
import { stateExportCommand } from '../../../src/cli/commands/state-export.js'
import { stateGetCommand } from '../../../src/cli/commands/state-get.js'
import { stateImportCommand } from '../../../src/cli/commands/state-import.js'
import { stateLsCommand } from '../../../src/cli/commands/state-ls.js'
import { PLAIN_DIAGNOSTICS } from '../../../src/cli/terminal/colours.js'
import { byteSize } from '../../../src/core/io/byte-size.js'
import { columns } from '../../../src/cli/output/columns.js'
import { listingLines, snapshotLines } from '../../../src/cli/output/snapshot-lines.js'
import { exitCodeOf, takeLines } from '../../../src/cli/job/print-entries.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { parse, readCommandLine } from './parse.js'

const COMMANDS = [
  savepointInspectCommand,
  savepointRescaleCommand,
  stateLsCommand,
  stateGetCommand,
  stateExportCommand,
  stateDiffCommand,
  stateImportCommand,
]

function contextThatPrints(printed: string[], isOpen = true): Parameters<CliCommand['execute']>[1] {
  return {
    ...answersOf({ values: {}, operands: [] }, (line) => printed.push(line)),
    configuration: new Configuration(),
    configurationDirectory: '/conf',
    diagnostics: PLAIN_DIAGNOSTICS,
    print: (line) => printed.push(line),
    isOutputOpen: () => isOpen,
    printError: (text) => printed.push(text),
    workingDirectory: '/',
    programThread: undefined,
  }
}

describe('An action of two words', () => {
  it('is told from an action on a job or file', () => {
    assert.deepEqual(withSubAction(['savepoint', 'inspect', 'x', '--json']), ['savepoint inspect', 'x', '--json'])
    assert.deepEqual(withSubAction(['state', 'ls']), ['state ls'])
    for (const args of [
      ['savepoint', 'a'.repeat(32)],
      ['savepoint', '-d', 'inspect'],
      ['run', 'inspect'],
      ['inspect'],
      [],
    ]) {
      assert.deepEqual(withSubAction(args), args)
    }
  })

  it('is advised of where a word is nearly one', () => {
    assert.throws(
      () => refuseSubAction('state', 'exprt'),
      /"state exprt" is not a valid action\.\n\(Did you mean state export\?\)/,
    )
    assert.throws(
      () => refuseSubAction('state', undefined),
      /Missing what to do with state\. Valid are state ls, .* and state import\./,
    )
    assert.throws(() => stateCommand.execute(parse(stateCommand, 'xyz'), contextThatPrints([])), /Valid are state ls/)
  })

  it('is not taken for a job where it is misspelled', async () => {
    const misspelled = savepointCommand.execute(parse(savepointCommand, 'inspct', '/tmp/x'), contextThatPrints([]))
    await assert.rejects(misspelled, /Cannot parse JobID from "inspct"\.\n\(Did you mean savepoint inspect\?\)/)
  })

  for (const command of COMMANDS) {
    it(`has a help with examples: ${command.name}`, () => {
      const { printed, exitCode } = readCommandLine([command], command.name, '-h')
      assert.equal(exitCode, 0)
      assert.ok(
        printed.startsWith(`\nAction "${command.name}" ${command.sentence}\n\n  Syntax: ${command.name} `),
        printed,
      )
      assert.ok(
        printed.includes(`  Examples:\n     flink-ts ${command.name} `) || printed.includes('  Examples:\n     echo'),
        printed,
      )
    })

    it(`says what is missing: ${command.name}`, async () => {
      await assert.rejects(async () => command.execute(parse(command), contextThatPrints([])), /Missing/)
    })
  }

  it('takes no more than it knows what to do with', async () => {
    for (const [command, ...args] of [
      [savepointInspectCommand, 'a', 'b'],
      [stateLsCommand, 'a', 'b'],
      [stateExportCommand, 'a', 'b'],
      [stateGetCommand, 'a', 'b', 'c', 'd'],
      [stateDiffCommand, 'a', 'b', 'c'],
      [stateImportCommand, 'a', 'b', 'c'],
      [savepointRescaleCommand, 'a', 'b'],
    ] as const) {
      await assert.rejects(
        async () => command.execute(parse(command, ...args), contextThatPrints([])),
        /what is [bcd]\?/,
      )
    }
  })

  it('says of a job where the key was looked for', async (t) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-snapshot-actions-'))
    t.after(() => {
      rmSync(directory, { recursive: true, force: true })
    })
    const configuration = Configuration.fromMap({ 'cluster.run-directory': directory })
    const [jobId, context] = ['cca7bc1061d61cf15238e92312c2fc20', { ...contextThatPrints([]), configuration }]
    const asked = stateGetCommand.execute(parse(stateGetCommand, jobId, 'count', 'ann'), context)
    await assert.rejects(
      asked,
      /in job cca7bc\w+: no queryable state 'count' of it answers, nor does its newest checkpoint/,
    )
    const ofOperator = parse(stateGetCommand, jobId, 'count', 'ann', '--operator', 'counts')
    await assert.rejects(stateGetCommand.execute(ofOperator, context), /Could not look up the key in 'cca7bc\w+'/)
  })

  it('writes nowhere without -o, and to no max parallelism that is none', async () => {
    const refused = async (message: RegExp, command: CliCommand, ...args: string[]): Promise<void> => {
      await assert.rejects(async () => command.execute(parse(command, ...args), contextThatPrints([])), message)
    }
    await refused(/Missing -o/, stateImportCommand, 'a', 'b')
    await refused(/Missing -o/, savepointRescaleCommand, 'a', '--max-parallelism', '4')
    await refused(/Missing --max-parallelism/, savepointRescaleCommand, 'a', '-o', 'b')
    await refused(/four is no whole number/, savepointRescaleCommand, 'a', '-o', 'b', '--max-parallelism', 'four')
  })
})

describe('The filter of entries', () => {
  it('has names separated by commas, and a key as JSON or as it is', () => {
    const parsed = parse(
      stateExportCommand,
      'x',
      '--operator',
      String.raw`a,b\,c`,
      '--state',
      'count',
      '--key',
      '[1, "x"]',
    )
    assert.deepEqual(entryFilter(parsed), { operators: ['a', 'b,c'], states: ['count'], key: [1, 'x'] })
    assert.deepEqual(entryFilter(parse(stateExportCommand, 'x')), { operators: [], states: [] })
    assert.deepEqual([keyIn('1'), keyIn('"1"'), keyIn('user-1'), keyIn('{"id":1}')], [1, '1', 'user-1', { id: 1 }])
    assert.throws(() => keyIn('{"id":'), /no JSON/)
  })
})

describe('What is printed of a snapshot', () => {
  it('has sizes of two or three digits and columns below each other', () => {
    assert.deepEqual([0, 512, 1536, 10_240, 5e9].map(byteSize), ['0 B', '512 B', '1.5 KB', '10 KB', '4.7 GB'])
    assert.deepEqual(
      columns(
        [
          ['a', '1'],
          ['bcd', '10'],
        ],
        [1],
      ),
      ['a     1', 'bcd  10'],
    )
  })

  it('is a table of states an operator', () => {
    const state = { name: 'count', kind: 'value', type: 'LONG', schemaVersion: 0, namespaces: null } as const
    const operator = { operatorId: 'a'.repeat(32), uid: null, name: 'Counts', parallelism: 2, maxParallelism: 128 }
    const lines = snapshotLines({
      path: '/cp/chk-1',
      kind: 'checkpoint',
      engineVersion: '1',
      jobId: 'b'.repeat(32),
      jobName: 'job\u001b[31m',
      checkpointId: 1,
      timestamp: 0,
      isDrained: true,
      sizeBytes: 2048,
      operators: [
        {
          ...operator,
          isFullyFinished: true,
          sizeBytes: 2048,
          coordinatorBytes: 10,
          channelBytes: 20,
          channelRecords: 3,
          backend: 'rocksdb',
          states: [
            { ...state, entries: 12, entriesAtMost: true, sizeBytes: 5 },
            { ...state, name: 'other', entries: null, entriesAtMost: false, sizeBytes: null },
          ],
        },
      ],
    })
    assert.deepEqual(lines, [
      'Checkpoint /cp/chk-1',
      String.raw`  job job\u001b[31m (${'b'.repeat(32)})`,
      '  number 1, taken 1970-01-01T00:00:00.000Z by flink-ts 1, the job was drained for it',
      '  2.0 KB of state in 1 operator',
      '',
      `Counts (id ${'a'.repeat(32)})`,
      '  parallelism 2, max parallelism 128, 2.0 KB, finished, keyed state in files of rocksdb, coordinator 10 B, 3 records in flight (20 B)',
      '    state  kind   type  namespaces  version  entries  size',
      '    count  value  LONG  -                 0    <= 12   5 B',
      '    other  value  LONG  -                 0        ?     ?',
    ])
  })

  it('is a line a snapshot of a directory, and what is damaged with its reason', () => {
    const snapshot = {
      kind: 'checkpoint',
      jobId: 'b',
      jobName: 'job',
      checkpointId: 2,
      timestamp: 0,
      sizeBytes: 1,
    } as const
    const unknown = { kind: null, jobId: null, jobName: null, checkpointId: null, timestamp: null, sizeBytes: null }
    assert.deepEqual(
      listingLines('/cp', [
        { path: '/cp/chk-3', ...unknown, damage: 'cut off' },
        { path: '/cp/chk-2', ...snapshot },
      ]),
      [
        'Found 2 snapshots, the newest first',
        '?                         ?           ?    ?  ?    /cp/chk-3  (damaged: cut off)',
        '1970-01-01T00:00:00.000Z  checkpoint  2  1 B  job  /cp/chk-2',
      ],
    )
    assert.deepEqual(listingLines('/cp', []), ['Found no snapshots below /cp.'])
  })

  it('are lines without power over a terminal, until nobody reads them', () => {
    const printed: string[] = []
    assert.equal(takeLines(contextThatPrints(printed))('{"a":"\u2028\u202e"}\n{"b":1}\n'), true)
    assert.deepEqual(printed, [String.raw`{"a":"\u2028\u202e"}` + '\n{"b":1}'])
    assert.equal(takeLines(contextThatPrints(printed, false))('{}\n'), false)
  })

  it('is no success where something was left out', () => {
    const printed: string[] = []
    assert.equal(exitCodeOf([], contextThatPrints(printed)), 0)
    assert.equal(exitCodeOf([{ operator: 'o', state: 's', type: 'KILOMETRES' }], contextThatPrints(printed)), 1)
    assert.match(
      printed.join(''),
      /^WARNING: State 's' of operator 'o' was left out: it is written as KILOMETRES, which only/,
    )
  })
})
