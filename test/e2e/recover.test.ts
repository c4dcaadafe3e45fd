/** The process of a job dies, or is stopped and wakes up late, and the job goes on in another by its id alone. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { committedLines, COMMITTING_JOB, expectedLines } from './chaos/committing-job.js'
import { Workspace } from './command-line.js'

/** It is slow until all has been seen, so that it does not come to its end before. */
const RECORDS = 60_000

describe('flink-ts run --recover', () => {
  it('goes on with a job that was killed and one that was stopped, with its checkpoints in memory, and says when there is nothing to do', async () => {
    const workspace = new Workspace({
      'high-availability.type': 'filesystem',
      'high-availability.storageDir': 'recovery',
      'state.backend.type': 'jobmanager',
      'execution.checkpointing.interval': '50 ms',
      'client.timeout': '2 s',
    })
    const output = path.join(workspace.path, 'output')
    mkdirSync(output)
    const job = workspace.file('job.mjs', COMMITTING_JOB)
    const isCommitted = async (): Promise<void> => {
      const before = readdirSync(output).length
      for (let waited = 0; readdirSync(output).length < before + 2; waited += 1) {
        assert.ok(waited < 3000, 'it commits')
        await delay(10)
      }
    }
    const slow = workspace.file('slow', '')
    const args = ['--records', String(RECORDS), '--output', output, '--slow', slow]
    const killed = workspace.start('run', '-p', '2', job, ...args)
    const jobId = await killed.jobId()
    await isCommitted()
    const living = await workspace.run(
      'run',
      '--recover',
      jobId,
      '-D',
      'parallelism.default=4',
      '-D',
      'client.timeout=2s',
    )
    assert.equal(living.exitCode, 1)
    assert.match(living.stderr, /-D of parallelism\.default has no effect with --recover/)
    assert.match(living.stderr, /\[RECOVERY_JOB_LIVES\]: .* it runs in process \d+ on /)
    killed.kill('SIGKILL')
    await killed.ended
    const dead = await workspace.run('list', '-a')
    assert.match(dead.stdout, new RegExp(`Its process has died; to go on with it: run --recover ${jobId}`))
    // What it was is kept, whatever became of its file.
    rmSync(job)
    const stopped = workspace.start('run', '--recover', jobId)
    assert.equal(await stopped.jobId(), jobId)
    await isCommitted()
    stopped.kill('SIGSTOP')
    const detached = await workspace.run('run', '-d', '--json', '--recover', jobId)
    const submitted = JSON.parse(detached.stdout) as { readonly jobId: string; readonly output: string }
    assert.equal(submitted.jobId, jobId)
    assert.match(submitted.output, new RegExp(`/log/flink-ts-${jobId}\\.out$`))
    stopped.kill('SIGCONT')
    const late = await stopped.ended
    assert.equal(late.exitCode, 1)
    assert.match(late.stderr, /\[JOB_FENCED\]: Job [0-9a-f]{32} was recovered by process \d+ on /)
    const listed = await workspace.run('list', '-a')
    assert.deepEqual(listed.stdout.match(new RegExp(jobId, 'g')), [jobId], listed.stdout)
    rmSync(slow)
    for (let waited = 0; !(await hasEnded(workspace, jobId)); waited += 1) assert.ok(waited < 60, 'it comes to its end')
    assert.deepEqual(committedLines(output), expectedLines(RECORDS))
    const unknown = await workspace.run('run', '--recover', 'f'.repeat(32))
    assert.match(unknown.stderr, /\[RECOVERY_JOB_UNKNOWN\]/)
    const more = await workspace.run('run', '--recover', jobId, job)
    assert.match(more.stdout, /--recover takes the id of a job and nothing else of it, but ".*job\.mjs" was given/)
    workspace.remove()
  })
})

async function hasEnded(workspace: Workspace, jobId: string): Promise<boolean> {
  await delay(300)
  const { stderr } = await workspace.run('run', '--recover', jobId)
  return /\[RECOVERY_JOB_ENDED\]: .* FINISHED\./.test(stderr)
}
