/** Bad records in a job that is killed: each is where its policy says, once, and so is everything else. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { rounds } from '../runner/rounds.js'
import { badRecordsJob, committedLines, expectedLines } from './bad-records-job.js'
import { Workspace } from './command-line.js'
import { CHECKPOINT_INTERVAL_MS, KILLED_CONFIGURATION } from './killed-elements.js'

const RECORDS = 2400

/** Of a source, whose message has the place in the file in it. */
function withoutReason(line: string): string {
  return line.replace(/(letter\|Source: source\|\d+\|)[^|]*cannot be read at[^|]*/, '$1unreadable')
}

describe('A job with bad records', () => {
  it('has each dead letter and each result once, however often it is killed', async () => {
    const workspace = new Workspace(KILLED_CONFIGURATION)
    const job = badRecordsJob(workspace, RECORDS)
    let killed = 0
    for (let kill = 0; kill < rounds(3); kill += 1) {
      const run = workspace.start('run', '-p', String(1 + (kill % 3)), ...job, '--slow', '2')
      const checkpoints = path.join(workspace.path, 'checkpoints', await run.jobId())
      while (!hasCheckpoint(checkpoints) && !run.stdout.includes('has finished')) await delay(5)
      await delay(Math.random() * 4 * CHECKPOINT_INTERVAL_MS)
      run.kill('SIGKILL')
      if (!(await run.ended).stdout.includes('has finished')) killed += 1
    }
    assert.ok(killed > 0, 'it was killed in the middle')
    const { exitCode, stderr } = await workspace.run('run', '-p', '2', ...job)
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(committedLines(workspace).map(withoutReason).sort(), expectedLines(RECORDS))
    workspace.remove()
  })
})

const SESSIONS_JOB = `
import { Duration, EventTimeSessionWindows, Time, WatermarkStrategy } from 'flink-ts'

const COUNT = {
  createAccumulator: () => 0,
  add: ({ isBad }, count) => {
    if (isBad) throw new Error('bad')
    return count + 1
  },
  getResult: (count) => count,
  merge: (one, other) => one + other,
}

export default function (env, params) {
  const records = [[5000], [0], [100], [50, true], [1000, true], [2000], [2030, true], [3000], [3010]]
  const time = WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(10000)).withTimestampAssigner(({ at }) => at)
  const sessions = env.fromCollection(records.map(([at, isBad = false]) => ({ at, isBad }))).assignTimestampsAndWatermarks(time)
    .keyBy(() => 'k').window(EventTimeSessionWindows.withGap(Time.milliseconds(60)))
  if (params.get('late') === 'true') sessions.allowedLateness(Time.milliseconds(1))
  sessions.aggregate(COUNT, (key, window, [count], out) => out.collect(window.getStart() + '-' + window.getEnd() + ': ' + count))
    .onError('skip').print()
}
`

describe('Session windows with bad records', () => {
  for (const backend of ['hashmap', 'rocksdb']) {
    for (const late of [false, true]) {
      const kind = late ? 'that wait for late records' : 'that fire once'
      it(`lose no other record, and have the time of a bad one: ${kind}, ${backend}`, async () => {
        const workspace = new Workspace({ 'state.backend.type': backend })
        const job = workspace.file('job.mjs', SESSIONS_JOB)
        const { exitCode, stdout, stderr } = await workspace.run('run', '-p', '1', job, '--late', String(late))
        assert.equal(exitCode, 0, stderr)
        const lines = stdout.split('\n').filter((line) => /^\d+-\d+: /.test(line))
        assert.deepEqual(lines, ['0-160: 2', '2000-2090: 1', '3000-3070: 2', '5000-5060: 1'])
        workspace.remove()
      })
    }
  }
})

function hasCheckpoint(directory: string): boolean {
  return (
    existsSync(directory) &&
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith('_metadata'))
  )
}
