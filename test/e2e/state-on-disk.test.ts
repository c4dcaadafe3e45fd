/** State on the disk: savepoints between backends, kill -9 with incremental checkpoints, what lies in the local directories. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { FileSystems } from '../../src/core/fs/file-systems.js'
import { LocalFileSystem } from '../../src/core/fs/local-file-system.js'
import { openSnapshot } from '../../src/storage/snapshot-locator.js'
import { streamHandlesOfSubtask } from '../../src/storage/state-handles.js'
import { verifyStateHandle } from '../../src/storage/state-reader.js'
import { Workspace } from './command-line.js'
import { expectedFinalLines, finalLines, HOT_KEYS_JOB } from './hot-keys-job.js'
import { expectedLines, NumbersWorkspace, printedLines, savepointOf, until } from './numbers-job.js'

const fileSystems = new FileSystems().register('file', new LocalFileSystem())
const DRIVERS = ['rocksdb', 'lmdb'] as const

function onDisk(driver: string): readonly string[] {
  return ['-Dstate.backend.type=rocksdb', `-Dstate.backend.rocksdb.driver=${driver}`]
}

/** What is in the local directory of a workspace. */
function leftIn(workspace: Workspace): readonly string[] {
  const local = path.join(workspace.path, 'local')
  return existsSync(local) ? readdirSync(local) : []
}

const LOCAL = { 'state.backend.rocksdb.localdir': 'local' }

const CHECKPOINTS = {
  ...LOCAL,
  'execution.checkpointing.dir': 'checkpoints',
  'execution.checkpointing.incremental': 'true',
  'execution.checkpointing.interval': '50 ms',
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '3',
  'restart-strategy.fixed-delay.delay': '50 ms',
}

/** The number of the newest complete checkpoint; 0 without one. */
function newestCheckpoint(directory: string): number {
  if (!existsSync(directory)) return 0
  const numbers = readdirSync(directory).flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
  return Math.max(
    0,
    ...numbers.filter((number) => existsSync(path.join(directory, `chk-${String(number)}`, '_metadata'))),
  )
}

/** A newer checkpoint, of which the newest may have been under way already. */
async function untilNewCheckpoint(directory: string): Promise<void> {
  const wanted = newestCheckpoint(directory) + 2
  await until(`checkpoint ${String(wanted)}`, () => newestCheckpoint(directory) >= wanted)
}

for (const driver of DRIVERS) {
  describe(`state on the disk (${driver})`, () => {
    it('moves with a savepoint to the heap, and back with another parallelism', async () => {
      const workspace = new NumbersWorkspace(LOCAL)
      const stopAt = async (count: number, ...options: string[]): Promise<{ lines: string[]; savepoint: string }> => {
        const { job, jobId } = await workspace.running(count, ...options)
        const stopped = await workspace.run('stop', '-p', path.join(workspace.path, 'savepoints'), jobId)
        assert.equal(stopped.exitCode, 0, stopped.stderr)
        const { stdout } = await job.ended
        return { lines: printedLines(stdout), savepoint: savepointOf(stopped) }
      }
      const first = await stopAt(20, ...onDisk(driver))
      assert.deepEqual(leftIn(workspace), [], 'a job that has ended leaves nothing')
      const second = await stopAt(first.lines.length + 20, '-s', first.savepoint)
      const from = first.lines.length + second.lines.length
      const last = await workspace.run(
        'run',
        '-p',
        '3',
        ...onDisk(driver),
        '-s',
        second.savepoint,
        workspace.job,
        '--limit',
        String(from + 30),
      )
      assert.equal(last.exitCode, 0, last.stderr)
      const all = [...first.lines, ...second.lines, ...withoutPrefix(printedLines(last.stdout))]
      assert.deepEqual(all.toSorted(), expectedLines(0, from + 30).toSorted())
      assert.deepEqual(leftIn(workspace), [])
      workspace.remove()
    })

    it('holds counts over kill -9 with incremental checkpoints, and the next run removes what was left', async () => {
      const workspace = new Workspace(CHECKPOINTS)
      const job = workspace.file('job.mjs', HOT_KEYS_JOB)
      const local = '-Dexecution.state-recovery.from-local=true'
      const first = workspace.start('run', '-p', '2', ...onDisk(driver), local, job)
      const directory = path.join(workspace.path, 'checkpoints', await first.jobId())
      await untilNewCheckpoint(directory)
      await untilNewCheckpoint(directory)
      first.kill('SIGKILL')
      await first.ended
      assert.equal(first.stdout.includes('FINAL'), false, 'it was killed in the middle')
      assert.notDeepEqual(leftIn(workspace), [], 'a killed process leaves its files')
      const checkpoint = path.join(directory, `chk-${String(newestCheckpoint(directory))}`)
      const result = await workspace.run('run', '-p', '3', ...onDisk(driver), '-s', checkpoint, job)
      assert.equal(result.exitCode, 0, result.stderr)
      assert.deepEqual(finalLines(result.stdout), expectedFinalLines())
      assert.deepEqual(leftIn(workspace), [])
      workspace.remove()
    })

    it('holds counts when a task fails in the middle', async () => {
      const workspace = new Workspace(CHECKPOINTS)
      const job = workspace.file('job.mjs', HOT_KEYS_JOB)
      const failed = path.join(workspace.path, 'failed')
      const result = await workspace.run(
        'run',
        '-p',
        '2',
        ...onDisk(driver),
        job,
        '--fail-at',
        '12500',
        '--marker',
        failed,
      )
      assert.equal(result.exitCode, 0, result.stderr)
      assert.ok(existsSync(failed), 'the failure has happened')
      assert.deepEqual(finalLines(result.stdout), expectedFinalLines())
      assert.deepEqual(leftIn(workspace), [])
      workspace.remove()
    })
  })
}

describe('state on the disk', () => {
  it('of a living job is left alone by another one in the same directory', async () => {
    const workspace = new NumbersWorkspace(LOCAL)
    const { job, jobId } = await workspace.running(5, ...onDisk('auto'))
    const living = leftIn(workspace)
    const other = await workspace.run('run', ...onDisk('auto'), workspace.job, '--limit', '6')
    assert.equal(other.exitCode, 0, other.stderr)
    assert.deepEqual(leftIn(workspace), living)
    await workspace.run('cancel', jobId)
    await job.ended
    assert.deepEqual(leftIn(workspace), [])
    workspace.remove()
  })

  it('needs a local directory that can be made, else the job fails at its start and says which', async () => {
    const workspace = new NumbersWorkspace()
    const file = workspace.file('taken', '')
    const result = await workspace.run(
      'run',
      ...onDisk('auto'),
      `-Dstate.backend.rocksdb.localdir=${file}`,
      workspace.job,
    )
    assert.equal(result.exitCode, 1)
    assert.match(result.stderr, /No local directory can be made for state: .*taken.*state\.backend\.rocksdb\.localdir/)
    workspace.remove()
  })
})

/** Much state once a checkpoint is complete: a kilobyte for each number, of which no two are alike. */
const FILLING_JOB = `
import { randomBytes } from 'node:crypto'
import { KeyedProcessFunction, RichSourceFunction, ValueStateDescriptor } from 'flink-ts'

class Numbers extends RichSourceFunction {
  constructor () { super(); Object.assign(this, { next: 0, isSafe: false }) }
  async * run () {
    for (; this.next < 10_000_000; this.next += 1) {
      yield this.next
      while (this.next > 1000 && !this.isSafe) await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  // The first one may have been taken before there was anything.
  notifyCheckpointComplete () { this.isSafe = this.next > 1000 }
  snapshotState () { return [this.next] }
  restoreState (state) { for (const next of state) this.next = next }
}

class Fill extends KeyedProcessFunction {
  open () { this.text = this.getRuntimeContext().getState(new ValueStateDescriptor('text')) }
  processElement (value) { this.text.update(randomBytes(512).toString('hex')) }
}

export default function (env) {
  env.addSource(new Numbers()).uid('numbers').keyBy((value) => value).process(new Fill()).uid('fill').print()
}
`

function smallDisk(directory: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', directory], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

for (const driver of DRIVERS) {
  it(`a disk that is full of state fails the job, and its newest checkpoint is whole (${driver})`, async (context) => {
    const workspace = new Workspace({
      ...CHECKPOINTS,
      'restart-strategy.type': 'none',
      'taskmanager.memory.managed.size': '16 mb',
    })
    const local = path.join(workspace.path, 'local')
    mkdirSync(local)
    if (!smallDisk(local)) {
      context.skip('a small disk can be mounted by root on Linux only')
      return
    }
    try {
      const result = await workspace.run('run', ...onDisk(driver), workspace.file('job.mjs', FILLING_JOB))
      assert.equal(result.exitCode, 1, result.stdout)
      assert.match(result.stderr, /No space is left on the device of .*local/)
      assert.deepEqual(leftIn(workspace), [])
      const directory = path.join(workspace.path, 'checkpoints')
      const [ofJob = ''] = readdirSync(directory).filter((name) => !name.startsWith('_'))
      const newest = newestCheckpoint(path.join(directory, ofJob))
      assert.ok(newest > 0, 'a checkpoint was complete before')
      const snapshot = path.join(directory, ofJob, `chk-${String(newest)}`)
      const { metadata } = await openSnapshot(snapshot, fileSystems)
      const handles = metadata.operators
        .flatMap(({ subtasks }) => subtasks)
        .flatMap((subtask) => (subtask === undefined ? [] : streamHandlesOfSubtask(subtask)))
      assert.ok(handles.length > 0)
      for (const handle of handles) await verifyStateHandle(handle, fileSystems)
    } finally {
      execFileSync('umount', [local])
      workspace.remove()
    }
  })
}

/** Above parallelism 1 a line says which subtask it is of. */
function withoutPrefix(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/^\d+> /, ''))
}
