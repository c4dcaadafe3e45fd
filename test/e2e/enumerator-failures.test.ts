/** What an enumerator of a source does wrong is told with the operator, wherever it comes up. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { Workspace } from './command-line.js'

const NOBODY_CAUGHT = /Nobody caught an error in a worker that runs [^\n]*Source: Own source[^\n]*: Error: planned/
const COORDINATOR_FAILED = /The coordinator SourceCoordinator of Source: Own source failed: Error: planned/

/** `--how`: where the enumerator throws. Without an error the job would run on and on. */
const JOB = `
import { WatermarkStrategy } from 'flink-ts'

class Reader {
  start () {}
  pollNext () { return 'NOTHING_AVAILABLE' }
  snapshotState () { return [] }
  isAvailable () { return new Promise(() => undefined) }
  addSplits () {}
  notifyNoMoreSplits () {}
  close () {}
}
class Enumerator {
  constructor (context, how) { this.context = context; this.how = how }
  start () {
    const planned = () => { throw new Error('planned in ' + this.how) }
    switch (this.how) {
      case 'a timer': setTimeout(planned, 5); break
      case 'a promise': void Promise.resolve().then(planned); break
      case 'a callAsync': this.context.callAsync(async () => planned(), (_, error) => { if (error) throw error }); break
      case 'a promise of a callAsync': this.context.callAsync(async () => { void Promise.reject(new Error('planned in ' + this.how)) }, () => undefined)
    }
  }
  handleSplitRequest () {}
  addSplitsBack () {}
  addReader () {}
  snapshotState () {
    if (this.how === 'snapshotState') throw new Error('planned in snapshotState')
    return this.how === 'state that cannot be stored' ? () => undefined : 0
  }
  close () {}
}
class OwnSource {
  constructor (how) { this.how = how }
  getBoundedness () { return 'CONTINUOUS_UNBOUNDED' }
  createReader () { return new Reader() }
  createEnumerator (context) { return new Enumerator(context, this.how) }
  restoreEnumerator (context) { return this.createEnumerator(context) }
  getSplitSerializer () { return { getVersion: () => 1, serialize: () => new Uint8Array(), deserialize: () => undefined } }
}
export default function (env, params) {
  const how = params.get('how')
  env.fromSource(new OwnSource(how), WatermarkStrategy.noWatermarks(), 'Own source').print()
}
`

describe('an enumerator that fails', { concurrency: 2 }, () => {
  const workspace = new Workspace()
  workspace.file('job.mjs', JOB)
  after(() => {
    workspace.remove()
  })
  const options = ['-D', 'restart-strategy.type=none', '-D', 'execution.checkpointing.interval=100ms']

  for (const [how, said] of [
    ['a timer', NOBODY_CAUGHT],
    ['a promise', NOBODY_CAUGHT],
    ['a promise of a callAsync', NOBODY_CAUGHT],
    ['a callAsync', COORDINATOR_FAILED],
    ['snapshotState', COORDINATOR_FAILED],
    ['state that cannot be stored', /Source: Own source/],
  ] as const) {
    it(`in ${how} is named`, async () => {
      const { exitCode, stderr } = await workspace.run('run', ...options, 'job.mjs', '--how', how)
      assert.equal(exitCode, 1, stderr)
      assert.match(stderr, said)
    })
  }
})
