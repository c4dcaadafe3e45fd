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

function hasCheckpoint(directory: string): boolean {
  return (
    existsSync(directory) &&
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith('_metadata'))
  )
}
