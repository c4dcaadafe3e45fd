import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { JobMasterHarness, settle } from './job-master-harness.js'

const RESTARTS = { 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '10 s' }

describe('A JobMaster of a job that takes the place of another one', () => {
  it('has its workers load the program before the job begins, and only once', async () => {
    const harness = new JobMasterHarness()
    await harness.master.preload()
    assert.deepEqual(harness.started.map((workers) => workers.at(-1)?.received.map(({ type }) => type)).flat(), [
      'load-program',
      'load-program',
    ])
    await harness.run()
    assert.deepEqual(harness.taskStates(), ['RUNNING', 'RUNNING', 'RUNNING'])
    assert.equal(harness.worker(0).countOf('load-program'), 1)
    assert.equal(harness.worker(1).countOf('load-program'), 1)
  })

  it('has all load it anew where a worker died in between, and in a restart', async () => {
    const harness = new JobMasterHarness(RESTARTS)
    await harness.master.preload()
    harness.worker(1).die(new Error('gone'))
    await harness.run()
    assert.equal(harness.master.status, 'RUNNING')
    assert.equal(harness.started[1]?.length, 2)
    assert.deepEqual([harness.worker(0).countOf('load-program'), harness.worker(1).countOf('load-program')], [2, 1])
    await harness.fail('source', new Error('boom'))
    await harness.advance(10_000)
    assert.deepEqual([harness.worker(0).countOf('load-program'), harness.worker(1).countOf('load-program')], [3, 2])
  })

  it('rejects where a worker cannot load the program, and ends when it is abandoned', async () => {
    const harness = new JobMasterHarness()
    harness.ignored.add('load-program')
    const preloaded = harness.master.preload()
    harness.worker(1).failProgram(0, new Error('no such module'))
    await assert.rejects(preloaded, /no such module/)
    await harness.master.abandon(new Error('not begun'))
    assert.equal(harness.outcome?.status, 'FAILED')
  })

  it('restarts after no failure before all tasks have run, and by its strategy from then on', async () => {
    const harness = new JobMasterHarness(RESTARTS, undefined, undefined, { takesPlace: true })
    harness.ignored.add('deploy-tasks')
    await harness.run()
    await fails(harness, 'source')
    assert.equal(harness.outcome?.status, 'FAILED')
    const begun = await new JobMasterHarness(RESTARTS, undefined, undefined, { takesPlace: true }).run()
    assert.equal(begun.allRunning, 1)
    await begun.fail('source', new Error('boom'))
    assert.equal(begun.master.status, 'RESTARTING')
    await begun.advance(10_000)
    assert.equal(begun.allRunning, 2)
  })
})

/** A task that was deployed and has not come to run. */
async function fails(harness: JobMasterHarness, prefix: string): Promise<void> {
  for (const workers of harness.started) {
    for (const message of workers.at(-1)?.received ?? []) {
      if (message.type !== 'deploy-tasks') continue
      const task = message.tasks.find(({ executionId }) => executionId.startsWith(prefix))
      if (task === undefined) continue
      const worker = workers.at(-1)
      worker?.report(task.executionId, 'INITIALIZING')
      worker?.report(task.executionId, 'FAILED', new Error('cannot be opened'))
    }
  }
  await settle()
}
