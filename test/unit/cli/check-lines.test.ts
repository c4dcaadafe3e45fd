import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkCommand } from '../../../src/cli/commands/check.js'
import { checkLines } from '../../../src/cli/output/check-lines.js'
import { checkReport } from '../../../src/cli/output/check-report.js'
import type { CheckedOperator, CheckedState, RestoreCheck } from '../../../src/cluster/restore-check-result.js'
import type { SnapshotSummary } from '../../../src/state-processor/snapshot-summary.js'
import { parse, readCommandLine } from './parse.js'

const LONG = { type: 'LONG', schemaVersion: 0, namespaces: null }
const ID = 'a'.repeat(32)

function state(name: string, overrides: Partial<CheckedState> = {}): CheckedState {
  return { name, kind: 'value', verdict: 'matched', stored: LONG, declared: LONG, ...overrides }
}

function operator(states: readonly CheckedState[], overrides: Partial<CheckedOperator> = {}): CheckedOperator {
  const one = { stored: 1, planned: 1 }
  const max = { stored: 128, planned: 128 }
  const head = { operatorId: ID, uid: 'count', name: 'Count', verdict: 'matched' as const }
  return { ...head, parallelism: one, maxParallelism: max, states, ...overrides }
}

function summaryWith(sizes: Readonly<Record<string, number | null>>): SnapshotSummary {
  const states = Object.entries(sizes).map(([name, sizeBytes]) => ({
    name,
    kind: 'value' as const,
    type: 'LONG',
    schemaVersion: 0,
    namespaces: null,
    entries: 2,
    entriesAtMost: false,
    sizeBytes,
  }))
  const head = { uid: 'count', name: 'Count', parallelism: 1, maxParallelism: 128, isFullyFinished: false }
  return {
    path: '/sp',
    kind: 'savepoint',
    engineVersion: '1',
    jobId: 'f'.repeat(32),
    jobName: 'before',
    checkpointId: 7,
    timestamp: 0,
    isDrained: false,
    sizeBytes: 1536,
    operators: [{ ...head, operatorId: ID, sizeBytes: 1536, coordinatorBytes: 12, states }],
  }
}

function linesOf(check: RestoreCheck, sizes: Readonly<Record<string, number | null>> = {}, allows = false): string[] {
  return checkLines(checkReport(check, summaryWith(sizes), allows))
}

describe('What check prints', () => {
  it('has states below their operators, aligned, with what is wrong and what to do', () => {
    const text = { ...LONG, type: 'STRING', schemaVersion: 2 }
    const states = [
      state('total'),
      state('seen', { verdict: 'incompatible', declared: text, reason: 'it was written\nas LONG' }),
      state('of_disk', {
        stored: { ...LONG, namespaces: 'TIME_WINDOW' },
        declared: { ...LONG, namespaces: 'TIME_WINDOW' },
      }),
      state('added', { verdict: 'new', stored: null }),
    ]
    const found = operator(states, { parallelism: { stored: 2, planned: 4 }, reason: 'another key' })
    assert.deepEqual(linesOf({ jobName: 'now', operators: [found] }, { total: 1200, seen: 20, of_disk: null }), [
      'Job now against savepoint /sp',
      '  of job before, number 7, taken 1970-01-01T00:00:00.000Z',
      '',
      `matched: Count (uid "count", id ${ID}), 1.5 KB, parallelism 2 -> 4`,
      '  another key',
      '  matched       total    value  LONG                      1.2 KB',
      '  incompatible  seen     value  LONG -> STRING version 2    20 B',
      '    it was written',
      '    as LONG',
      '  matched       of_disk  value  LONG by TIME_WINDOW            ?',
      '  new           added    value  LONG                           -',
      '',
      '2 matched, 1 new, 1 incompatible. The program does not fit this savepoint as it is.',
    ])
  })

  it('shows what goes with timers only where something is wrong with it', () => {
    const timers = state('_timer_state/event_user-timers', { kind: 'priority-queue' })
    const shown = (check: CheckedOperator): boolean =>
      linesOf({ jobName: 'j', operators: [check] })
        .join()
        .includes('_timer')
    assert.equal(shown(operator([timers])), false)
    assert.equal(shown(operator([{ ...timers, verdict: 'orphaned' }])), true)
    assert.equal(shown(operator([{ ...timers, verdict: 'orphaned' }], { verdict: 'orphaned' })), false)
  })

  it('concludes with what the exit code says', () => {
    const conclusion = (operators: readonly CheckedOperator[], allows = false): string =>
      linesOf({ jobName: 'j', operators }, {}, allows).at(-1) ?? ''
    const orphan = operator([state('total', { verdict: 'orphaned', declared: null })], {
      verdict: 'orphaned',
      uid: null,
    })
    const lost = operator([state('total', { verdict: 'orphaned', declared: null })])
    const lazy = operator([state('total', { verdict: 'unknown', declared: null })])
    assert.equal(conclusion([]), 'There is no state. The program goes on from this savepoint.')
    assert.equal(
      conclusion([orphan]),
      '1 orphaned. The program does not fit this savepoint as it is. With --allowNonRestoredState it goes on without what is orphaned or renamed.',
    )
    assert.match(
      conclusion([orphan], true),
      /^1 orphaned\. The program goes on .* What no operator claims is left out\.$/,
    )
    assert.match(conclusion([lost]), /^1 orphaned\. The program does not fit/)
    assert.match(
      conclusion([lazy]),
      /^1 unknown\. The program goes on .* What is unknown was not checked: it is known when the job runs\.$/,
    )
  })

  it('tells why functions could not be opened, and how to check the rest', () => {
    const reason = 'no database here'
    const failed = operator([state('total', { verdict: 'unknown', declared: null, reason })], {
      verdict: 'failed',
      reason,
    })
    const lines = linesOf({ jobName: 'j', operators: [failed] })
    assert.match(lines[3] ?? '', /^failed: Count /)
    assert.deepEqual(lines.slice(4, 7), ['  no database here', '  unknown  total  value  LONG  ?', ''])
    assert.match(lines.at(-1) ?? '', /^1 failed, 1 unknown\. What failed could not be opened, .* With --closed /)
    const refused = operator([state('seen', { verdict: 'incompatible' })])
    assert.match(
      linesOf({ jobName: 'j', operators: [failed, refused] }).at(-1) ?? '',
      /^1 incompatible, 1 failed, 1 unknown\. The program does not fit/,
    )
  })

  it('is the same as JSON: sizes, counts, and whether it fits', () => {
    const coordinator = state('coordinator', { kind: 'coordinator', stored: null, declared: null })
    const check = {
      jobName: 'now',
      operators: [operator([state('total'), coordinator]), operator([], { operatorId: 'b' })],
    }
    const { fits, counts, operators, snapshot } = checkReport(check, summaryWith({ total: 9 }), false)
    assert.deepEqual([fits, counts.matched, snapshot.checkpointId], [true, 3, 7])
    assert.deepEqual(
      operators.map(({ sizeBytes, states }) => [sizeBytes, ...states.map((each) => [each.entries, each.sizeBytes])]),
      [[1536, [2, 9], [null, 12]], [null]],
    )
  })
})

describe('The command line of check', () => {
  it('has its options before the job file, or after the arguments of the program', () => {
    for (const args of [
      ['--against', 's', '--json', '-p', '4', 'job.js', '--input', 'x'],
      ['job.js', '--input', 'x', '--against', 's', '--json', '-p', '4'],
      ['-p4', 'job.js', '--input', 'x', '--against=s', '--json'],
      ['--json', 'job.js', '--input', 'x', '--against', 's', '-p=4'],
    ]) {
      const { values, operands } = parse(checkCommand, ...args)
      assert.deepEqual({ ...values }, { against: 's', json: true, parallelism: '4' }, args.join(' '))
      assert.deepEqual(operands, ['job.js', '--input', 'x'])
    }
  })

  it('leaves options before --against to the program, and takes no argument after it', () => {
    const { values, operands } = parse(checkCommand, 'job.js', '--json', '--against', 's')
    assert.deepEqual([{ ...values }, operands], [{ against: 's' }, ['job.js', '--json']])
    assert.throws(
      () => parse(checkCommand, 'job.js', '--against', 's', 'words.txt'),
      /"words\.txt" comes after --against/,
    )
    assert.throws(() => parse(checkCommand, 'job.js', '--against', 's', '--jsn'), /"--jsn" comes after --against/)
    assert.throws(() => parse(checkCommand, 'job.js', '--against'), /Missing argument for option: against/)
  })

  it('has a help with examples', () => {
    const { printed, exitCode } = readCommandLine([checkCommand], 'check', '-h')
    assert.equal(exitCode, 0)
    assert.match(printed, /Syntax: check \[OPTIONS\] <job-file> <arguments> --against/)
    assert.match(printed, /Examples:\n {5}flink-ts check job\.js --against/)
  })
})
