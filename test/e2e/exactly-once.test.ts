/** Counts stay right over task failures, kill -9 and another parallelism: every record affects state exactly once. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Workspace } from './command-line.js'
import { slowMap } from './slow-map.js'

const RECORDS = 15_000
const KEYS = 7

/** A slow sequence counted by key; fails once where `--fail-at` says; prints the final counts. */
const JOB = `
import { KeyedProcessFunction, RichSinkFunction, ValueStateDescriptor } from 'flink-ts'
${slowMap(0)}
class Count extends KeyedProcessFunction {
  open () { this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count')) }
  processElement (value, ctx, out) {
    const count = (this.count.value() ?? 0) + 1
    this.count.update(count)
    out.collect([value % ${String(KEYS)}, count])
  }
}

class PrintGreatest extends RichSinkFunction {
  constructor () { super(); this.greatest = new Map() }
  invoke ([key, count]) { this.greatest.set(key, Math.max(count, this.greatest.get(key) ?? 0)) }
  finish () {
    for (const [key, count] of this.greatest) this.getRuntimeContext().getStandardOutput().write('FINAL ' + key + ' ' + count + '\\n')
  }
}

export default function (env, params) {
  env.fromSequence(0, ${String(RECORDS - 1)}).uid('sequence')
    .map(new Slow(params.getInt('fail-at', -1), params.get('marker', ''))).uid('slow')
    .keyBy((value) => value % ${String(KEYS)})
    .process(new Count()).uid('count')
    .addSink(new PrintGreatest()).uid('print').setParallelism(1)
}
`

function finalCounts(stdout: string): Map<number, number> {
  const counts = new Map<number, number>()
  for (const [, key = '', count = ''] of stdout.matchAll(/^FINAL (\d+) (\d+)$/gm))
    counts.set(Number(key), Number(count))
  return counts
}

function expectedCounts(): Map<number, number> {
  const counts = new Map<number, number>()
  for (let value = 0; value < RECORDS; value += 1) counts.set(value % KEYS, (counts.get(value % KEYS) ?? 0) + 1)
  return counts
}

function completeCheckpoints(directory: string): number[] {
  if (!existsSync(directory)) return []
  const ids = readdirSync(directory).flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
  return ids.filter((id) => existsSync(path.join(directory, `chk-${String(id)}`, '_metadata'))).sort((a, b) => b - a)
}

const CHECKPOINTS = {
  'state.checkpoints.dir': 'checkpoints',
  'execution.checkpointing.interval': '50 ms',
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '3',
  'restart-strategy.fixed-delay.delay': '50 ms',
}

/** A process with as many workers as subtasks is slow to start, and the restore is the same. */
const SHARED_WORKERS = ['-Dtaskmanager.numberOfTaskSlots=3']

describe('exactly once', () => {
  for (const [parallelism, slots] of [
    [1, 1],
    [2, 1],
    [6, 3],
  ] as const) {
    const layout = `parallelism ${String(parallelism)}, ${String(slots)} a worker`
    it(`holds when a task fails in the middle at ${layout}`, async () => {
      const workspace = new Workspace({ ...CHECKPOINTS, 'taskmanager.numberOfTaskSlots': String(slots) })
      const job = workspace.file('job.mjs', JOB)
      const failure = ['--fail-at', String(RECORDS / 2 + 100), '--marker', path.join(workspace.path, 'failed')]
      const result = await workspace.run('run', '-p', String(parallelism), job, ...failure)
      assert.equal(result.exitCode, 0, result.stderr)
      assert.ok(existsSync(path.join(workspace.path, 'failed')), 'the failure has happened')
      assert.deepEqual(new Map([...finalCounts(result.stdout)].sort()), expectedCounts())
      workspace.remove()
    })
  }

  for (const [before, after] of [
    [1, 3],
    [3, 2],
    [2, 9],
  ] as const) {
    it(`holds over kill -9 and a restore from parallelism ${String(before)} to ${String(after)}`, async () => {
      const workspace = new Workspace(CHECKPOINTS)
      const job = workspace.file('job.mjs', JOB)
      const first = workspace.start('run', '-p', String(before), job)
      const jobId = await first.jobId()
      const directory = path.join(workspace.path, 'checkpoints', jobId)
      for (let waited = 0; (completeCheckpoints(directory)[0] ?? 0) < 2; waited += 1) {
        assert.ok(waited < 1000, `no checkpoint came: ${first.stdout}${first.stderr}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      first.kill('SIGKILL')
      await first.ended
      assert.equal(first.stdout.includes('FINAL'), false, 'it was killed in the middle')

      const [newest = 0] = completeCheckpoints(directory)
      const snapshot = path.join(directory, `chk-${String(newest)}`, '_metadata')
      const result = await workspace.run('run', '-p', String(after), ...SHARED_WORKERS, '-s', snapshot, job)
      assert.equal(result.exitCode, 0, result.stderr)
      assert.deepEqual(new Map([...finalCounts(result.stdout)].sort()), expectedCounts())
      workspace.remove()
    })
  }

  it('without checkpoints the first failure is final and names the operator and the user’s line', async () => {
    const workspace = new Workspace()
    const job = workspace.file('job.mjs', JOB)
    const result = await workspace.run('run', job, '--fail-at', '10', '--marker', path.join(workspace.path, 'failed'))
    assert.equal(result.exitCode, 1)
    assert.match(result.stderr, /RESTARTS_EXHAUSTED.*suppressed by the restart strategy none\./)
    assert.match(result.stderr, /OPERATOR_FAILED.*Map \(subtask 1 of 1\) failed: Error: planned failure/)
    const line = JOB.split('\n').findIndex((text) => text.includes('planned failure')) + 1
    assert.match(result.stderr, new RegExp(`at Slow\\.map \\(.*job\\.mjs:${String(line)}:`))
    workspace.remove()
  })
})
