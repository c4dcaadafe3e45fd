import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { EMPTY_SUBTASK_STATE, type OperatorSubtaskState } from '../../../../../src/storage/state-handles.js'
import { JOB, JobMasterHarness, settle } from './job-master-harness.js'

const FIXED_DELAY = {
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '2',
  'restart-strategy.fixed-delay.delay': '10 s',
}

/** Without frames, which would be the user's. */
function boom(): FlinkError {
  const details = { operator: 'Map', subtask: 1, parallelism: 2, reason: 'boom' }
  return Object.assign(new FlinkError('OPERATOR_FAILED', details), { stack: '' })
}

/** Of which the file is not there. */
function stateInFile(file: string): OperatorSubtaskState {
  const handle = { kind: 'file', uri: `file:${file}`, offset: 0, lengthBytes: 3, crc32c: 0 } as const
  return { ...EMPTY_SUBTASK_STATE, managedOperator: [{ handle, states: [] }] }
}

async function checkpointsOn(harness: JobMasterHarness): Promise<string[]> {
  const entries = await harness.disk.list(`/cp/${JOB}`)
  return entries.map(({ name }) => name).filter((name) => name.startsWith('chk-'))
}

describe('A JobMaster runs a job', () => {
  it('loads the program in every worker, deploys, and is RUNNING with all its tasks', async () => {
    const harness = await new JobMasterHarness().run()
    assert.equal(harness.master.status, 'RUNNING')
    assert.deepEqual(harness.taskStates(), ['RUNNING', 'RUNNING', 'RUNNING'])
    const types = harness.worker(0).received.map(({ type }) => type)
    assert.deepEqual(types, ['load-program', 'deploy-tasks'])
  })

  it('deploys nothing before the last worker has loaded the program', async () => {
    const harness = new JobMasterHarness()
    harness.ignored.add('load-program')
    await harness.run()
    const load = harness.worker(0).received[0]
    assert.ok(load)
    harness.worker(0).obey(load)
    await settle()
    assert.equal(harness.worker(0).countOf('deploy-tasks'), 0)
    harness.worker(1).obey(load)
    await settle()
    assert.equal(harness.worker(0).countOf('deploy-tasks'), 1)
  })

  it('is FINISHED when all tasks are, with merged accumulators and closed workers', async () => {
    const harness = await new JobMasterHarness().run()
    await harness.advance(500)
    await harness.finishAll({ lines: 5 })
    assert.equal(harness.outcome?.status, 'FINISHED')
    assert.deepEqual(harness.outcome.accumulatorResults, { lines: { type: 'Played', value: [5, 5, 5] } })
    assert.equal(harness.outcome.netRuntimeMs, 500)
    assert.equal(harness.worker(0).countOf('close-worker'), 1)
    assert.equal(harness.clock.pendingTimers, 0)
  })

  it('is not FINISHED while one task runs', async () => {
    const harness = await new JobMasterHarness().run()
    harness.worker(0).reportAll('FINISHED')
    await settle()
    assert.equal(harness.master.status, 'RUNNING')
  })

  it('fails before it ran when the snapshot to start from is not there', async () => {
    const harness = new JobMasterHarness({}, undefined, 'file:///nowhere')
    await assert.rejects(harness.master.start(), { code: 'SNAPSHOT_NOT_FOUND' })
    await settle()
    assert.equal(harness.outcome?.status, 'FAILED')
    assert.equal(harness.started.length, 0)
    assert.equal(harness.master.details().exceptions.length, 1)
  })

  it('removes its checkpoints when it has finished, also one that completes in that moment', async () => {
    const harness = await new JobMasterHarness().run()
    await harness.master.triggerCheckpoint()
    assert.deepEqual(await checkpointsOn(harness), ['chk-1'])
    const second = harness.master.triggerCheckpoint()
    let renamed = (): void => undefined
    const isRenaming = new Promise<void>((resolve) => {
      renamed = resolve
    })
    harness.disk.fault = (operation) => {
      if (operation === 'rename') renamed()
    }
    await isRenaming
    harness.worker(0).reportAll('FINISHED')
    harness.worker(1).reportAll('FINISHED')
    await second
    await settle()
    assert.equal(harness.outcome?.status, 'FINISHED')
    assert.deepEqual(await checkpointsOn(harness), [])
  })

  it('waits for nothing any more when its last checkpoint completes in that moment', async () => {
    const harness = await new JobMasterHarness({ 'execution.checkpointing.interval': '10s' }).run()
    const { disk } = harness
    const rename = disk.rename.bind(disk)
    let goOn = (): void => undefined
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve
    })
    disk.rename = async (from, to) => {
      await mayGoOn
      await rename(from, to)
    }
    for (const worker of [harness.worker(0), harness.worker(1)]) {
      for (const message of worker.received) {
        if (message.type !== 'deploy-tasks') continue
        for (const { executionId } of message.tasks) {
          worker.say({ type: 'end-of-data', executionId, waitsFor: 'checkpoint' })
        }
      }
    }
    await harness.advance(0)
    harness.worker(0).reportAll('FINISHED')
    harness.worker(1).reportAll('FINISHED')
    await settle()
    goOn()
    await settle()
    assert.equal(harness.outcome?.status, 'FINISHED')
    assert.equal(harness.master.details().checkpoints.counts.completed, 1)
    assert.equal(harness.clock.pendingTimers, 0)
  })
})

describe('A JobMaster cancels a job', () => {
  it('when its tasks have ended, with its workers closed', async () => {
    const harness = await new JobMasterHarness().run()
    harness.master.cancel()
    assert.equal(harness.master.status, 'CANCELLING')
    await settle()
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.deepEqual(harness.taskStates(), ['CANCELED', 'CANCELED', 'CANCELED'])
    assert.equal(harness.clock.pendingTimers, 0)
  })

  it('once, however often it is asked', async () => {
    const harness = await new JobMasterHarness().run()
    harness.master.cancel()
    harness.master.cancel()
    await settle()
    harness.master.cancel()
    assert.equal(harness.worker(0).countOf('cancel-tasks'), 1)
    assert.equal(harness.outcome?.status, 'CANCELED')
  })

  it('that was still being initialised', async () => {
    const harness = new JobMasterHarness()
    const starting = harness.master.start()
    harness.master.cancel()
    await starting
    await settle()
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.equal(harness.started.length, 0)
  })

  it('whose workers load their program, without deploying to them', async () => {
    const harness = new JobMasterHarness()
    harness.ignored.add('load-program')
    await harness.run()
    harness.master.cancel()
    await settle()
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.equal(harness.worker(0).countOf('deploy-tasks'), 0)
  })

  it('that waits for its restart', async () => {
    const harness = await new JobMasterHarness(FIXED_DELAY).run()
    await harness.fail('map', boom())
    assert.equal(harness.master.status, 'RESTARTING')
    harness.master.cancel()
    await settle()
    assert.equal(harness.outcome?.status, 'CANCELED')
    await harness.advance(60_000)
    assert.equal(harness.worker(0).countOf('load-program'), 1)
    assert.equal(harness.clock.pendingTimers, 0)
  })

  it('whose tasks are still being ended after a failure', async () => {
    const harness = await new JobMasterHarness(FIXED_DELAY).run()
    harness.ignored.add('cancel-tasks')
    await harness.fail('map', boom())
    harness.master.cancel()
    await settle()
    assert.equal(harness.hasEnded, false)
    for (const slot of [0, 1]) harness.worker(slot).reportAll('CANCELED')
    await settle()
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.equal(harness.clock.pendingTimers, 0)
  })

  it('and terminates workers whose tasks do not end in time', async () => {
    const harness = await new JobMasterHarness({ 'task.cancellation.timeout': '30 s' }).run()
    harness.ignored.add('cancel-tasks')
    harness.master.cancel()
    harness.worker(0).reportAll('CANCELING')
    harness.worker(1).reportAll('CANCELED')
    await harness.advance(29_999)
    assert.equal(harness.hasEnded, false)
    await harness.advance(1)
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.deepEqual([harness.worker(0).isTerminated, harness.worker(1).isTerminated], [true, false])
  })

  it('and terminates workers that take no notice sooner', async () => {
    const harness = await new JobMasterHarness({ 'task.cancellation.response-timeout': '2 s' }).run()
    harness.ignored.add('cancel-tasks')
    harness.master.cancel()
    harness.worker(1).reportAll('CANCELED')
    await harness.advance(1999)
    assert.equal(harness.hasEnded, false)
    await harness.advance(1)
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.deepEqual([harness.worker(0).isTerminated, harness.worker(1).isTerminated], [true, false])
  })

  it('and terminates workers that do not close in time', async () => {
    const harness = await new JobMasterHarness().run()
    harness.ignored.add('close-worker')
    harness.master.cancel()
    await settle()
    assert.equal(harness.hasEnded, false)
    await harness.advance(5000)
    assert.equal(harness.outcome?.status, 'CANCELED')
    assert.equal(harness.worker(0).isTerminated, true)
  })

  it('no more when all its tasks have finished: it is FINISHED', async () => {
    const harness = await new JobMasterHarness().run()
    harness.ignored.add('close-worker')
    await harness.finishAll()
    harness.master.cancel()
    await harness.advance(5000)
    assert.equal(harness.outcome?.status, 'FINISHED')
  })

  it('no more when it is failing and its tasks have ended: it is FAILED', async () => {
    const harness = await new JobMasterHarness().run()
    harness.ignored.add('close-worker')
    await harness.fail('map', boom())
    harness.master.cancel()
    await harness.advance(5000)
    assert.equal(harness.outcome?.status, 'FAILED')
  })

  it('with a savepoint: first the savepoint, then the end', async () => {
    const harness = await new JobMasterHarness().run()
    const path = await harness.master.triggerSavepoint('file:///sp', 'cancel')
    await settle()
    assert.match(path, /^file:\/sp\/savepoint-aaaaaa-/)
    assert.equal(harness.outcome?.status, 'CANCELED')
  })

  it('with a savepoint that fails: the job goes on', async () => {
    const harness = await new JobMasterHarness().run()
    harness.ignored.add('trigger-checkpoint')
    const savepoint = assert.rejects(harness.master.triggerSavepoint('file:///sp', 'cancel'), {
      code: 'CHECKPOINT_EXPIRED',
    })
    await settle()
    await harness.advance(600_000)
    await savepoint
    assert.equal(harness.master.status, 'RUNNING')
  })
})

describe('A JobMaster after a failure', () => {
  it('without a restart strategy fails the job with the first cause', async () => {
    const harness = await new JobMasterHarness().run()
    await harness.fail('map', boom())
    assert.equal(harness.outcome?.status, 'FAILED')
    assert.ok(FlinkError.is(harness.outcome.error, 'RESTARTS_EXHAUSTED'))
    assert.ok(FlinkError.is(harness.outcome.error.cause, 'OPERATOR_FAILED'))
    assert.equal(harness.master.details().exceptions.length, 1)
  })

  it('ends all tasks, waits, and runs them again as a new attempt in the same workers', async () => {
    const harness = await new JobMasterHarness(FIXED_DELAY).run()
    await harness.fail('map_0', boom())
    assert.equal(harness.master.status, 'RESTARTING')
    assert.deepEqual(harness.taskStates(), ['CANCELED', 'FAILED', 'CANCELED'])
    await harness.advance(9999)
    assert.equal(harness.worker(0).countOf('load-program'), 1)
    await harness.advance(1)
    assert.equal(harness.master.status, 'RUNNING')
    assert.deepEqual(harness.taskStates(), ['RUNNING', 'RUNNING', 'RUNNING'])
    assert.deepEqual(
      harness.worker(1).tasks.map(({ executionId }) => executionId),
      ['map_1_1'],
    )
    assert.equal(harness.master.details().restarts, 1)
    assert.equal(harness.started[0]?.length, 1)
  })

  it('waits for the end of the old tasks, however long they take, before it counts the delay', async () => {
    const harness = await new JobMasterHarness(FIXED_DELAY).run()
    harness.ignored.add('cancel-tasks')
    await harness.fail('map', boom())
    for (const slot of [0, 1]) harness.worker(slot).reportAll('CANCELING')
    await harness.advance(60_000)
    assert.equal(harness.worker(0).countOf('load-program'), 1)
    harness.ignored.clear()
    for (const slot of [0, 1]) harness.worker(slot).reportAll('CANCELED')
    await settle()
    await harness.advance(10_000)
    assert.equal(harness.worker(0).countOf('load-program'), 2)
  })

  it('restarts from the newest checkpoint', async () => {
    const harness = await new JobMasterHarness(FIXED_DELAY).run()
    await harness.master.triggerCheckpoint()
    await harness.master.triggerCheckpoint()
    await harness.fail('map', boom())
    await harness.advance(10_000)
    assert.deepEqual(
      harness.worker(0).tasks.map(({ restore }) => restore?.checkpointId),
      [2, 2],
    )
    assert.equal(await harness.master.triggerCheckpoint(), 3)
  })

  it('does not restart from state that is damaged, nor from zero instead', async () => {
    const harness = await new JobMasterHarness(FIXED_DELAY).run()
    for (const worker of [0, 1]) harness.worker(worker).state = stateInFile('/cp/state')
    await harness.master.triggerCheckpoint()
    await harness.fail('map', boom())
    await harness.advance(10_000)
    assert.equal(harness.outcome?.status, 'FAILED')
    assert.ok(FlinkError.is(harness.outcome.error, 'SNAPSHOT_CORRUPT'))
    assert.match(harness.outcome.error.message, /\/cp\/state is damaged at bytes 0 to 3: it is missing/)
  })

  it('goes back to an older checkpoint where the newest is damaged, and tells that', async () => {
    const harness = await new JobMasterHarness({
      ...FIXED_DELAY,
      'execution.checkpointing.num-retained': '2',
    }).run()
    await harness.master.triggerCheckpoint()
    for (const worker of [0, 1]) harness.worker(worker).state = stateInFile('/cp/state')
    await harness.master.triggerCheckpoint()
    await harness.fail('map', boom())
    await harness.advance(10_000)
    assert.equal(harness.master.status, 'RUNNING')
    assert.deepEqual(
      harness.worker(0).tasks.map(({ restore }) => restore?.checkpointId),
      [1, 1],
    )
    assert.match(harness.told.join(), /\/cp\/state is damaged .* goes back to the older checkpoint 1/)
    assert.equal(await harness.master.triggerCheckpoint(), 3)
  })

  it('gives up after as many restarts as the strategy grants', async () => {
    const harness = await new JobMasterHarness(FIXED_DELAY).run()
    for (let restart = 0; restart < 2; restart += 1) {
      await harness.fail('map', boom())
      await harness.advance(10_000)
      assert.equal(harness.master.status, 'RUNNING')
    }
    await harness.fail('map', boom())
    assert.equal(harness.outcome?.status, 'FAILED')
    assert.equal(harness.master.details().exceptions.length, 3)
    assert.deepEqual(
      harness.told.map((line) => / failed: boom.*/.exec(line)?.[0]),
      [
        ' failed: boom. It restarts in 10000 ms as attempt 2, by fixed-delay (attempts 2, delay 10000 ms). If it fails again each time: Ctrl-C or `flink-ts cancel` ends it, -D restart-strategy.type=none lets it fail at once.',
        ' failed: boom. It restarts in 10000 ms as attempt 3, by fixed-delay (attempts 2, delay 10000 ms).',
        ' failed: boom. The job has failed.',
      ],
    )
  })

  it('counts one failure when several tasks fail together', async () => {
    const harness = await new JobMasterHarness({ ...FIXED_DELAY, 'restart-strategy.fixed-delay.attempts': '1' }).run()
    harness.ignored.add('cancel-tasks')
    harness.worker(0).report('source_0_0', 'FAILED', boom())
    harness.worker(0).report('map_0_0', 'FAILED', boom())
    harness.worker(1).report('map_1_0', 'FAILED', boom())
    harness.ignored.clear()
    await settle()
    await harness.advance(10_000)
    assert.equal(harness.master.status, 'RUNNING')
    assert.equal(harness.master.details().exceptions.length, 1)
  })

  it('does not restart for what a restart cannot heal', async () => {
    const harness = new JobMasterHarness(FIXED_DELAY)
    harness.ignored.add('load-program')
    await harness.run()
    harness.worker(0).failProgram(0, new FlinkError('JOB_GRAPH_MISMATCH', { operator: 'map', reason: 'it is new' }))
    await settle()
    assert.equal(harness.outcome?.status, 'FAILED')
    assert.ok(FlinkError.is(harness.outcome.error, 'JOB_GRAPH_MISMATCH'))
  })

  it('replaces a worker that died and keeps the others', async () => {
    const harness = await new JobMasterHarness(FIXED_DELAY).run()
    harness.worker(1).die(new FlinkError('WORKER_OUT_OF_MEMORY', { worker: 'worker 1' }))
    await settle()
    assert.equal(harness.master.status, 'RESTARTING')
    await harness.advance(10_000)
    assert.equal(harness.master.status, 'RUNNING')
    assert.deepEqual([harness.started[0]?.length, harness.started[1]?.length], [1, 2])
    assert.deepEqual(harness.taskStates(), ['RUNNING', 'RUNNING', 'RUNNING'])
  })

  it('names a worker that ended without a word', async () => {
    const harness = await new JobMasterHarness().run()
    harness.worker(1).die(undefined)
    await settle()
    const cause = harness.outcome?.error?.cause
    assert.ok(FlinkError.is(cause, 'WORKER_DIED'))
    assert.match(cause.message, /worker 1/)
  })

  it('does not take the answer to an older load for the answer to the new one', async () => {
    const harness = new JobMasterHarness(FIXED_DELAY)
    harness.ignored.add('load-program')
    await harness.run()
    const first = harness.worker(0).received[0]
    assert.ok(first)
    harness.worker(1).die(undefined)
    await settle()
    await harness.advance(10_000)
    const second = harness.worker(1).received[0]
    assert.ok(second)
    harness.worker(1).obey(second)
    harness.worker(0).obey(first)
    await settle()
    assert.equal(harness.worker(0).countOf('deploy-tasks'), 0)
    harness.worker(0).obey(second)
    await settle()
    assert.deepEqual(harness.taskStates(), ['RUNNING', 'RUNNING', 'RUNNING'])
  })

  it('ignores reports of tasks of an older attempt', async () => {
    const harness = await new JobMasterHarness(FIXED_DELAY).run()
    await harness.fail('map', boom())
    await harness.advance(10_000)
    harness.worker(1).report('map_1_0', 'FAILED', boom())
    harness.worker(1).report('map_1_0', 'FINISHED')
    await settle()
    assert.equal(harness.master.status, 'RUNNING')
    assert.deepEqual(harness.taskStates(), ['RUNNING', 'RUNNING', 'RUNNING'])
  })

  it('fails when too many checkpoints in a row did', async () => {
    const harness = await new JobMasterHarness({
      'execution.checkpointing.interval': '1 s',
      'execution.checkpointing.timeout': '500 ms',
      'restart-strategy.type': 'none',
    }).run()
    harness.ignored.add('trigger-checkpoint')
    await harness.advance(1000)
    await harness.advance(500)
    assert.equal(harness.outcome?.status, 'FAILED')
    assert.ok(FlinkError.is(harness.outcome.error?.cause, 'CHECKPOINT_FAILURES_EXCEEDED'))
  })
})

describe('The description of a job', () => {
  it('tells its states with their times', async () => {
    const harness = await new JobMasterHarness(FIXED_DELAY).run()
    await harness.advance(100)
    await harness.fail('map', boom())
    const details = harness.master.details()
    assert.equal(details.startTime, 1000)
    assert.equal(details.endTime, undefined)
    assert.equal(details.timestamps.RESTARTING, 1100)
    assert.equal(details.lastModification, 1100)
    harness.master.cancel()
    await settle()
    assert.equal(harness.master.details().endTime, 1100)
  })

  it('shares nothing that changes later', async () => {
    const harness = await new JobMasterHarness().run()
    const details = harness.master.details()
    const before = JSON.stringify(details)
    harness.master.cancel()
    await settle()
    assert.equal(JSON.stringify(details), before)
  })
})
