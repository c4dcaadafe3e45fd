/** Whether a job runs: seen by the next start of the same program, and by other commands. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Workspace } from './command-line.js'

/** Counts for ever and names its checkpoint directory itself. */
function jobText(directory: string): string {
  return `
import { FsStateBackend } from 'flink-ts'
class Numbers {
  constructor () { this.next = 1; this.running = true }
  snapshotState () { return [this.next] }
  restoreState ([next]) { this.next = next }
  async * run () {
    while (this.running) {
      yield 'number ' + this.next++
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  cancel () { this.running = false }
}
export default (env) => {
  env.enableCheckpointing(20)
  env.setStateBackend(new FsStateBackend(${JSON.stringify(directory)}))
  env.addSource(new Numbers()).uid('numbers').print()
}
`
}

class NumbersWorkspace extends Workspace {
  readonly states = path.join(this.path, 'state')
  readonly job = this.file('job.mjs', jobText(this.states))

  /** Resolves when a checkpoint lies there that has seen a record. */
  async untilCheckpoint(): Promise<void> {
    const newest = (): number => Math.max(0, ...this.#checkpoints())
    const first = newest()
    for (let asked = 0; newest() < first + 2; asked += 1) {
      assert.ok(asked < 3000, 'no checkpoint came')
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** The first number that the next run counts. */
  async firstNumber(): Promise<{ readonly number: number; readonly stderr: string }> {
    const next = this.start('run', this.job)
    const [, number] = await next.until(/number (\d+)\n/)
    next.kill('SIGKILL')
    const { stderr } = await next.ended
    return { number: Number(number), stderr }
  }

  #checkpoints(): number[] {
    if (!existsSync(this.states)) return []
    const files = readdirSync(this.states, { recursive: true, encoding: 'utf8' })
    return files.flatMap((file) => /chk-(\d+).*_metadata$/.exec(file)?.[1] ?? []).map(Number)
  }
}

function skipWithoutNamespaces(): string | false {
  const { status } = spawnSync('unshare', ['-pf', '--mount-proc', 'true'])
  return status === 0 ? false : 'this needs unshare and the right to make process namespaces (root)'
}

describe('the next start of a job', { skip: process.platform === 'win32' }, () => {
  it('goes on after kill -9 where nobody has reaped the process', async () => {
    const workspace = new NumbersWorkspace()
    // The shell becomes a process that never waits for the child it had.
    const parent = workspace.startBelow(['sh', '-c', '"$@" & echo pid $!; exec sleep 600', 'sh'], 'run', workspace.job)
    const [, pid] = await parent.until(/pid (\d+)\n/)
    await workspace.untilCheckpoint()
    process.kill(Number(pid), 'SIGKILL')
    const { number, stderr } = await workspace.firstNumber()
    parent.kill('SIGKILL')
    assert.ok(number > 1, stderr)
    assert.match(stderr, /The job goes on from/)
    workspace.remove()
  })

  it('goes on in a container, where every job is process 1', { skip: skipWithoutNamespaces() }, async () => {
    const workspace = new NumbersWorkspace()
    const firstNumbers: number[] = []
    for (let start = 0; start < 2; start += 1) {
      const container = workspace.startBelow(['unshare', '-pf', '--kill-child', '--mount-proc'], 'run', workspace.job)
      const [, number] = await container.until(/number (\d+)\n/)
      firstNumbers.push(Number(number))
      await workspace.untilCheckpoint()
      container.kill('SIGKILL')
      await container.ended
    }
    const [first, second] = firstNumbers
    assert.equal(first, 1)
    assert.ok(second !== undefined && second > 1, String(second))
    const run = path.join(workspace.path, 'run')
    const entries = readdirSync(run).filter((file) => file.endsWith('.json'))
    const pids = entries.map((file) => (JSON.parse(readFileSync(path.join(run, file), 'utf8')) as { pid: number }).pid)
    assert.deepEqual(pids, [1], 'the last to die left its entry, the one before was cleaned up')
    workspace.remove()
  })

  it('does not go on from a stopped one, which is listed and says to other commands that it does not answer', async () => {
    const workspace = new NumbersWorkspace({ 'client.timeout': '1 s' })
    const stopped = workspace.start('run', workspace.job)
    const jobId = await stopped.jobId()
    await stopped.until(/number \d+\n/)
    await workspace.untilCheckpoint()
    stopped.kill('SIGSTOP')
    try {
      const list = await workspace.run('list')
      assert.deepEqual([list.exitCode, list.stderr], [0, ''])
      assert.match(list.stdout, new RegExp(`^[\\d.]{10} [\\d:]{8} : ${jobId} : .* \\(UNRESPONSIVE\\)$`, 'm'))
      const cancel = await workspace.run('cancel', jobId)
      assert.equal(cancel.exitCode, 1)
      assert.match(cancel.stderr, new RegExp(`JOB_UNRESPONSIVE.*\\(${String(stopped.pid)}\\) lives`))
      const { stderr } = await workspace.firstNumber()
      assert.doesNotMatch(stderr, /The job goes on from/)
    } finally {
      stopped.kill('SIGKILL')
    }
    workspace.remove()
  })
})
