/** Task workers collect young objects without V8's helper threads: see cluster/worker-thread-starter.ts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Workspace } from './command-line.js'

/** Two tasks, each of which makes garbage for a second or so. */
const JOB = `
export default (env) => {
  env.setParallelism(2)
  env.fromSequence(1, 2_000_000)
    .map((n) => ({ n, text: 'number ' + n, parts: [n, n + 1] }))
    .filter(({ parts }) => parts[0] < 0)
    .print()
}
`
const SCAVENGE = /gc=s .*background\.scavenge\.parallel=([\d.]+)/

/** How long helper threads worked on each collection. */
async function helperTimesMs(): Promise<number[]> {
  const workspace = new Workspace()
  const file = workspace.file('job.mjs', JOB)
  const { exitCode, stdout, stderr } = await workspace.startWith(['--trace-gc-nvp'], 'run', file).ended
  assert.equal(exitCode, 0, stderr)
  workspace.remove()
  // The first ones are of the main thread, before there is a worker.
  return stdout
    .split('\n')
    .flatMap((line) => SCAVENGE.exec(line)?.[1] ?? [])
    .slice(5)
    .map(Number)
}

describe('task workers', () => {
  it('collect young objects alone', async () => {
    const times = await helperTimesMs()
    assert.ok(times.length >= 20, `only ${String(times.length)} collections were traced`)
    assert.deepEqual(
      times.filter((time) => time > 0),
      [],
    )
  })
})
