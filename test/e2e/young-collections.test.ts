/** Task workers on all cores collect young objects without V8's helper threads: see cluster/worker-thread-starter.ts. */
import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { describe, it } from 'node:test'
import { Workspace } from './command-line.js'

/** A task for each core, each of which makes garbage for a second or so. */
const JOB = `
export default (env) => {
  env.fromSequence(1, ${String(1_000_000 * availableParallelism())})
    .map((n) => ({ n, text: 'number ' + n, parts: [n, n + 1] }))
    .filter(({ parts }) => parts[0] < 0)
    .print()
}
`
const CORES = String(availableParallelism())
const SCAVENGE = /gc=s .*background\.scavenge\.parallel=([\d.]+)/

/** How long helper threads worked on each collection. */
async function helperTimesMs(): Promise<number[]> {
  const workspace = new Workspace()
  const file = workspace.file('job.mjs', JOB)
  const { exitCode, stdout, stderr } = await workspace.startWith(['--trace-gc-nvp'], 'run', '-p', CORES, file).ended
  assert.equal(exitCode, 0, stderr)
  workspace.remove()
  const [, sinceJobRan = ''] = stdout.split('submitted with JobID')
  return sinceJobRan
    .split('\n')
    .flatMap((line) => SCAVENGE.exec(line)?.[1] ?? [])
    .map(Number)
}

describe('task workers', () => {
  it('collect young objects alone', async () => {
    const times = await helperTimesMs()
    assert.ok(times.length >= 20, `only ${String(times.length)} collections were traced`)
    // One may have begun before the last worker had started.
    const withHelpers = times.filter((time) => time > 0)
    assert.ok(withHelpers.length < times.length / 10, `helpers took part: ${withHelpers.join(', ')} ms`)
  })
})
