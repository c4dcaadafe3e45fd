/** What does not need a process: arguments, what a seed says, the comparison. `npm run chaos` kills the processes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { chaosArguments, CHAOS_HELP } from './chaos-arguments.js'
import { differenceOf } from './chaos-job.js'
import { chainsOf, type ChaosPlan } from './chaos-plan.js'
import { ChaosReport } from './chaos-report.js'

function parsed(command: string): ReturnType<typeof chaosArguments> {
  return chaosArguments(command.split(' ').slice(4), () => 41)
}

function planOf(command: string): ChaosPlan {
  const wanted = parsed(command)
  return wanted.kind === 'rounds' || wanted.kind === 'files' ? wanted.plan : assert.fail(wanted.kind)
}

function chains(command: string): ReturnType<typeof chainsOf> {
  return chainsOf(planOf(command), (seed) => new SeededRandom(seed))
}

describe('npm run chaos', () => {
  it('takes every example of its help', () => {
    const examples = CHAOS_HELP.split('\n').flatMap(
      (line) => /^ {2}(npm run chaos -- .*?)(?: {2,}.*)?$/.exec(line)?.[1] ?? [],
    )
    assert.ok(examples.length > 3)
    const kinds = examples.map((example) => parsed(example).kind)
    assert.deepEqual(kinds, ['rounds', 'rounds', 'rounds', 'files', 'guarantees', 'rounds', 'fights'])
    assert.equal(parsed('npm run chaos -- --help').kind, 'help')
  })

  it('refuses what it does not know', () => {
    assert.throws(() => parsed('npm run chaos -- --backend heap'), /--backend takes hashmap and rocksdb, not "heap"/)
    assert.throws(() => parsed('npm run chaos -- --mode fast'), /--mode takes aligned and unaligned, not "fast"/)
    assert.throws(() => parsed('npm run chaos -- --rounds 0'), /--rounds takes whole numbers from 1 on, not "0"/)
    assert.throws(() => parsed('npm run chaos -- --p 1,'), /--p takes whole numbers from 1 on, not ""/)
    assert.throws(() => parsed('npm run chaos -- --unknown'), /unknown/i)
  })

  it('spreads its rounds over all combinations and parallelisms', () => {
    const all = chains('npm run chaos -- --rounds 48')
    const counts = new Map<string, number>()
    for (const { backend, mode, kills } of all) {
      for (const { parallelism } of kills) {
        const key = `${backend} ${mode} ${String(parallelism)}`
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
    }
    assert.equal(counts.size, 12)
    assert.deepEqual([...new Set(counts.values())], [4])
  })

  it('draws the same from the same seed, and plays one job again with the command that it tells', () => {
    const played = chains('npm run chaos -- --rounds 30 --seed 7 --p 1,3')
    assert.deepEqual(chains('npm run chaos -- --rounds 30 --seed 7 --p 1,3'), played)
    assert.notDeepEqual(chains('npm run chaos -- --rounds 30 --seed 8 --p 1,3'), played)
    const [, , third = assert.fail()] = played
    const command = new ChaosReport().failed(third, [1, 3])
    assert.deepEqual(chains(command), [third])
  })

  it('keeps the parallelism of a job that is recovered, and has every one of them in some job', () => {
    const all = chains('npm run chaos -- --recover --rounds 72 --seed 3')
    for (const { kills, lastParallelism } of all) {
      assert.deepEqual([...new Set(kills.map(({ parallelism }) => parallelism))], [lastParallelism])
    }
    assert.deepEqual([...new Set(all.map(({ lastParallelism }) => lastParallelism))], [1, 2, 4])
  })

  it('says what is missing and what is too much', () => {
    const bytes = (...lines: string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''))
    assert.deepEqual(differenceOf(bytes('a', 'b'), bytes('a', 'b')), [])
    assert.deepEqual(differenceOf(bytes('a', 'b'), bytes('a', 'a')), ['missing: b', 'too many: a'])
    assert.deepEqual(differenceOf(bytes('a'), Buffer.from('a')), ['missing: '])
    const many = Array.from({ length: 12 }, (_, index) => String(index))
    assert.equal(differenceOf(bytes(...many), bytes()).at(-1), '... and 2 more')
  })

  it('counts what was survived, and how often records were in flight', () => {
    const [first = assert.fail(), second = assert.fail()] = chains(
      'npm run chaos -- --rounds 4 --seed 1 --p 2 --backend rocksdb',
    )
    const report = new ChaosReport()
    report.survived(first, first.kills, { inFlightRecords: [0, 0], savepoints: 0 })
    report.survived(second, second.kills, { inFlightRecords: [3, 0], savepoints: 0 })
    assert.equal(report.total, 4)
    assert.equal(report.hasFailed, false)
    assert.deepEqual(
      report
        .table([first, second], [2])
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
      [
        ['rounds survived', 'p = 2', 'all', 'in flight'],
        ['rocksdb aligned', '2', '2', '0'],
        ['rocksdb unaligned', '2', '2', '1'],
      ],
    )
    report.failed(second, [2])
    assert.equal(report.hasFailed, true)
  })
})
