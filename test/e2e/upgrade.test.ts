/** A program takes the place of one that runs: what it counts goes on where that stopped, in whichever of the two. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import type { CommandResult } from './command-line.js'
import {
  expectedLines,
  filesAtRest,
  lineOf,
  NumbersWorkspace,
  printedLines,
  savepointOf,
  textOf,
  until,
} from './numbers-job.js'

const CHECKPOINTED = {
  'execution.checkpointing.interval': '200 ms',
  'execution.checkpointing.dir': 'checkpoints',
  'state.savepoints.dir': 'savepoints',
}

function outputOf({ stderr }: CommandResult): string {
  const [, file = ''] = /^Its output goes to (\S+)$/m.exec(stderr) ?? []
  assert.notEqual(file, '', stderr)
  return file
}

function jobIdOf({ stdout, stderr }: CommandResult): string {
  const [, jobId = ''] = /^Job has been submitted with JobID ([0-9a-f]{32})$/m.exec(stdout) ?? []
  assert.notEqual(jobId, '', stdout + stderr)
  return jobId
}

describe('flink-ts upgrade', () => {
  it('leaves the old job alone where it can, has it come back where the new one does not start, and else goes on', async () => {
    const workspace = new NumbersWorkspace(CHECKPOINTED)
    const { job, jobId } = await workspace.running(150)
    const refused = await workspace.run('upgrade', jobId, workspace.job, '--uid', 'other')
    assert.equal(refused.exitCode, 1)
    assert.match(refused.stderr, /^renamed: .*uid "count"/m)
    assert.match(
      refused.stderr,
      /\[UPGRADE_NOT_BEGUN\].*was not told to stop\.\nCaused by: FlinkError \[UPGRADE_DOES_NOT_FIT\]/,
    )

    const text = readFileSync(workspace.job, 'utf8')
    const broken = workspace.file(
      'broken.mjs',
      text.replace('open () {', "open () { throw new Error('no such table');"),
    )
    const back = await workspace.run('upgrade', '--closed', jobId, broken)
    assert.equal(back.exitCode, 1, back.stderr)
    assert.match(back.stderr, /\[UPGRADE_TAKEN_BACK\]: Job [0-9a-f]{32} was not upgraded[^]*Caused by: .*no such table/)
    const again = jobIdOf(back)
    assert.match(back.stderr, new RegExp(`The old one runs again, as job ${again}, from ${savepointOf(back)}`))
    const first = await job.ended
    assert.equal(first.exitCode, 0, first.stderr)
    const output = outputOf(back)
    const before = printedLines(first.stdout)
    await until('it counts on', () => lineOf(before.length + 20).test(textOf(output)))

    writeFileSync(path.join(workspace.path, 'new.mjs'), text)
    const upgraded = await workspace.run('upgrade', '-d', again, 'new.mjs')
    assert.equal(upgraded.exitCode, 0, upgraded.stderr)
    assert.match(upgraded.stderr, /^Checked against \S+: .* The program goes on from this checkpoint\.$/m)
    assert.match(
      upgraded.stderr,
      /^Job [0-9a-f]{32} was stopped, and job [0-9a-f]{32} runs in its place\. Pause: \d+ ms \(/m,
    )
    const newest = jobIdOf(upgraded)
    const newOutput = outputOf(upgraded)
    const soFar = before.length + printedLines(textOf(output)).length
    await until('the new one counts on', () => lineOf(soFar + 20).test(textOf(newOutput)))
    assert.equal((await workspace.run('cancel', newest)).exitCode, 0)
    const numbers = [...before, ...printedLines(textOf(output)), ...printedLines(textOf(newOutput))]
    assert.deepEqual(numbers, expectedLines(0, numbers.length))
    await filesAtRest(workspace)
    workspace.remove()
  })

  it('says what is left when a second Ctrl-C ends it at once', async () => {
    const workspace = new NumbersWorkspace({ 'state.savepoints.dir': 'savepoints' })
    const text = readFileSync(workspace.job, 'utf8')
    const holds =
      "async snapshotState () { console.log('savepoint held'); await new Promise((resolve) => setTimeout(resolve, 60_000));"
    const old = workspace.start('run', workspace.file('held.mjs', text.replace('snapshotState () {', holds)))
    const upgrade = workspace.start('upgrade', await old.jobId(), workspace.job)
    await old.until(/^savepoint held$/m)
    upgrade.kill('SIGINT')
    await upgrade.untilError(/^The upgrade is given up\. Job [0-9a-f]{32} is stopping; /m)
    // Less would be a burst of signals, which are one.
    await new Promise((resolve) => setTimeout(resolve, 700))
    upgrade.kill('SIGINT')
    const { exitCode, stderr } = await upgrade.ended
    assert.equal(exitCode, 130, stderr)
    assert.match(stderr, /^Ended while job [0-9a-f]{32} was stopping with a savepoint, which it goes on with\.$/m)
    old.kill('SIGKILL')
    await old.ended
    workspace.remove()
  })
})
