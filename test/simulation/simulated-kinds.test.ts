/** Simulated jobs whose operators have coordinators, with event time and timers, with loops, with answers that come later, with two regions, with kills at steps of the protocol. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MarkWatch } from './marks.js'
import { simulateJob, type SimulationReport } from './simulate-job.js'

/** `npm run simulate` takes as many as it is told, of each kind. */
const COORDINATED_SEEDS = 12
const TIMED_SEEDS = 8
const LOOPED_SEEDS = 8
/** The second and the third drain again and again, and take 9 s of processor time, the eight from here on 5 s. */
const FIRST_LOOPED_SEED = 4
const ASKING_SEEDS = 8
const UNALIGNED_SEEDS = 6
const APART_SEEDS = 12
const STRUCK_SEEDS = 6
/** Few have a checkpoint when a region fails: of the first thirty the 18th, 28th and 29th. */
const FIRST_APART_SEED = 18

const TIMED_MARKS = [
  'records share a timer',
  'a timer is deleted',
  'a timer fires before it is deleted',
  'a timer is set that is due already',
  'records wait for the last broadcast rule',
  'a reader has several splits',
] as const

const UNALIGNED_MARKS = ['records in flight are restored', 'records in flight are restored in event time'] as const

describe('a simulated job with coordinators, timers, loops or asynchronous functions', () => {
  it(`emits each number once that coordinators hand out, whatever goes wrong (${COORDINATED_SEEDS} seeds)`, async () => {
    const reports: SimulationReport[] = []
    for (let seed = 1; seed <= COORDINATED_SEEDS; seed += 1) {
      reports.push(await simulateJob(seed, { kind: 'coordinated' }))
    }
    for (const kind of ['hook-throws', 'hook-is-slow', 'worker-dies'] as const) {
      assert.ok(reports.reduce((total, { faults }) => total + faults[kind], 0) > COORDINATED_SEEDS / 10, kind)
    }
    assert.ok(
      reports.reduce((total, { runs }) => total + runs, 0) > COORDINATED_SEEDS,
      'jobs went on from snapshots in other runs',
    )
  })

  it(`fires each timer once, and has no record late, whatever goes wrong (${TIMED_SEEDS} seeds)`, async () => {
    const reports: SimulationReport[] = []
    const marks = new MarkWatch()
    const onLog = (log: readonly string[]): void => {
      marks.look(log)
    }
    for (let seed = 1; seed <= TIMED_SEEDS; seed += 1) reports.push(await simulateJob(seed, { kind: 'timed', onLog }))
    for (const mark of TIMED_MARKS) assert.ok(marks.count(mark) > 0, mark)
    assert.ok(
      reports.reduce((total, { runs }) => total + runs, 0) > TIMED_SEEDS,
      'jobs went on from snapshots in other runs',
    )
  })

  it(`has each number out of its loops once, whatever goes wrong (${LOOPED_SEEDS} seeds)`, async () => {
    const reports: SimulationReport[] = []
    for (let seed = 0; seed < LOOPED_SEEDS; seed += 1) {
      reports.push(await simulateJob(FIRST_LOOPED_SEED + seed, { kind: 'looped' }))
    }
    assert.ok(
      reports.reduce((total, { runs }) => total + runs, 0) > LOOPED_SEEDS,
      'jobs went on from snapshots in other runs',
    )
  })

  it(`has each answer once and in its order, whatever goes wrong (${ASKING_SEEDS} seeds)`, async () => {
    const reports: SimulationReport[] = []
    const marks = new MarkWatch()
    const onLog = (log: readonly string[]): void => {
      marks.look(log)
    }
    for (let seed = 1; seed <= ASKING_SEEDS; seed += 1) reports.push(await simulateJob(seed, { kind: 'asking', onLog }))
    assert.ok(marks.count('a record in flight is answered after a restart') > 0, 'no record was in flight at a restart')
    assert.ok(
      reports.reduce((total, { runs }) => total + runs, 0) > ASKING_SEEDS,
      'jobs went on from snapshots in other runs',
    )
  })

  it(`counts each number once where only the region of a failed task restarts (${APART_SEEDS} seeds)`, async () => {
    const marks = new MarkWatch()
    const onLog = (log: readonly string[]): void => {
      marks.look(log)
    }
    for (let seed = 0; seed < APART_SEEDS; seed += 1) {
      await simulateJob(FIRST_APART_SEED + seed, { kind: 'apart', onLog })
    }
    assert.ok(marks.count('a region restarts alone from a checkpoint') > 0, 'no region restarted alone')
    assert.ok(marks.count('a split comes back to an enumerator that lives on') > 0, 'no reader restarted alone')
  })

  it(`has each number once that was in flight in a checkpoint, whatever goes wrong (${UNALIGNED_SEEDS} seeds)`, async () => {
    const marks = new MarkWatch()
    const onLog = (log: readonly string[]): void => {
      marks.look(log)
    }
    for (let seed = 1; seed <= UNALIGNED_SEEDS; seed += 1) await simulateJob(seed, { kind: 'unaligned', onLog })
    assert.ok(marks.count('a barrier overtakes records') > 0, 'no barrier overtook a record')
    for (const mark of UNALIGNED_MARKS) assert.ok(marks.count(mark) > 0, mark)
  })

  it(`has each count once where processes are killed before and after steps of the protocol (${STRUCK_SEEDS} seeds)`, async () => {
    const struck = new Set<string>()
    const onLog = (log: readonly string[]): void => {
      for (const line of log) {
        const [, where] = /FAULT .*, ((?:before|after) a .*)$/.exec(line) ?? []
        if (where !== undefined) struck.add(where)
      }
    }
    for (let seed = 1; seed <= STRUCK_SEEDS; seed += 1) await simulateJob(seed, { kind: 'struck', onLog })
    assert.ok(struck.size >= STRUCK_SEEDS, [...struck].join(', '))
  })

  it('has the same events, byte for byte, when a seed with timers is played again', async () => {
    const first = await simulateJob(1, { kind: 'timed' })
    const second = await simulateJob(1, { kind: 'timed' })
    assert.equal(second.log.join('\n'), first.log.join('\n'))
  })
})
