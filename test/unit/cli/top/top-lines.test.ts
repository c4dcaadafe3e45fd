import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { Chalk } from 'chalk'
import Table from 'cli-table3'
import type { JobActivity, VertexActivity } from '../../../../src/cli/top/job-activity.js'
import { topLines } from '../../../../src/cli/top/top-lines.js'

const VERTEX: VertexActivity = {
  id: 'v',
  name: 'Source: numbers -> Map',
  status: 'RUNNING',
  parallelism: 4,
  tasks: { RUNNING: 4 },
  running: 4,
  recordsInPerSecond: 12_345,
  recordsOutPerSecond: 9.96,
  busy: 0.91,
  backPressured: 0.3,
  idle: 0,
  watermark: '1',
  watermarkLagMs: 1234,
}
const JOB: JobActivity = {
  jobId: 'c'.repeat(32),
  name: 'Hits',
  state: 'RUNNING',
  durationMs: 90_000,
  restarts: 0,
  checkpoints: { completed: 0, failed: 0, lastCompleted: null, lastFailed: null, pending: null },
  vertices: [VERTEX],
}

function linesOf(job: Partial<JobActivity>, width?: number): string[] {
  return topLines([{ ...JOB, ...job }], { width, painter: undefined, Table })
}

function cellsOf(vertex: Partial<VertexActivity>): string[] {
  return (
    linesOf({ vertices: [{ ...VERTEX, ...vertex }] })
      .at(-1)
      ?.split(/ {2,}/) ?? []
  )
}

describe('The table of top', () => {
  it('has a line for the job, one for its checkpoints and one for each operator', () => {
    assert.deepEqual(linesOf({}), [
      `Job ${'c'.repeat(32)} "Hits" RUNNING for 90 s`,
      'Checkpoints: 0 completed, 0 failed',
      'Operator                Tasks  Records/s  Records/s  Busy      Back-  Idle  Watermark',
      '                                      in        out        pressured              lag',
      'Source: numbers -> Map      4     12.3 k         10  91 %       30 %   0 %      1.2 s',
    ])
  })

  it('shows rates with three digits at most', () => {
    const rates = [0, 0.04, 9.94, 42.4, 999, 9999, 10_000, 99_960, 999_499, 999_500, 1_234_567, 123_456_789]
    const shown = rates.map((rate) => cellsOf({ recordsInPerSecond: rate })[2])
    const expected = ['0', '0.0', '9.9', '42', '999', '9999', '10.0 k', '100 k', '999 k', '1.00 M', '1.23 M', '123 M']
    assert.deepEqual(shown, expected)
  })

  it('shows a dash for what is not known, and what a watermark says that is no time', () => {
    const unknown = { recordsInPerSecond: null, recordsOutPerSecond: null, busy: null, backPressured: null, idle: null }
    const cells = cellsOf({ ...unknown, watermark: null, watermarkLagMs: null })
    assert.deepEqual(cells.slice(2), ['-', '-', '-', '-', '-', '-'])
    assert.equal(cellsOf({ watermark: 'end', watermarkLagMs: null }).at(-1), 'end')
    assert.equal(cellsOf({ watermarkLagMs: -90_000 }).at(-1), '-90 s')
  })

  it('shows how many tasks run, and of an operator of which none does in which state the most are', () => {
    assert.equal(cellsOf({ running: 3, tasks: { RUNNING: 3, FINISHED: 1 } })[1], '3/4')
    assert.equal(cellsOf({ running: 0, tasks: { CANCELED: 1, CANCELING: 3 } })[1], 'CANCELING')
  })

  it('leaves out columns and cuts names where the terminal is narrow, and has no line that is wider', () => {
    for (const width of [120, 84, 78, 66, 55, 40, 30, 20, 8]) {
      const lines = linesOf({ name: 'a long name of a job that has no room' }, width)
      assert.ok(
        lines.every((line) => line.length <= width),
        lines.join('\n'),
      )
    }
    assert.doesNotMatch(linesOf({}, 70).join('\n'), /Idle/)
    assert.match(linesOf({}, 72).join('\n'), /Source: n.* 4 /)
    assert.match(linesOf({}, 55).join('\n'), /Busy/)
    const wide = linesOf({ vertices: [{ ...VERTEX, name: '名前'.repeat(20) }] }, 80)
    assert.ok(wide.at(-1)?.includes('…'), wide.at(-1))
  })

  it('tells of the last checkpoint, of one that is pending and of a failure that came after both', () => {
    const checkpoints = {
      completed: 4,
      failed: 1,
      lastCompleted: { id: 4, ageMs: 2500, durationMs: 500, sizeBytes: 2048 },
      lastFailed: { id: 5, ageMs: 400, message: 'expired\u001B[2J' },
      pending: { id: 6, sinceMs: 100, subtasks: 5, acknowledged: 2 },
    }
    const [, line, failure] = linesOf({ checkpoints })
    assert.equal(
      line,
      'Checkpoints: 4 completed, 1 failed; last: 4, 2.5 s ago, took 0.5 s, 2.0 KB; pending: 6 for 0.1 s, 2 of 5 subtasks',
    )
    assert.equal(failure, 'Checkpoint 5 failed 0.4 s ago: expired\\u001b[2J')
    const older = linesOf({ checkpoints: { ...checkpoints, lastFailed: { id: 3, ageMs: 9000, message: null } } })
    assert.doesNotMatch(older.join('\n'), /Checkpoint 3 failed/)
  })

  it('gives names and states of a job no power over the terminal', () => {
    const lines = linesOf({ name: 'x\u001B[2J', state: 'RUN\u0007', vertices: [{ ...VERTEX, name: 'y\u001B[1m' }] })
    assert.doesNotMatch(lines.join('\n'), /[\u001B\u0007]/)
  })

  it('says of a job without tasks that it has none, and has a line between two jobs', () => {
    const layout = { width: undefined, painter: undefined, Table }
    const lines = topLines([{ ...JOB, vertices: [], restarts: 2 }, JOB], layout)
    assert.match(lines[0] ?? '', /RUNNING for 90 s, after 2 restarts$/)
    assert.deepEqual(lines.slice(2, 4), ['It has no tasks yet.', ''])
  })

  it('is the same in colours, where what is high is red', () => {
    const painter = new Chalk({ level: 1 })
    const painted = topLines([JOB], { width: 100, painter, Table })
    assert.deepEqual(painted.map(stripVTControlCharacters), linesOf({}, 100))
    assert.ok(painted.at(-1)?.includes(painter.red('91 %')))
    assert.ok(painted.at(-1)?.includes(painter.yellow('30 %')))
  })
})
