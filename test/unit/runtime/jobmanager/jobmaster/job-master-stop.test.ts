import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { JobMasterHarness, settle } from './job-master-harness.js'

const GOES_ON = {
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.delay': '1 s',
}

async function stopping(): Promise<JobMasterHarness> {
  const harness = await new JobMasterHarness(GOES_ON).run()
  await harness.master.stop()
  return harness
}

describe('A JobMaster whose tasks have come to the end of their data', () => {
  it('says after a while which of them it still waits for, where none needs a checkpoint', async () => {
    const harness = await new JobMasterHarness().run()
    const workers = harness.started.flatMap((ofSlot) => ofSlot.slice(-1))
    const tasks = workers.flatMap((worker) => worker.tasks.map(({ executionId }) => ({ worker, executionId })))
    const ended = tasks.slice(1)
    for (const { worker, executionId } of ended) worker.say({ type: 'end-of-data', executionId, waitsFor: undefined })
    await harness.advance(60_000)
    assert.deepEqual(harness.told, [], 'one of them has data')
    const [first] = tasks
    assert.ok(first !== undefined)
    first.worker.say({ type: 'end-of-data', executionId: first.executionId, waitsFor: undefined })
    for (const { worker, executionId } of ended) worker.report(executionId, 'FINISHED')
    await harness.advance(9_999)
    assert.deepEqual(harness.told, [])
    await harness.advance(1)
    assert.equal(harness.told.length, 1)
    assert.match(
      harness.told.join(),
      /is at its end and still waits for: source \(1\/\d\)\. Does a close or a promise not/,
    )
  })
})

describe('A JobMaster that is asked to stop', () => {
  it('waits for no merge of accumulators once it is cancelled', async () => {
    const harness = await new JobMasterHarness().run()
    harness.ignored.add('merge-accumulators')
    await harness.finishAll({ lines: 5 })
    assert.equal(harness.master.status, 'RUNNING')
    harness.master.cancel()
    await settle()
    assert.equal(harness.outcome?.status, 'FINISHED')
    const { lines } = harness.outcome.accumulatorResults
    assert.ok(lines !== undefined && 'error' in lines)
    assert.match(lines.error.message, /the job was cancelled meanwhile/)
  })

  it('ends the job after a last checkpoint, and names it', async () => {
    const harness = await stopping()
    await harness.finishAll()
    assert.equal(harness.outcome?.status, 'FINISHED')
    assert.match(String(harness.outcome.finalCheckpoint), /chk-1$/)
  })

  it('says that nothing is kept where checkpoints do not outlive it, and what would keep them', async () => {
    const harness = await new JobMasterHarness().run()
    await harness.master.stop()
    await settle()
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.match(harness.told.join(), /^Job \w+ keeps no checkpoints: it is cancelled, .*\.from-latest: true\.$/)
    const kept = await stopping()
    await kept.finishAll()
    assert.doesNotMatch(kept.told.join(), /keeps no checkpoints/)
  })

  it('does not start the job again when the last checkpoint completes while it is about to restart', async () => {
    const harness = await new JobMasterHarness(GOES_ON).run()
    harness.ignored.add('trigger-checkpoint')
    const stopped = harness.master.stop()
    await settle()
    for (const slot of [0, 1, 2]) harness.started[slot]?.at(-1)?.acknowledge(1)
    const failed = harness.fail('map', new Error('boom'))
    assert.equal(harness.master.status, 'RESTARTING')
    await failed
    await stopped
    await harness.advance(10_000)
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.match(String(harness.outcome.finalCheckpoint), /chk-1$/)
    assert.equal(harness.master.details().restarts, 0)
  })

  it('does not start the job again when it fails after that checkpoint, which is kept', async () => {
    const harness = await stopping()
    await harness.fail('map', new Error('boom'))
    await settle()
    await harness.advance(10_000)
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.equal(harness.master.details().restarts, 0)
    const path = String(harness.outcome.finalCheckpoint).replace('file:', '')
    assert.ok((await harness.disk.status(`${path}/_metadata`)) !== undefined)
    assert.equal(harness.master.details().exceptions[0]?.message, 'boom')
  })
})

describe('A JobMaster that is asked to stop while it stops with a savepoint', () => {
  async function inStop(): Promise<{ harness: JobMasterHarness; stopped: Promise<string> }> {
    const harness = await new JobMasterHarness(GOES_ON).run()
    harness.ignored.add('trigger-checkpoint')
    const stopped = harness.master.stopWithSavepoint('file:///sp', 'suspend')
    await settle()
    void harness.master.stop()
    await settle()
    for (const slot of [0, 1, 2]) harness.started[slot]?.at(-1)?.acknowledge(1)
    await settle()
    return { harness, stopped }
  }

  it('ends with that savepoint, and says nothing of a failure', async () => {
    const { harness, stopped } = await inStop()
    await harness.finishAll()
    assert.match(await stopped, /^file:\/+sp\/savepoint-/)
    assert.equal(harness.outcome?.status, 'FINISHED')
    assert.deepEqual(harness.told, [])
  })

  it('does not start the job again when it fails after it', async () => {
    const { harness, stopped } = await inStop()
    const failed = assert.rejects(stopped, { code: 'STOP_AFTER_SAVEPOINT_FAILED' })
    await harness.fail('map', new Error('boom'))
    await failed
    await harness.advance(10_000)
    assert.equal(harness.outcome?.status, 'CANCELED')
  })

  it('takes its last checkpoint where that savepoint fails', async () => {
    const harness = await new JobMasterHarness(GOES_ON).run()
    harness.disk.fault = (_operation, path) => {
      if (path.includes('/sp')) throw new FlinkError('DISK_FULL', { path })
    }
    const stopped = assert.rejects(harness.master.stopWithSavepoint('file:///sp', 'suspend'), {
      code: 'SAVEPOINT_DIRECTORY_FAILED',
    })
    await harness.master.stop()
    await stopped
    await harness.finishAll()
    assert.match(String(harness.outcome?.finalCheckpoint), /chk-2$/)
  })
})

describe('A JobMaster that is asked to stop while it waits to restart', () => {
  it('says which checkpoint is kept', async () => {
    const harness = await new JobMasterHarness(GOES_ON).run()
    await harness.master.triggerCheckpoint()
    await harness.fail('map', new Error('boom'))
    assert.equal(harness.master.status, 'RESTARTING')
    await harness.master.stop()
    await settle()
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.match(
      harness.told.at(-1) ?? '',
      /^Job a+ is RESTARTING: no last checkpoint can be taken\. \S+chk-1 is kept, and a start with -s/,
    )
  })

  it('says that none is complete where none is', async () => {
    const harness = await new JobMasterHarness(GOES_ON).run()
    await harness.fail('map', new Error('boom'))
    await harness.master.stop()
    assert.match(harness.told.at(-1) ?? '', /no last checkpoint can be taken\. None is complete/)
  })
})

describe('A JobMaster whose last checkpoint fails', () => {
  for (const [title, more, next] of [
    [
      'that a start with its path goes on from it',
      {},
      /chk-1 is kept, and a start with -s file:\S+chk-1 goes on from it/,
    ],
    [
      'that the next start goes on from it',
      { 'execution.state-recovery.from-latest': 'true' },
      /chk-1 is kept, and the next start goes on from it: what came after it is processed again\.$/,
    ],
  ] as const) {
    it(`says why, which one is kept, and ${title}`, async () => {
      const harness = await new JobMasterHarness({ ...GOES_ON, ...more }).run()
      await harness.master.triggerCheckpoint()
      harness.disk.fault = (_operation, path) => {
        if (path.includes('chk-2')) throw new FlinkError('DISK_FULL', { path })
      }
      await harness.master.stop()
      await settle()
      assert.equal(harness.outcome?.status, 'CANCELED')
      const told = harness.told.at(-1) ?? ''
      assert.match(told, /^The last checkpoint of job a+ failed: .*chk-2/)
      assert.match(told, next)
    })
  }

  it('says that none is complete where none is', async () => {
    const harness = await new JobMasterHarness(GOES_ON).run()
    harness.disk.fault = (_operation, path) => {
      if (path.includes('chk-1')) throw new FlinkError('DISK_FULL', { path })
    }
    await harness.master.stop()
    assert.match(harness.told.join(), /None is complete: the next start begins at zero\.$/)
  })
})

describe('The next start learns of a savepoint', () => {
  const FROM_LATEST = { 'execution.state-recovery.from-latest': 'true' }

  async function savepointInMark(harness: JobMasterHarness): Promise<unknown> {
    await settle()
    const [mark] = (await harness.disk.list('/cp')).filter(({ name }) => name.startsWith('_ended-'))
    assert.ok(mark)
    const content: unknown = JSON.parse(new TextDecoder().decode(await harness.disk.readFile(mark.path)))
    return (content as { readonly savepoint?: string }).savepoint
  }

  it('with which the job was stopped, or cancelled', async () => {
    const stopped = await new JobMasterHarness(FROM_LATEST).run()
    const path = stopped.master.stopWithSavepoint('file:///sp', 'suspend')
    await settle()
    await stopped.finishAll()
    assert.equal(await savepointInMark(stopped), await path)
    const cancelled = await new JobMasterHarness(FROM_LATEST).run()
    await cancelled.master.triggerCheckpoint()
    const taken = await cancelled.master.triggerSavepoint('file:///sp', 'cancel')
    assert.equal(await savepointInMark(cancelled), taken)
  })

  it('but not of one with which it was drained, nor of one after which it went on', async () => {
    const drained = await new JobMasterHarness(FROM_LATEST).run()
    void drained.master.stopWithSavepoint('file:///sp', 'drain')
    await settle()
    await drained.finishAll()
    assert.equal(await savepointInMark(drained), undefined)
    const running = await new JobMasterHarness(FROM_LATEST).run()
    await running.master.triggerSavepoint('file:///sp')
    await running.finishAll()
    assert.equal(await savepointInMark(running), undefined)
  })
})

describe('A JobMaster stops a job with a savepoint', () => {
  it('and answers when the job has finished after it', async () => {
    const harness = await new JobMasterHarness().run()
    const stopped = harness.master.stopWithSavepoint('file:///sp', 'suspend')
    await settle()
    assert.equal(harness.worker(0).countOf('notify-checkpoint-complete'), 1)
    assert.equal(harness.master.status, 'RUNNING')
    await harness.finishAll()
    assert.match(await stopped, /^file:\/sp\/savepoint-/)
  })

  it('and says where the savepoint lies when the job failed after it', async () => {
    const harness = await new JobMasterHarness().run()
    const stopped = harness.master.stopWithSavepoint('file:///sp', 'drain')
    const failure = stopped.catch((error: unknown) => error)
    await settle()
    await harness.fail('map', new Error('boom'))
    const error = await failure
    assert.ok(FlinkError.is(error, 'STOP_AFTER_SAVEPOINT_FAILED'))
    assert.match(String(error.details.path), /^file:\/sp\/savepoint-/)
  })

  it('and says so too when the job restarts instead of ending', async () => {
    const harness = await new JobMasterHarness(GOES_ON).run()
    const failure = harness.master.stopWithSavepoint('file:///sp', 'drain').catch((error: unknown) => error)
    await settle()
    await harness.fail('map', new Error('boom'))
    await harness.advance(10_000)
    assert.ok(FlinkError.is(await failure, 'STOP_AFTER_SAVEPOINT_FAILED'))
    assert.equal(harness.master.status, 'RUNNING')
  })

  it('only while it runs', async () => {
    const harness = await new JobMasterHarness().run()
    harness.master.cancel()
    await assert.rejects(harness.master.stopWithSavepoint('file:///sp', 'suspend'), { code: 'JOB_NOT_RUNNING' })
    await assert.rejects(harness.master.triggerCheckpoint(), { code: 'JOB_NOT_RUNNING' })
    await assert.rejects(harness.master.triggerSavepoint('file:///sp'), { code: 'JOB_NOT_RUNNING' })
  })
})
