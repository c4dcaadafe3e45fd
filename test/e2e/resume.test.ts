/** A program that names its checkpoint directory goes on from the newest checkpoint there, also when it has changed. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Workspace, type RunningCommand } from './command-line.js'
import { assertFailed } from './refusals.js'

/** Counts for ever, or up to `--until`. `change` is code between the source and the count. */
function jobText(directory: string, change = ''): string {
  return `
import { FsStateBackend, KeyedProcessFunction, ValueStateDescriptor } from 'flink-ts'
class Count extends KeyedProcessFunction {
  open () { this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count')) }
  processElement (value, ctx, out) {
    this.count.update((this.count.value() ?? 0) + 1)
    out.collect('count ' + this.count.value() + ' of ' + value)
  }
}
class Numbers {
  constructor (until) { this.next = 1; this.until = until }
  snapshotState () { return [this.next] }
  restoreState ([next]) { this.next = next }
  async * run () {
    while (this.next <= this.until) {
      yield this.next++
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  cancel () { this.until = 0 }
}
export default (env, params) => {
  env.enableCheckpointing(20)
  env.setStateBackend(new FsStateBackend(${JSON.stringify(directory)}))
  env.addSource(new Numbers(params.getInt('until', 1e9))).uid('numbers')
    ${change}
    .keyBy(() => 'all').process(new Count()).uid('count').print()
}
`
}

function checkpoints(directory: string): string[] {
  if (!existsSync(directory)) return []
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('_metadata')).map((file) => path.dirname(file))
}

function numberOf(checkpoint: string): number {
  return Number(/chk-(\d+)$/.exec(checkpoint)?.[1])
}

/** Its metadata lose their last byte. */
function cutOff(directory: string, checkpoint = ''): void {
  const file = path.join(directory, checkpoint, '_metadata')
  truncateSync(file, statSync(file).size - 1)
}

/** Resolves once a checkpoint lies there that has seen at least one record. */
async function untilCheckpoint(job: RunningCommand, directory: string): Promise<void> {
  await job.until(/count \d+ of \d+\n/)
  const seen = new Set(checkpoints(directory))
  for (let asked = 0; checkpoints(directory).every((checkpoint) => seen.has(checkpoint)); asked += 1) {
    assert.ok(asked < 3000, 'no checkpoint came')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function killBehindCheckpoint(job: RunningCommand, directory: string): Promise<void> {
  await untilCheckpoint(job, directory)
  job.kill('SIGKILL')
  await job.ended
}

/** The first record that a run counts, and how far the count was before it. */
async function firstCount(job: RunningCommand): Promise<readonly [count: number, value: number]> {
  const [, count, value] = await job.until(/count (\d+) of (\d+)\n/)
  return [Number(count), Number(value)]
}

describe('a program that names its checkpoint directory', () => {
  it('goes on from the newest checkpoint after kill -9, with changed code, and starts afresh once it has finished', async () => {
    const workspace = new Workspace()
    const directory = path.join(workspace.path, 'state')
    const first = workspace.start('run', workspace.file('job.mjs', jobText(directory)))
    await killBehindCheckpoint(first, directory)

    const file = workspace.file('job.mjs', jobText(directory, '.map((value) => value).filter(() => true)'))
    const second = workspace.start('run', file)
    const [count, value] = await firstCount(second)
    assert.ok(count > 1 && count === value, `it went on with ${String(count)} of ${String(value)}`)
    assert.match(second.stderr, /The job goes on from file:\S+, its newest checkpoint/)
    await killBehindCheckpoint(second, directory)

    const third = await workspace.run('run', file, '--until', '2000')
    assert.equal(third.exitCode, 0, third.stderr)
    assert.match(third.stdout, /count 2000 of 2000\n/)
    assert.doesNotMatch(third.stdout, /count 1 of 1\n/)

    const fourth = await workspace.run('run', file, '--until', '3')
    assert.match(fourth.stdout, /count 1 of 1\n/, 'a finished job is not gone on with')
    workspace.remove()
  })

  it('does not start at zero where its checkpoint is damaged, and says how to; goes back to an older one with a warning', async () => {
    const workspace = new Workspace({ 'execution.checkpointing.num-retained': '3' })
    const directory = path.join(workspace.path, 'state')
    const file = workspace.file('job.mjs', jobText(directory))
    const first = workspace.start('run', file)
    await untilCheckpoint(first, directory)
    await untilCheckpoint(first, directory)
    await killBehindCheckpoint(first, directory)
    const newestFirst = checkpoints(directory).toSorted((left, right) => numberOf(right) - numberOf(left))
    assert.ok(newestFirst.length > 1, newestFirst.join(' '))
    cutOff(directory, newestFirst[0])
    const second = workspace.start('run', file)
    const [count, value] = await firstCount(second)
    assert.ok(count > 1 && count === value, `it went on with ${String(count)} of ${String(value)}`)
    assert.match(
      second.stderr,
      /^WARNING: A checkpoint was passed over. The snapshot file .* is damaged at operator block/,
    )
    assert.match(second.stderr, /^WARNING: The job goes back to the older checkpoint \d+ of .* comes out twice\.$/m)
    second.kill('SIGKILL')
    await second.ended

    for (const checkpoint of checkpoints(directory)) cutOff(directory, checkpoint)
    const third = await workspace.run('run', file, '--until', '3')
    const option = '-D execution.state-recovery.from-latest=false'
    assertFailed(third, [
      'starting at zero is not done unasked',
      option,
      'SNAPSHOTS_UNUSABLE',
      'is damaged at operator',
    ])
    assert.equal(third.stdout, '')
    workspace.remove()
  })

  it('goes on from its last checkpoint after a failure; while it lives none of its checkpoints can be disposed of', async () => {
    const settings = { 'restart-strategy.type': 'none', 'execution.checkpointing.num-retained': '1000' }
    const workspace = new Workspace(settings)
    const directory = path.join(workspace.path, 'state')
    const file = workspace.file('job.mjs', jobText(directory))
    const first = workspace.start('run', file)
    await untilCheckpoint(first, directory)
    const oldest = path.join(directory, checkpoints(directory)[0] ?? '')
    const refused = await workspace.run('savepoint', '-d', oldest)
    assertFailed(refused, [
      'Failed to dispose the savepoint',
      'SNAPSHOT_IN_USE',
      `belongs to job ${await first.jobId()}`,
    ])
    first.kill('SIGKILL')
    await first.ended
    const disposed = await workspace.run('savepoint', '-d', oldest)
    assert.equal(disposed.exitCode, 0, disposed.stderr)

    const throwing = '.map((value) => { if (value > 700) throw new Error("boom"); return value })'
    const failed = await workspace.run('run', workspace.file('job.mjs', jobText(directory, throwing)))
    assert.equal(failed.exitCode, 1, failed.stdout)
    assert.match(failed.stdout, /count 700 of 700\n$/)
    const third = workspace.start('run', workspace.file('job.mjs', jobText(directory)))
    const [count, value] = await firstCount(third)
    assert.ok(count > 350 && count === value, `it went on with ${String(count)} of ${String(value)}`)
    third.kill('SIGKILL')
    await third.ended
    workspace.remove()
  })

  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
    it(`${signal === 'SIGINT' ? 'starts afresh' : 'goes on with the very next record'} after ${signal}`, async () => {
      const workspace = new Workspace()
      const directory = path.join(workspace.path, 'state')
      const file = workspace.file('job.mjs', jobText(directory))
      const first = workspace.start('run', file)
      await untilCheckpoint(first, directory)
      first.kill(signal)
      const { exitCode, stdout, stderr } = await first.ended
      assert.equal(exitCode, signal === 'SIGINT' ? 1 : 0, stderr)
      const last = Math.max(...[...stdout.matchAll(/count (\d+) of/g)].map(([, count]) => Number(count)))

      const second = workspace.start('run', file)
      const next = signal === 'SIGINT' ? 1 : last + 1
      assert.deepEqual(await firstCount(second), [next, next])
      second.kill('SIGKILL')
      await second.ended
      workspace.remove()
    })
  }

  it('starts afresh when the configuration says so', async () => {
    const workspace = new Workspace()
    const directory = path.join(workspace.path, 'state')
    const file = workspace.file('job.mjs', jobText(directory))
    await killBehindCheckpoint(workspace.start('run', file), directory)
    const second = await workspace.run('run', '-D', 'execution.state-recovery.from-latest=false', file, '--until', '3')
    assert.match(second.stdout, /count 1 of 1\n/)
    workspace.remove()
  })

  it('starts afresh beside a run of the same program that still lives', async () => {
    const workspace = new Workspace()
    const directory = path.join(workspace.path, 'state')
    const file = workspace.file('job.mjs', jobText(directory))
    const first = workspace.start('run', file)
    await untilCheckpoint(first, directory)
    const second = await workspace.run('run', file, '--until', '3')
    assert.match(second.stdout, /count 1 of 1\n/)
    assert.match(second.stderr, /which runs: this one starts afresh/)
    first.kill('SIGKILL')
    await first.ended
    workspace.remove()
  })

  it('is not gone on with by a job of another name', async () => {
    const workspace = new Workspace()
    const directory = path.join(workspace.path, 'state')
    const file = workspace.file('job.mjs', jobText(directory))
    await killBehindCheckpoint(workspace.start('run', file), directory)
    const other = await workspace.run('run', '-D', 'pipeline.name=another', file, '--until', '3')
    assert.match(other.stdout, /count 1 of 1\n/, other.stderr)
    workspace.remove()
  })
})

describe('run -s with a directory of checkpoints', () => {
  for (const [what, below] of [
    ['a job', (jobId: string): string => jobId],
    ['all jobs', (): string => ''],
  ] as const) {
    it(`of ${what} goes on from the newest`, async () => {
      const workspace = new Workspace()
      const directory = path.join(workspace.path, 'state')
      const file = workspace.file('job.mjs', jobText(directory))
      const first = workspace.start('run', file)
      await killBehindCheckpoint(first, directory)
      const second = workspace.start('run', '-s', path.join(directory, below(await first.jobId())), file)
      const [count, value] = await firstCount(second)
      assert.ok(count > 1 && count === value, `it went on with ${String(count)} of ${String(value)}`)
      assert.match(second.stderr, /The job goes on from file:\S+chk-\d+, the newest checkpoint in /)
      second.kill('SIGKILL')
      await second.ended
      workspace.remove()
    })
  }
})
