/** A job that is killed in the middle and goes on from its newest checkpoint with another parallelism. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Workspace, type CommandResult } from './command-line.js'

export interface KilledJob {
  /** The module and its arguments. */
  readonly job: readonly string[]
  /** All records are in that the snapshot is to hold. */
  readonly isInTheMiddle?: () => boolean
}

/** Runs a job with parallelism 2, kills it with SIGKILL, restores it with 3. */
export class RestoredRun {
  readonly workspace = new Workspace({
    'state.checkpoints.dir': 'checkpoints',
    'execution.checkpointing.interval': '50 ms',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  })
  #job: readonly string[] = []
  #checkpoints = ''

  /** What it had printed until then. */
  async killInTheMiddle({ job, isInTheMiddle = () => true }: KilledJob): Promise<CommandResult> {
    this.#job = job
    const run = this.workspace.start('run', '-p', '2', ...job)
    this.#checkpoints = path.join(this.workspace.path, 'checkpoints', await run.jobId())
    const until = async (condition: () => boolean): Promise<void> => {
      for (let waited = 0; !condition(); waited += 1) {
        assert.ok(waited < 3000, `it did not come so far: ${run.stdout}${run.stderr}`)
        await delay(10)
      }
    }
    await until(isInTheMiddle)
    // One checkpoint may have been under way already.
    const wanted = this.#newestCheckpoint() + 2
    await until(() => this.#newestCheckpoint() >= wanted)
    run.kill('SIGKILL')
    return run.ended
  }

  restore(): Promise<CommandResult> {
    const snapshot = path.join(this.#checkpoints, `chk-${String(this.#newestCheckpoint())}`, '_metadata')
    return this.workspace.run('run', '-p', '3', '-s', snapshot, ...this.#job)
  }

  #newestCheckpoint(): number {
    if (!existsSync(this.#checkpoints)) return 0
    const ids = readdirSync(this.#checkpoints).flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
    return Math.max(
      0,
      ...ids.filter((id) => existsSync(path.join(this.#checkpoints, `chk-${String(id)}`, '_metadata'))),
    )
  }
}

/** The lines at the end of the job, which begin with FINAL, where it was killed in the middle of slow records. */
export async function finalLinesOfRestored(source: string): Promise<string[]> {
  const run = new RestoredRun()
  const killed = await run.killInTheMiddle({ job: [run.workspace.file('job.mjs', source)] })
  assert.equal(killed.stdout.includes('FINAL'), false, 'it was killed in the middle')
  const result = await run.restore()
  assert.equal(result.exitCode, 0, result.stderr)
  run.workspace.remove()
  return result.stdout
    .split('\n')
    .filter((line) => line.startsWith('FINAL'))
    .sort()
}

/** A sink that prints the last [key, count, sum] of each key at its end. */
export const PRINT_LAST = `
class PrintLast extends RichSinkFunction {
  constructor () { super(); this.last = new Map() }
  invoke ([key, count, sum]) { this.last.set(key, [count, sum]) }
  finish () {
    for (const [key, [count, sum]] of this.last) this.getRuntimeContext().getStandardOutput().write('FINAL ' + [key, count, sum].join(' ') + '\\n')
  }
}
`
