/** Checkpoints in the memory of the JobManager have a limit: what is larger is refused, and the job goes on. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Workspace } from './command-line.js'

/** A kilobyte of state for each number; it waits at a few until a checkpoint is complete, and then goes on without an end. */
const JOB = `
import { KeyedProcessFunction, MemoryStateBackend, RichSourceFunction, RocksDBStateBackend, ValueStateDescriptor } from 'flink-ts'

class Numbers extends RichSourceFunction {
  constructor () { super(); Object.assign(this, { next: 0, isSafe: false }) }
  async * run () {
    for (; ; this.next += 1) {
      yield this.next
      if (this.next >= 5 && !this.isSafe) this.next -= 1
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  notifyCheckpointComplete () { this.isSafe = this.next >= 4 }
  snapshotState () { return [this.next] }
  restoreState (state) { for (const next of state) this.next = next }
}

class Keep extends KeyedProcessFunction {
  open () { this.text = this.getRuntimeContext().getState(new ValueStateDescriptor('text')) }
  processElement (value, ctx, out) {
    this.text.update('x'.repeat(1000))
    if (value % 50 === 0) out.collect('kept ' + value)
  }
}

export default function (env, params) {
  const memory = () => new MemoryStateBackend(params.getInt('limit'))
  if (params.has('limit')) env.setStateBackend(params.has('on-disk') ? new RocksDBStateBackend(memory()) : memory())
  env.addSource(new Numbers()).uid('numbers').keyBy((value) => value).process(new Keep()).uid('keep').print()
}
`

const CASES: readonly (readonly [what: string, args: readonly string[]])[] = [
  ['MemoryStateBackend', []],
  ['RocksDBStateBackend with incremental checkpoints', ['--on-disk']],
]

describe('state above the limit of checkpoints in memory', { concurrency: 2 }, () => {
  for (const [what, args] of CASES) {
    it(`fails the checkpoint with its size and the limit of the program, and the job goes on (${what})`, async () => {
      const workspace = new Workspace({
        'execution.checkpointing.interval': '30 ms',
        'execution.checkpointing.incremental': 'true',
        'execution.checkpointing.tolerable-failed-checkpoints': '1000000',
        'state.backend.rocksdb.localdir': 'local',
      })
      const job = workspace.start('run', workspace.file('job.mjs', JOB), '--limit', '20000', ...args)
      const jobId = await job.jobId()
      const [told] = await job.untilError(/^WARNING: Checkpoints of job .* fail: .*$/m)
      const [, size = '', limit = ''] =
        /larger than the maximum permitted.*Size=(\d+), maxSize=(\d+)\./.exec(told) ?? []
      assert.equal(limit, '20000', told)
      assert.ok(Number(size) > 20_000, told)
      assert.match(
        told,
        /Consider using .*FileSystemCheckpointStorage.* The last completed one is chk-\d+; the job goes on\.$/,
      )
      const [, kept = ''] = /kept (\d+)\n$/.exec(job.stdout) ?? [, '0']
      await job.until(new RegExp(`^kept ${String(Number(kept) + 100)}$`, 'm'))
      assert.equal((await workspace.run('cancel', jobId)).exitCode, 0)
      await job.ended
      workspace.remove()
    })
  }

  it('fails the job where no failed checkpoint is tolerated, by the limit of the configuration', async () => {
    const workspace = new Workspace({
      'execution.checkpointing.interval': '30 ms',
      'execution.checkpointing.memory-state-limit': '20 kb',
      'restart-strategy.type': 'none',
      'state.backend': 'jobmanager',
    })
    const result = await workspace.run('run', workspace.file('job.mjs', JOB))
    assert.equal(result.exitCode, 1, result.stdout)
    assert.match(result.stderr, /Exceeded checkpoint tolerable failure threshold.*Size=\d+, maxSize=20480/s)
    workspace.remove()
  })
})
