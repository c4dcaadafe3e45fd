import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SOURCE_COORDINATOR } from '../../../../../src/api/dag/operators/source-spec.js'
import { serializeError } from '../../../../../src/core/errors/error-codec.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type { JobGraph } from '../../../../../src/graph/job-graph.js'
import type { LoadProgram, MasterToWorker } from '../../../../../src/runtime/protocol/master-to-worker.js'
import { sampleGraph } from '../sample-graphs.js'
import { JobMasterHarness, settle } from './job-master-harness.js'

const AT_ONCE = {
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '2',
  'restart-strategy.fixed-delay.delay': '0 ms',
}
const CHECKPOINTED = { ...AT_ONCE, 'execution.checkpointing.interval': '1 s' }

/** a -> b and c -> d have nothing in common but their slots, and so their workers. */
function twoPipelines(parallelism = 2): JobGraph {
  return sampleGraph(
    ['a', 'b', 'c', 'd'].map((id) => ({ id, parallelism })),
    [
      ['a', 'b', 'hash'],
      ['c', 'd', 'hash'],
    ],
  )
}

function withCoordinator(graph: JobGraph, vertexId: string, coordinator = 'Coordinator'): JobGraph {
  const vertices = graph.vertices.map((vertex) => ({
    ...vertex,
    operators: vertex.operators.map((operator) => (vertex.id === vertexId ? { ...operator, coordinator } : operator)),
  }))
  return { ...graph, vertices }
}

/** Its subtasks have nothing in common but the coordinator of splits. */
function source(parallelism: number): JobGraph {
  return withCoordinator(sampleGraph([{ id: 'a', parallelism }]), 'a', SOURCE_COORDINATOR)
}

/** `a_0 RUNNING #1`, where it has been restarted. */
function tasksOf({ master }: JobMasterHarness): string[] {
  return master
    .details()
    .vertices.flatMap(({ id, subtasks }) =>
      subtasks.map(({ subtaskIndex, state, attemptNumber }) => `${id}${subtaskIndex} ${state} #${attemptNumber}`),
    )
}

function isLoad(message: MasterToWorker): message is LoadProgram {
  return message.type === 'load-program'
}

const deployedTo = (harness: JobMasterHarness, worker: number): string[] =>
  harness
    .worker(worker)
    .received.flatMap((message) => (message.type === 'deploy-tasks' ? message.tasks : []))
    .map(({ executionId }) => executionId)

describe('A failure of a task', () => {
  it('restarts what channels connect with it, and nothing else', async () => {
    const harness = await new JobMasterHarness(AT_ONCE, twoPipelines()).run()
    await harness.fail('b_1', new Error('once'))
    assert.equal(harness.master.status, 'RESTARTING')
    await harness.advance(0)
    assert.equal(harness.master.status, 'RUNNING')
    const running = ['a0', 'a1', 'b0', 'b1'].map((task) => `${task} RUNNING #1`)
    assert.deepEqual(tasksOf(harness), [...running, ...['c0', 'c1', 'd0', 'd1'].map((task) => `${task} RUNNING #0`)])
    const cancelled = harness.started
      .flat()
      .flatMap(({ received }) =>
        received.flatMap((message) => (message.type === 'cancel-tasks' ? message.executionIds : [])),
      )
    assert.deepEqual(cancelled.toSorted(), ['a_0_0', 'a_1_0', 'b_0_0'])
    assert.equal(harness.master.details().restarts, 1)
    assert.match(harness.told.join(), /failed: once .*\. 4 of 8 tasks restart in 0 ms as attempt 2, by fixed-delay/)
  })

  it('restarts its own pipeline of subtasks where every edge is forward, in its own worker', async () => {
    const graph = sampleGraph(
      [
        { id: 'a', parallelism: 3 },
        { id: 'b', parallelism: 3 },
      ],
      [['a', 'b', 'forward']],
    )
    const harness = await new JobMasterHarness(AT_ONCE, graph).run()
    await harness.fail('a_1', new Error('once'))
    await harness.advance(0)
    const tasks = ['a0 RUNNING #0', 'a1 RUNNING #1', 'a2 RUNNING #0', 'b0 RUNNING #0', 'b1 RUNNING #1', 'b2 RUNNING #0']
    assert.deepEqual(tasksOf(harness), tasks)
    const loads = harness.started.map(([worker]) => worker?.received.filter(isLoad).length)
    assert.deepEqual(loads, [1, 2, 1])
  })

  it('restarts all tasks by the failover strategy full', async () => {
    const full = { ...AT_ONCE, 'jobmanager.execution.failover-strategy': 'full' }
    const harness = await new JobMasterHarness(full, twoPipelines(1)).run()
    await harness.fail('b_0', new Error('once'))
    await harness.advance(0)
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #1', 'b0 RUNNING #1', 'c0 RUNNING #1', 'd0 RUNNING #1'])
  })

  it('restarts the regions of all tasks of a worker that died, as one failure', async () => {
    const graph = sampleGraph(
      ['a', 'b', 'c'].map((id, index) => ({ id, parallelism: 2, slotSharingGroup: index === 2 ? 'other' : 'default' })),
      [['a', 'b', 'forward']],
    )
    const harness = await new JobMasterHarness(AT_ONCE, graph).run()
    harness.worker(0).die(new FlinkError('WORKER_OUT_OF_MEMORY', { worker: 'worker 0' }))
    await settle()
    await harness.advance(0)
    const tasks = ['a0 RUNNING #1', 'a1 RUNNING #0', 'b0 RUNNING #1', 'b1 RUNNING #0', 'c0 RUNNING #0', 'c1 RUNNING #0']
    assert.deepEqual(tasksOf(harness), tasks)
    assert.equal(harness.started[0]?.length, 2)
    assert.equal(harness.master.details().restarts, 1)
  })

  it('restarts all subtasks of an operator that has a coordinator, with their coordinator', async () => {
    const graph = sampleGraph([
      { id: 'a', parallelism: 2 },
      { id: 'b', parallelism: 2 },
    ])
    const harness = await new JobMasterHarness(AT_ONCE, withCoordinator(graph, 'a')).run()
    await harness.fail('a_1', new Error('once'))
    const cancelled = harness.worker(0).received.find((message) => message.type === 'cancel-tasks')
    assert.deepEqual(cancelled, { type: 'cancel-tasks', executionIds: ['a_0_0'], operatorIds: ['a'] })
    assert.equal(harness.master.status, 'RESTARTING')
    harness.worker(0).say({ type: 'coordinator-closed', attempt: 0, operatorId: 'a' })
    await settle()
    await harness.advance(0)
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #1', 'a1 RUNNING #1', 'b0 RUNNING #0', 'b1 RUNNING #0'])
    const deployed = harness.worker(0).received.filter((message) => message.type === 'deploy-coordinators')
    assert.deepEqual(
      deployed.map(({ attempt }) => attempt),
      [0, 1],
    )
  })

  it('restarts a subtask of a source alone, and tells the coordinator, which lives on', async () => {
    const harness = await new JobMasterHarness(AT_ONCE, source(2)).run()
    await harness.fail('a_1', new Error('once'))
    await harness.advance(0)
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #0', 'a1 RUNNING #1'])
    const { received } = harness.worker(0)
    assert.equal(received.filter(({ type }) => type === 'cancel-tasks').length, 0)
    const told = received.filter(({ type }) => type === 'deploy-coordinators' || type === 'reset-subtask')
    assert.deepEqual(told.slice(1), [
      { type: 'reset-subtask', attempt: 0, operatorId: 'a', subtask: 1, checkpointId: undefined },
    ])
  })

  it('restarts all subtasks of a source with its coordinator where the worker of that dies', async () => {
    const harness = await new JobMasterHarness(AT_ONCE, source(2)).run()
    harness.worker(0).die(new FlinkError('WORKER_OUT_OF_MEMORY', { worker: 'worker 0' }))
    await settle()
    await harness.advance(0)
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #1', 'a1 RUNNING #1'])
    const deployed = harness.worker(0).received.filter(({ type }) => type === 'deploy-coordinators')
    assert.equal(deployed.length, 1)
  })

  it('restarts all subtasks of a source where its coordinator fails while one of them restarts', async () => {
    const slow = { ...AT_ONCE, 'restart-strategy.fixed-delay.delay': '5 s' }
    const harness = await new JobMasterHarness(slow, source(2)).run()
    await harness.fail('a_1', new Error('once'))
    const error = serializeError(new Error('broken'))
    harness.worker(0).say({ type: 'coordinator-failed', attempt: 0, operatorId: 'a', error })
    await settle()
    harness.worker(0).say({ type: 'coordinator-closed', attempt: 0, operatorId: 'a' })
    await settle()
    await harness.advance(5000)
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #1', 'a1 RUNNING #1'])
    assert.equal(harness.master.details().restarts, 1)
  })

  it('restarts all subtasks of a source whose coordinator goes with a worker that is terminated for others, whatever fails meanwhile', async () => {
    const subtasks = ['a', 'b', 'c', 'd'].map((id) => ({ id, parallelism: 2 }))
    const graph = withCoordinator(sampleGraph(subtasks, [['c', 'd', 'hash']]), 'a', SOURCE_COORDINATOR)
    const limits = { 'task.cancellation.response-timeout': '1 s', 'task.cancellation.timeout': '1 h' }
    const harness = await new JobMasterHarness({ ...AT_ONCE, ...limits }, withCoordinator(graph, 'b')).run()
    let gone: () => void = () => undefined
    harness.worker(0).untilGone = new Promise((resolve) => (gone = resolve))
    harness.ignored.add('cancel-tasks')
    await harness.fail('d_1', new Error('once'))
    harness.worker(1).report('c_1_0', 'CANCELED')
    await harness.advance(1000)
    assert.ok(harness.started[0]?.[0]?.isTerminated)
    harness.ignored.delete('cancel-tasks')
    await harness.fail('b_1', new Error('meanwhile'))
    gone()
    await settle()
    await harness.advance(0)
    await settle()
    await harness.advance(0)
    assert.deepEqual(
      tasksOf(harness),
      ['a', 'b', 'c', 'd'].flatMap((id) => [`${id}0 RUNNING #1`, `${id}1 RUNNING #1`]),
    )
    const deployed = harness
      .worker(0)
      .received.flatMap((message) => (message.type === 'deploy-coordinators' ? message.coordinators : []))
    assert.deepEqual(deployed.map(({ operatorId }) => operatorId).toSorted(), ['a', 'b'])
  })
})

describe('While a region restarts', () => {
  it('nothing is cancelled or deployed in the others, and they may finish', async () => {
    const harness = await new JobMasterHarness(
      { ...AT_ONCE, 'restart-strategy.fixed-delay.delay': '5 s' },
      twoPipelines(1),
    ).run()
    await harness.fail('b_0', new Error('once'))
    for (const id of ['c_0_0', 'd_0_0']) harness.worker(0).report(id, 'FINISHED')
    await harness.advance(5000)
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #1', 'b0 RUNNING #1', 'c0 FINISHED #0', 'd0 FINISHED #0'])
    assert.deepEqual(deployedTo(harness, 0), ['a_0_0', 'b_0_0', 'c_0_0', 'd_0_0', 'a_0_1', 'b_0_1'])
    for (const id of ['a_0_1', 'b_0_1']) harness.worker(0).report(id, 'FINISHED')
    await settle()
    assert.equal(harness.outcome?.status, 'FINISHED')
  })

  it('a failure of another region has that restart as well, within the same restart', async () => {
    const harness = await new JobMasterHarness(
      { ...AT_ONCE, 'restart-strategy.fixed-delay.delay': '5 s' },
      twoPipelines(1),
    ).run()
    await harness.fail('b_0', new Error('one'))
    await harness.fail('d_0', new Error('the other'))
    await harness.advance(5000)
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #1', 'b0 RUNNING #1', 'c0 RUNNING #1', 'd0 RUNNING #1'])
    const { restarts, exceptions } = harness.master.details()
    assert.equal(restarts, 1)
    assert.deepEqual(
      exceptions.map(({ message }) => message),
      ['one', 'the other'],
    )
  })

  it('the job can be cancelled', async () => {
    const harness = await new JobMasterHarness(
      { ...AT_ONCE, 'restart-strategy.fixed-delay.delay': '5 s' },
      twoPipelines(1),
    ).run()
    await harness.fail('b_0', new Error('once'))
    harness.master.cancel()
    await settle()
    assert.equal(harness.outcome?.status, 'CANCELED')
    await harness.advance(5000)
    assert.equal(deployedTo(harness, 0).length, 4)
  })

  it('a checkpoint that was under way is aborted, and none is taken before all tasks run again', async () => {
    const harness = new JobMasterHarness(CHECKPOINTED, twoPipelines(1))
    harness.ignored.add('trigger-checkpoint')
    await harness.run()
    await harness.advance(1000)
    const worker = harness.worker(0)
    assert.equal(worker.countOf('trigger-checkpoint'), 2)
    harness.ignored.add('load-program')
    await harness.fail('b_0', new Error('once'))
    assert.equal(worker.countOf('notify-checkpoint-aborted'), 1)
    await assert.rejects(harness.master.triggerSavepoint('file:///savepoints'), /RESTARTING/)
    await harness.advance(3000)
    assert.equal(harness.master.status, 'RUNNING')
    await assert.rejects(harness.master.triggerSavepoint('file:///savepoints'), { code: 'TASKS_NOT_RUNNING' })
    assert.equal(worker.countOf('trigger-checkpoint'), 2)
    harness.ignored.clear()
    worker.obey(worker.received.filter(isLoad).at(-1) ?? assert.fail())
    await settle()
    await harness.advance(1000)
    assert.equal(harness.master.details().checkpoints.counts.completed, 1)
  })

  it('a checkpoint that only others have to acknowledge still does not complete: it would hold what restarts as it was', async () => {
    const harness = new JobMasterHarness(CHECKPOINTED, twoPipelines(1))
    harness.ignored.add('trigger-checkpoint')
    await harness.run()
    await harness.advance(1000)
    const worker = harness.worker(0)
    const all = worker.tasks
    worker.tasks = all.slice(0, 2)
    worker.acknowledge(1)
    await harness.fail('b_0', new Error('once'))
    worker.tasks = all.slice(2)
    worker.acknowledge(1)
    await harness.advance(0)
    const { completed, failed } = harness.master.details().checkpoints.counts
    assert.deepEqual([completed, failed], [0, 1])
  })

  it('it starts from the newest checkpoint, which those that run on are not told of again', async () => {
    const harness = await new JobMasterHarness(CHECKPOINTED, twoPipelines(1)).run()
    await harness.advance(1000)
    await harness.advance(1000)
    await harness.fail('b_0', new Error('once'))
    await harness.advance(0)
    const restored = harness
      .worker(0)
      .received.flatMap((message) => (message.type === 'deploy-tasks' ? message.tasks : []))
    assert.deepEqual(
      restored.map(({ executionId, restore }) => [executionId, restore?.checkpointId]),
      [...['a_0_0', 'b_0_0', 'c_0_0', 'd_0_0'].map((id) => [id, undefined]), ['a_0_1', 2], ['b_0_1', 2]],
    )
  })

  it('a checkpoint whose metadata is being written counts, and is what it starts from', async () => {
    const harness = await new JobMasterHarness(CHECKPOINTED, twoPipelines(1)).run()
    const { rename } = harness.disk
    let goOn = (): void => undefined
    const held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    harness.disk.rename = async (from, to): Promise<void> => {
      await held
      await rename.call(harness.disk, from, to)
    }
    await harness.advance(1000)
    await harness.fail('b_0', new Error('once'))
    await harness.advance(0)
    assert.deepEqual([harness.master.status, deployedTo(harness, 0).length], ['RESTARTING', 4])
    goOn()
    await settle()
    await harness.advance(0)
    const deployed = harness
      .worker(0)
      .received.flatMap((message) => (message.type === 'deploy-tasks' ? message.tasks : []))
    assert.deepEqual(
      deployed.slice(4).map(({ executionId, restore }) => [executionId, restore?.checkpointId]),
      [
        ['a_0_1', 1],
        ['b_0_1', 1],
      ],
    )
  })

  it('the last checkpoint of a bounded job waits for it', async () => {
    const harness = new JobMasterHarness(AT_ONCE, twoPipelines(1))
    await harness.run()
    const ends = (...ids: string[]): void => {
      for (const executionId of ids) harness.worker(0).say({ type: 'end-of-data', executionId, waitsFor: 'checkpoint' })
    }
    ends('a_0_0', 'b_0_0', 'c_0_0')
    await harness.fail('b_0', new Error('once'))
    ends('d_0_0')
    await harness.advance(0)
    await harness.advance(100)
    assert.equal(harness.worker(0).countOf('trigger-checkpoint'), 0)
    ends('a_0_1', 'b_0_1')
    await harness.advance(0)
    await settle()
    assert.equal(harness.master.details().checkpoints.counts.completed, 1)
  })

  for (const when of ['before', 'after']) {
    it(`the job is not at its end, though the others came to it ${when} the failure`, async () => {
      const harness = await new JobMasterHarness(AT_ONCE, source(2)).run()
      const ends = (executionId: string): void => {
        harness.worker(0).say({ type: 'end-of-data', executionId, waitsFor: undefined })
      }
      ends('a_1_0')
      if (when === 'before') ends('a_0_0')
      await harness.fail('a_1', new Error('in close'))
      if (when === 'after') ends('a_0_0')
      harness.worker(0).report('a_0_0', 'FINISHED')
      await harness.advance(0)
      await harness.advance(60_000)
      assert.doesNotMatch(harness.told.join(), /is at its end/)
      ends('a_1_1')
      await harness.advance(10_000)
      assert.match(harness.told.join(), /is at its end and still waits for: a \(2\/2\)/)
    })
  }

  it('one that had finished begins anew from a checkpoint that holds all of it', async () => {
    const harness = await new JobMasterHarness(AT_ONCE, twoPipelines(1)).run()
    harness.worker(0).report('a_0_0', 'FINISHED')
    await harness.master.triggerCheckpoint()
    await harness.fail('b_0', new Error('once'))
    await harness.advance(0)
    const deployed = harness
      .worker(0)
      .received.flatMap((message) => (message.type === 'deploy-tasks' ? message.tasks : []))
    assert.deepEqual(
      deployed.slice(4).map(({ executionId, finishedOnRestore }) => [executionId, finishedOnRestore]),
      [
        ['a_0_1', true],
        ['b_0_1', false],
      ],
    )
  })
})

describe('All tasks restart', () => {
  it('where a coordinator fails', async () => {
    const harness = await new JobMasterHarness(AT_ONCE, withCoordinator(twoPipelines(1), 'a')).run()
    const error = { name: 'Error', message: 'broken', stack: '', code: undefined, details: undefined, cause: undefined }
    harness.worker(0).say({ type: 'coordinator-failed', attempt: 0, operatorId: 'a', error })
    harness.worker(0).say({ type: 'coordinator-closed', attempt: 0, operatorId: 'a' })
    await settle()
    await harness.advance(0)
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #1', 'b0 RUNNING #1', 'c0 RUNNING #1', 'd0 RUNNING #1'])
  })

  it('where too many checkpoints fail', async () => {
    const harness = await new JobMasterHarness(CHECKPOINTED, twoPipelines(1)).run()
    harness.ignored.add('trigger-checkpoint')
    await harness.advance(1000)
    const declined = new FlinkError('INTERNAL_ERROR', { reason: 'disk' })
    const error = serializeError(declined)
    harness.worker(0).say({ type: 'decline-checkpoint', executionId: 'c_0_0', checkpointId: 1, error })
    await settle()
    await harness.advance(0)
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #1', 'b0 RUNNING #1', 'c0 RUNNING #1', 'd0 RUNNING #1'])
  })

  it('where the job is to end with a savepoint: its regions end together', async () => {
    const harness = new JobMasterHarness(CHECKPOINTED, twoPipelines(1))
    harness.ignored.add('trigger-checkpoint')
    await harness.run()
    const stopped = harness.master.stopWithSavepoint('file:///savepoints', 'suspend')
    stopped.catch(() => undefined)
    await settle()
    await harness.fail('b_0', new Error('once'))
    await harness.advance(0)
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #1', 'b0 RUNNING #1', 'c0 RUNNING #1', 'd0 RUNNING #1'])
    await assert.rejects(stopped)
  })

  it('where the program cannot run again in a worker in which others run on, as one failure', async () => {
    const harness = await new JobMasterHarness(AT_ONCE, twoPipelines(1)).run()
    harness.ignored.add('load-program')
    await harness.fail('b_0', new Error('once'))
    await harness.advance(0)
    harness.ignored.clear()
    harness.worker(0).needThread(1)
    await settle()
    await harness.advance(0)
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #2', 'b0 RUNNING #2', 'c0 RUNNING #2', 'd0 RUNNING #2'])
    assert.equal(harness.master.details().exceptions.length, 1)
    await harness.fail('b_0', new Error('twice'))
    await harness.advance(0)
    assert.equal(harness.master.status, 'RUNNING')
  })

  it('where a worker dies that had loaded the program, while another one still does', async () => {
    const graph = sampleGraph(
      [
        { id: 'a', parallelism: 2 },
        { id: 'b', parallelism: 2 },
        { id: 'c', slotSharingGroup: 'other' },
      ],
      [['a', 'b', 'hash']],
    )
    const harness = await new JobMasterHarness(AT_ONCE, graph).run()
    harness.ignored.add('load-program')
    await harness.fail('b_1', new Error('once'))
    await harness.advance(0)
    const [slow, quick] = [harness.worker(0), harness.worker(1)]
    quick.obey(quick.received.findLast(isLoad) ?? assert.fail())
    await settle()
    quick.die(new FlinkError('WORKER_OUT_OF_MEMORY', { worker: 'worker 1' }))
    await settle()
    assert.equal(harness.master.status, 'RESTARTING')
    harness.ignored.clear()
    slow.obey(slow.received.findLast(isLoad) ?? assert.fail())
    await settle()
    await harness.advance(0)
    const running = ['a0', 'a1', 'b0', 'b1'].map((task) => `${task} RUNNING #2`)
    assert.deepEqual(tasksOf(harness), [...running, 'c0 RUNNING #0'])
  })
})

describe('A restart strategy', () => {
  it('counts each restart of a region, and fails the job when none is left', async () => {
    const harness = await new JobMasterHarness(AT_ONCE, twoPipelines(1)).run()
    for (const task of ['b_0', 'd_0']) {
      await harness.fail(task, new Error(task))
      await harness.advance(0)
    }
    assert.deepEqual(tasksOf(harness), ['a0 RUNNING #1', 'b0 RUNNING #1', 'c0 RUNNING #2', 'd0 RUNNING #2'])
    await harness.fail('b_0', new Error('the last one'))
    assert.equal(harness.outcome?.status, 'FAILED')
    assert.match(String(harness.outcome.error?.message), /fixed-delay/)
    assert.deepEqual(harness.taskStates(), ['CANCELED', 'FAILED', 'CANCELED', 'CANCELED'])
  })
})
