import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Workspace } from './command-line.js'

/** Records of 4 kB for three sinks, one of them slow, that put out nothing but what a complete checkpoint has in it. */
const JOB = `
import { RichParallelSourceFunction } from 'flink-ts'
const text = 'x'.repeat(4000)
class Numbers extends RichParallelSourceFunction {
  * run () {
    const subtask = this.getRuntimeContext().getIndexOfThisSubtask()
    for (let value = 0; value < 120; value += 1) yield { value, subtask, text }
  }
}
class Committer {
  open = []
  waiting = []
  initializeState () {}
  invoke ({ value, subtask }) {
    this.open.push(subtask + '/' + value)
    if (value % 3 === 0) return new Promise((resolve) => setTimeout(resolve, 15))
  }
  snapshotState (context) {
    this.waiting.push([context.getCheckpointId(), this.open])
    this.open = []
  }
  notifyCheckpointComplete (checkpointId) {
    for (const [id, records] of this.waiting) if (id <= checkpointId) for (const each of records) console.log(each)
    this.waiting = this.waiting.filter(([id]) => id > checkpointId)
  }
}
export default (env) => {
  env.addSource(new Numbers()).keyBy(({ value }) => value % 3).addSink(new Committer())
}
`

for (const interval of ['20 ms', '1 h']) {
  it(`a bounded job with a slow sink ends with everything committed, with a checkpoint every ${interval}`, async () => {
    const workspace = new Workspace()
    const options = [`-Dexecution.checkpointing.interval=${interval}`, '-Dtaskmanager.memory.network.max=1mb']
    const { exitCode, stdout, stderr } = await workspace.start(
      'run',
      '-p',
      '3',
      ...options,
      workspace.file('job.mjs', JOB),
    ).ended
    assert.equal(exitCode, 0, stderr)
    const committed = stdout.split('\n').filter((line) => /^\d\/\d+$/.test(line))
    assert.equal(committed.length, 360)
    assert.equal(new Set(committed).size, 360)
    workspace.remove()
  })
}
