import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { differenceAtMost, figureAtMost, ratioAtLeast, type BenchFamily, type Goal } from './bench-family.js'
import { measuredRows, renderTable } from './bench-report.js'
import { FamilyResult } from './bench-suite.js'
import { ProgressCounter, type Progress } from './jobs/progress.js'
import { median, percentile } from './median.js'
import { parseProgress, rateOf, rateWithin } from './progress-merge.js'

/** Records at an even pace from `startMs` on, a sample each millisecond. */
function evenProgress(startMs: number, perMs: number, lengthMs: number): Progress {
  const timesMs = Array.from({ length: lengthMs }, (_, index) => startMs + index + 1)
  return { count: perMs * lengthMs, step: perMs, timesMs }
}

function familyWith(goal: Goal): BenchFamily {
  const value = { program: 'job', figure: 'x' }
  const bound = { label: 'loop', value: { program: 'loop', figure: 'x' } }
  return { name: 'F', programs: [], rows: [{ title: 'row', unit: 'M/s', value, bound, goal }] }
}

function measured(goal: Goal, figure: number, bound: number): FamilyResult {
  const result = new FamilyResult(familyWith(goal))
  result.add(0, 'job', { x: figure })
  result.add(0, 'loop', { x: bound })
  return result
}

describe('The rate of a job', () => {
  it('is that of all subtasks together after the warm-up', () => {
    const slowStart = { count: 3000, step: 1, timesMs: Array.from({ length: 900 }, (_, index) => index * 100) }
    const rest = Array.from({ length: 2100 }, (_, index) => 89_901 + index)
    const one = { ...slowStart, timesMs: [...slowStart.timesMs, ...rest] }
    assert.equal(Math.round(rateOf([one], 3000) * 1_000_000), 1000)
    assert.equal(Math.round(rateOf([evenProgress(0, 10, 500), evenProgress(0, 10, 500)], 10_000) * 1000), 20)
  })

  it('counts the records that entered, also when a filter kept only half of them', () => {
    assert.equal(Math.round(rateOf([evenProgress(0, 10, 500)], 10_000) * 1000), 20)
  })

  it('is told for the time of the checkpoints alone', () => {
    const slow = evenProgress(0, 10, 500)
    const fast = evenProgress(500, 30, 500)
    const parts = [slow, fast]
    assert.equal(Math.round(rateWithin(parts, [{ startMs: 600, endMs: 700 }]) * 1000), 30)
    assert.ok(Number.isNaN(rateWithin(parts, [])))
  })

  it('is read from what the sinks print among other output', () => {
    const counter = new ProgressCounter(4)
    for (let record = 0; record < 4; record += 1) counter.add()
    const [progress, ...more] = parseProgress(`Job has been submitted\n${counter.line(7)}Job has finished\n`)
    assert.equal(more.length, 0)
    assert.equal(progress?.count, 4)
    assert.equal(progress.timesMs.length, 4)
  })
})

describe('A goal', () => {
  it('of a ratio, a difference or a figure is met or missed by the medians', () => {
    const cases: readonly (readonly [Goal, number, number, boolean])[] = [
      [ratioAtLeast(0.5), 5, 10, true],
      [ratioAtLeast(0.5), 4.9, 10, false],
      [differenceAtMost(60), 100, 40, true],
      [differenceAtMost(60), 101, 40, false],
      [figureAtMost(1), 1, 40, true],
      [figureAtMost(1), 1.1, 40, false],
    ]
    for (const [goal, figure, bound, met] of cases) {
      assert.equal(measuredRows(measured(goal, figure, bound))[0]?.met, met)
    }
  })

  it('is missed when nothing was measured', () => {
    const [row] = measuredRows(new FamilyResult(familyWith(figureAtMost(1))))
    assert.equal(row?.figure, null)
    assert.equal(row.met, false)
  })

  it('stands in the table beside the figure, its bound and their ratio', () => {
    const machine = { node: 'v20', cores: 2, loadBefore: 0.1, loadAfter: 0.2 }
    const table = renderTable(machine, measuredRows(measured(ratioAtLeast(0.5), 5, 10)))
    assert.match(table, /^row +5\.00 M\/s +10\.0 M\/s +loop +0\.500 +>= 0\.5 of the bound +yes$/m)
    assert.match(table, /^Node v20, 2 cores, load 0\.10 before, 0\.20 after$/m)
    assert.match(renderTable({ ...machine, loadBefore: 3 }, []), /was busy/)
  })
})

describe('Medians and percentiles', () => {
  it('are those of the sorted values', () => {
    assert.equal(median([10, 9, 100]), 10)
    assert.equal(median([1, 2]), 1.5)
    assert.ok(Number.isNaN(median([])))
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    assert.equal(percentile(hundred, 0.5), 50)
    assert.equal(percentile(hundred, 0.99), 99)
    assert.equal(percentile(hundred, 1), 100)
  })
})
