/** A job that is killed after some checkpoints and goes on from the newest of them with another parallelism. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { Workspace } from './command-line.js'

/** Runs the job with parallelism 2, kills it with SIGKILL, restores it with 3: the lines at its end, which begin with FINAL. */
export async function finalLinesOfRestored(source: string): Promise<string[]> {
  const workspace = new Workspace({
    'state.checkpoints.dir': 'checkpoints',
    'execution.checkpointing.interval': '50 ms',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  })
  const job = workspace.file('job.mjs', source)
  const first = workspace.start('run', '-p', '2', job)
  const directory = path.join(workspace.path, 'checkpoints', await first.jobId())
  for (let waited = 0; newestCheckpoint(directory) < 2; waited += 1) {
    assert.ok(waited < 1000, `no checkpoint came: ${first.stdout}${first.stderr}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  first.kill('SIGKILL')
  await first.ended
  assert.equal(first.stdout.includes('FINAL'), false, 'it was killed in the middle')

  const snapshot = path.join(directory, `chk-${String(newestCheckpoint(directory))}`, '_metadata')
  const result = await workspace.run('run', '-p', '3', '-s', snapshot, job)
  assert.equal(result.exitCode, 0, result.stderr)
  workspace.remove()
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

function newestCheckpoint(directory: string): number {
  if (!existsSync(directory)) return 0
  const ids = readdirSync(directory).flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
  return Math.max(0, ...ids.filter((id) => existsSync(path.join(directory, `chk-${String(id)}`, '_metadata'))))
}
