/** Checkpoints of what changed alone: counts stay right over kill -9, failures and another parallelism. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { FileSystems } from '../../src/core/fs/file-systems.js'
import { LocalFileSystem } from '../../src/core/fs/local-file-system.js'
import { openSnapshot } from '../../src/storage/snapshot-locator.js'
import { Workspace, type RunningCommand } from './command-line.js'
import { expectedFinalLines, finalLines, HOT_KEYS_JOB } from './hot-keys-job.js'
import { savepointOf } from './numbers-job.js'

const CHECKPOINTS = {
  'execution.checkpointing.dir': 'checkpoints',
  'execution.checkpointing.incremental': 'true',
  'execution.checkpointing.interval': '50 ms',
  'execution.checkpointing.data-inline-threshold': '0 b',
  'execution.checkpointing.num-retained': '2',
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '3',
  'restart-strategy.fixed-delay.delay': '50 ms',
}

const fileSystems = new FileSystems().register('file', new LocalFileSystem())

/** The newest checkpoint in the directory of which some part is a chain; undefined without one. */
async function newestChained(directory: string): Promise<string | undefined> {
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => name.startsWith('chk-')) : []
  const newest = names.toSorted((left, right) => Number(right.slice(4)) - Number(left.slice(4)))
  for (const name of newest) {
    const checkpoint = path.join(directory, name)
    try {
      const { metadata } = await openSnapshot(checkpoint, fileSystems)
      const subtasks = metadata.operators.flatMap((operator) => operator.subtasks)
      if (subtasks.some((subtask) => (subtask?.managedKeyed.length ?? 0) > 2)) return checkpoint
    } catch {
      // It is not complete yet, or was removed meanwhile.
    }
  }
  return undefined
}

async function untilChained(job: RunningCommand, directory: string): Promise<void> {
  for (let waited = 0; (await newestChained(directory)) === undefined; waited += 1) {
    assert.ok(waited < 2000, `no checkpoint came with a delta: ${job.stdout}${job.stderr}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()
}

describe('incremental checkpoints', () => {
  for (const [before, after] of [
    [1, 3],
    [3, 2],
  ] as const) {
    it(`hold counts over kill -9 and a restore from parallelism ${String(before)} to ${String(after)}`, async () => {
      const workspace = new Workspace(CHECKPOINTS)
      const job = workspace.file('job.mjs', HOT_KEYS_JOB)
      const first = workspace.start('run', '-p', String(before), job)
      const directory = path.join(workspace.path, 'checkpoints', await first.jobId())
      await untilChained(first, directory)
      first.kill('SIGKILL')
      await first.ended
      assert.equal(first.stdout.includes('FINAL'), false, 'it was killed in the middle')
      const checkpoint = await newestChained(directory)
      assert.ok(checkpoint !== undefined)
      const left = filesBelow(directory)
      const result = await workspace.run('run', '-p', String(after), '-s', path.join(checkpoint, '_metadata'), job)
      assert.equal(result.exitCode, 0, result.stderr)
      assert.deepEqual(finalLines(result.stdout), expectedFinalLines())
      assert.deepEqual(filesBelow(directory), left, 'nothing of the other run was touched')
      workspace.remove()
    })
  }

  it('hold counts when a task fails in the middle, and leave no file of a job that has finished', async () => {
    const workspace = new Workspace(CHECKPOINTS)
    const job = workspace.file('job.mjs', HOT_KEYS_JOB)
    const failed = path.join(workspace.path, 'failed')
    const result = await workspace.run('run', '-p', '2', job, '--fail-at', '12500', '--marker', failed)
    assert.equal(result.exitCode, 0, result.stderr)
    assert.ok(existsSync(failed), 'the failure has happened')
    assert.deepEqual(finalLines(result.stdout), expectedFinalLines())
    const [jobId = ''] = readdirSync(path.join(workspace.path, 'checkpoints')).filter((name) => !name.startsWith('_'))
    assert.deepEqual(filesBelow(path.join(workspace.path, 'checkpoints', jobId)), ['shared', 'taskowned'])
    workspace.remove()
  })

  it('stay restorable when the job was cancelled, also where their job’s directory was moved', async () => {
    const workspace = new Workspace(CHECKPOINTS)
    const job = workspace.file('job.mjs', HOT_KEYS_JOB)
    const first = workspace.start('run', '-p', '2', job)
    const jobId = await first.jobId()
    const directory = path.join(workspace.path, 'checkpoints', jobId)
    await untilChained(first, directory)
    const cancelled = await workspace.run('cancel', jobId)
    assert.equal(cancelled.exitCode, 0, cancelled.stderr)
    await first.ended
    const moved = path.join(workspace.path, 'moved')
    renameSync(directory, moved)
    const result = await workspace.run('run', '-p', '3', '-s', moved, job)
    assert.deepEqual(finalLines(result.stdout), expectedFinalLines(), result.stderr)
    workspace.remove()
  })

  it('have nothing to do with savepoints, which need no file but their own', async () => {
    const workspace = new Workspace(CHECKPOINTS)
    const job = workspace.file('job.mjs', HOT_KEYS_JOB)
    const first = workspace.start('run', '-p', '2', job)
    const jobId = await first.jobId()
    await untilChained(first, path.join(workspace.path, 'checkpoints', jobId))
    const stopped = await workspace.run('stop', '-p', path.join(workspace.path, 'savepoints'), jobId)
    assert.equal(stopped.exitCode, 0, stopped.stderr)
    await first.ended
    rmSync(path.join(workspace.path, 'checkpoints'), { recursive: true })
    renameSync(path.join(workspace.path, 'savepoints'), path.join(workspace.path, 'moved'))
    const savepoint = path.join(workspace.path, 'moved', path.basename(savepointOf(stopped)))
    const result = await workspace.run('run', '-p', '1', '-s', savepoint, job)
    assert.deepEqual(finalLines(result.stdout), expectedFinalLines(), result.stderr)
    workspace.remove()
  })
})
