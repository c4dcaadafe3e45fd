import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import type { JobEdge, JobGraph } from '../../../../../src/graph/job-graph.js'
import { ExecutionGraph } from '../../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import {
  planDeployment,
  type RestoreAssignment,
} from '../../../../../src/runtime/jobmanager/scheduler/deployment-plan.js'
import { assignSlots, type WorkerLayout } from '../../../../../src/runtime/jobmanager/scheduler/slot-assignment.js'
import type { EdgeDescriptor, TaskDeploymentDescriptor } from '../../../../../src/runtime/protocol/task-deployment.js'
import { CheckpointBarriers } from '../../../../../src/runtime/taskmanager/network/checkpoint-barriers.js'
import { sampleGraph, type SampleEdge } from '../sample-graphs.js'

const EVERY_SLOT_A_WORKER = { slotsPerWorker: 1 }

function layouts(): fc.Arbitrary<WorkerLayout> {
  const count = fc.integer({ min: 1, max: 8 })
  return fc.oneof(fc.record({ slotsPerWorker: count }), fc.record({ maxWorkers: count }))
}

interface Planned {
  readonly byWorker: Map<number, TaskDeploymentDescriptor[]>
  readonly tasks: TaskDeploymentDescriptor[]
  readonly bells: readonly SharedArrayBuffer[]
}

function plan(
  jobGraph: JobGraph,
  restore?: RestoreAssignment,
  budgetBytes = 1024 * 1024,
  layout: WorkerLayout = EVERY_SLOT_A_WORKER,
): Planned {
  const slots = assignSlots(jobGraph, layout)
  const executions = new ExecutionGraph(jobGraph, slots.placeOf, 3)
  const bells = Array.from({ length: slots.workerCount }, () => new SharedArrayBuffer(4))
  const byWorker = planDeployment({
    executions,
    toDeploy: executions.all(),
    bellOf: (worker) => bells[worker] ?? assert.fail(`there is no worker ${String(worker)}`),
    restore,
    networkBudgetBytes: budgetBytes,
    slotSizeBytes: 4096,
  })
  return { byWorker, tasks: [...byWorker.values()].flat(), bells }
}

function find({ tasks }: Planned, vertexId: string, subtaskIndex: number): TaskDeploymentDescriptor {
  const task = tasks.find((one) => one.vertexId === vertexId && one.subtaskIndex === subtaskIndex)
  assert.ok(task)
  return task
}

describe('The edges of a task', () => {
  const shapes = [
    { id: 'a', parallelism: 2 },
    { id: 'b', parallelism: 2 },
    { id: 'c', parallelism: 2 },
  ]
  const edges: readonly SampleEdge[] = [
    ['a', 'b', 'rescale'],
    ['b', 'c', 'hash'],
  ]
  const alignedOf = (configuration: JobGraph['configuration']): (true | undefined)[] => {
    const { inputs, outputs } = find(plan({ ...sampleGraph(shapes, edges), configuration }), 'b', 1)
    return [...inputs, ...outputs].map(({ alignedOnly }) => alignedOnly)
  }

  it('say where barriers never overtake, where they may on others', () => {
    const unaligned = Configuration.fromMap({ 'execution.checkpointing.unaligned.enabled': 'true' }).toEntries()
    assert.deepEqual(alignedOf(unaligned), [true, undefined])
    assert.deepEqual(alignedOf({}), [undefined, undefined])
  })

  it('have room beside the records of those for the largest barrier of a checkpoint', () => {
    const directory = `/größe/${'d'.repeat(300)}`
    const jobUri = `file:${directory}/${'a'.repeat(32)}`
    const location = {
      kind: 'file',
      directoryUri: `${jobUri}/chk-${String(Number.MAX_SAFE_INTEGER)}`,
      inlineThresholdBytes: 0,
      incremental: { sharedDirectoryUri: `${jobUri}/shared`, baseCheckpointId: 1 },
    } as const
    const options = { kind: 'checkpoint', location, unaligned: false, alignedTimeoutMs: 5, stop: undefined } as const
    const barrier = new CheckpointBarriers().encode({ checkpointId: 1, timestamp: 1, options })
    const configuration = Configuration.fromMap({
      'execution.checkpointing.unaligned.enabled': 'true',
      'execution.checkpointing.dir': directory,
    }).toEntries()
    const { inputs, outputs } = find(plan({ ...sampleGraph(shapes, edges), configuration }), 'b', 1)
    const roomOf = ({ channels }: EdgeDescriptor): (number | undefined)[] =>
      channels.flatMap((channel) => (channel.kind === 'ring' ? [channel.memory.announcedBytes] : []))
    const [room = 0] = outputs.flatMap(roomOf)
    assert.ok(room >= barrier.length && room < 2 * barrier.length, `${String(room)} for ${String(barrier.length)}`)
    assert.ok(inputs.flatMap(roomOf).every((bytes) => bytes === undefined))
  })
})

describe('Slot sharing', () => {
  it('needs as many slots as the widest vertex of a group, one subtask of each vertex a slot', () => {
    const graph = sampleGraph([{ id: 'a' }, { id: 'b', parallelism: 3 }])
    const { workerCount, placeOf } = assignSlots(graph, EVERY_SLOT_A_WORKER)
    assert.equal(workerCount, 3)
    const places = [placeOf('a', 0), placeOf('b', 0), placeOf('b', 1), placeOf('b', 2)]
    const workers = places.map(({ worker }) => worker)
    assert.deepEqual(workers, [0, 0, 1, 2])
  })

  it('adds up the groups', () => {
    const graph = sampleGraph([
      { id: 'a', parallelism: 2 },
      { id: 'b', parallelism: 3, slotSharingGroup: 'heavy' },
      { id: 'c', parallelism: 1, slotSharingGroup: 'heavy' },
    ])
    const { workerCount, placeOf } = assignSlots(graph, EVERY_SLOT_A_WORKER)
    assert.equal(workerCount, 5)
    const places = [placeOf('a', 1), placeOf('b', 0), placeOf('b', 2), placeOf('c', 0)]
    const workers = places.map(({ worker }) => worker)
    assert.deepEqual(workers, [1, 2, 4, 2])
  })

  it('never puts two subtasks of a vertex, or two groups, into one slot', () => {
    const vertex = fc.record({ parallelism: fc.integer({ min: 1, max: 5 }), group: fc.constantFrom('x', 'y', 'z') })
    fc.assert(
      fc.property(fc.array(vertex, { minLength: 1, maxLength: 6 }), layouts(), (shapes, layout) => {
        const vertices = shapes.map(({ parallelism, group }, index) => {
          return { id: `v${String(index)}`, parallelism, slotSharingGroup: group }
        })
        const { workerCount, slotsOf, placeOf } = assignSlots(sampleGraph(vertices), layout)
        const groupOf = new Map<string, string>()
        for (const { id, parallelism, slotSharingGroup } of vertices) {
          const places = Array.from({ length: parallelism }, (_, index) => placeOf(id, index))
          const names = places.map(({ worker, slot }) => `${String(worker)}.${String(slot)}`)
          assert.equal(new Set(names).size, parallelism)
          for (const { worker, slot } of places) {
            assert.ok(worker >= 0 && worker < workerCount)
            assert.ok(slot >= 0 && slot < slotsOf(worker))
          }
          for (const name of names) {
            assert.equal(groupOf.get(name) ?? slotSharingGroup, slotSharingGroup)
            groupOf.set(name, slotSharingGroup)
          }
        }
        const slots = Array.from({ length: workerCount }, (_, worker) => slotsOf(worker))
        const slotCount = slots.reduce((sum, count) => sum + count, 0)
        assert.equal(groupOf.size, slotCount, 'no slot stays empty')
        assert.ok(Math.max(...slots) - Math.min(...slots) <= 1, 'no worker has two slots more than another')
        if ('maxWorkers' in layout) assert.equal(workerCount, Math.min(slotCount, layout.maxWorkers))
        else assert.ok(Math.max(...slots) <= layout.slotsPerWorker)
      }),
    )
  })
})

describe('A deployment plan', () => {
  it('has every subtask once, in its slot, with an id of its attempt', () => {
    const planned = plan(sampleGraph([{ id: 'a' }, { id: 'b', parallelism: 2 }], [['a', 'b', 'hash']]))
    const ids = [...planned.byWorker].map(([slot, tasks]) => [slot, tasks.map(({ executionId }) => executionId)])
    assert.deepEqual(ids, [
      [0, ['a_0_3', 'b_0_3']],
      [1, ['b_1_3']],
    ])
  })

  it('connects subtasks of one worker by a local channel and others by a ring with the bells of both', () => {
    const planned = plan(sampleGraph([{ id: 'a' }, { id: 'b', parallelism: 2 }], [['a', 'b', 'hash']]))
    const [toFirst, toSecond] = find(planned, 'a', 0).outputs[0]?.channels ?? []
    const [fromFirst] = find(planned, 'b', 0).inputs[0]?.channels ?? []
    const [fromSecond] = find(planned, 'b', 1).inputs[0]?.channels ?? []
    assert.equal(toFirst?.kind, 'local')
    assert.deepEqual(toFirst, fromFirst)
    assert.ok(toSecond?.kind === 'ring' && fromSecond?.kind === 'ring')
    assert.equal(toSecond.memory.buffer, fromSecond.memory.buffer)
    assert.equal(toSecond.peerBell, planned.bells[1])
    assert.equal(fromSecond.peerBell, planned.bells[0])
  })

  it('connects slots of one worker by local channels too, which share what may wait', () => {
    const graph = sampleGraph(
      [
        { id: 'a', parallelism: 4 },
        { id: 'b', parallelism: 4 },
      ],
      [['a', 'b', 'hash']],
    )
    const planned = plan(graph, undefined, undefined, { maxWorkers: 2 })
    assert.deepEqual(
      [...planned.byWorker.values()].map((tasks) => tasks.map(({ subtaskIndex, slot }) => [subtaskIndex, slot])),
      [0, 1].map((worker) => [worker, worker + 2, worker, worker + 2].map((index, at) => [index, at % 2])),
    )
    const { channels = [] } = find(planned, 'a', 1).outputs[0] ?? {}
    assert.deepEqual(
      channels.map((channel) => (channel.kind === 'local' ? channel.siblings : channel.kind)),
      ['ring', 4, 'ring', 4],
    )
  })

  it('gives the two ends of every channel the same memory and shares none between channels', () => {
    const parallelism = fc.integer({ min: 1, max: 5 })
    const partitioner = fc.constantFrom<JobEdge['partitioner']>('hash', 'rebalance', 'broadcast', 'rescale')
    fc.assert(
      fc.property(parallelism, parallelism, partitioner, (producers, consumers, kind) => {
        const vertices = [
          { id: 'a', parallelism: producers },
          { id: 'b', parallelism: consumers, slotSharingGroup: 'other' },
        ]
        const planned = plan(sampleGraph(vertices, [['a', 'b', kind] satisfies SampleEdge]))
        const written = new Map<SharedArrayBuffer, string>()
        for (const { subtaskIndex, outputs } of planned.tasks) {
          for (const { channels, peers } of outputs) {
            for (const [index, channel] of channels.entries()) {
              assert.ok(channel.kind === 'ring')
              assert.ok(!written.has(channel.memory.buffer), 'a ring with two writers')
              written.set(channel.memory.buffer, `${String(subtaskIndex)}-${String(peers[index])}`)
            }
          }
        }
        let read = 0
        for (const { subtaskIndex, inputs } of planned.tasks) {
          for (const { channels, peers } of inputs) {
            for (const [index, channel] of channels.entries()) {
              assert.ok(channel.kind === 'ring')
              assert.equal(written.get(channel.memory.buffer), `${String(peers[index])}-${String(subtaskIndex)}`)
              read += 1
            }
          }
        }
        assert.equal(read, written.size)
      }),
    )
  })

  it('keeps all rings within the network memory', () => {
    const vertices = [
      { id: 'a', parallelism: 8 },
      { id: 'b', parallelism: 8 },
    ]
    const planned = plan(sampleGraph(vertices, [['a', 'b', 'hash']]), undefined, 256 * 1024)
    const rings = new Set<SharedArrayBuffer>()
    for (const { outputs } of planned.tasks) {
      for (const channel of outputs.flatMap(({ channels }) => channels)) {
        if (channel.kind === 'ring') rings.add(channel.memory.buffer)
      }
    }
    assert.equal(rings.size, 56)
    const slotBytes = planned.tasks
      .flatMap(({ outputs }) => outputs.flatMap(({ channels }) => channels))
      .map((channel) => (channel.kind === 'ring' ? channel.memory.slotCount * channel.memory.slotSizeBytes : 0))
    assert.ok(slotBytes.reduce((sum, bytes) => sum + bytes, 0) <= 256 * 1024)
  })

  it('hands restored state to each subtask, the max parallelism of the snapshot on both sides of an edge', () => {
    const restore: RestoreAssignment = {
      checkpointId: 8,
      stateOf: (vertexId, subtaskIndex) => ({ operators: { [`${vertexId}${String(subtaskIndex)}`]: NO_STATE } }),
      isFinished: (vertexId) => vertexId === 'a',
      finishedOperatorsOf: (vertexId) => [vertexId],
      maxParallelismOf: (vertexId) => (vertexId === 'b' ? 64 : 32),
      coordinatorStateOf: () => undefined,
    }
    const planned = plan(sampleGraph([{ id: 'a' }, { id: 'b', parallelism: 2 }], [['a', 'b', 'hash']]), restore)
    const [a, b] = [find(planned, 'a', 0), find(planned, 'b', 1)]
    assert.deepEqual([a.finishedOnRestore, b.finishedOnRestore], [true, false])
    assert.deepEqual([a.finishedOperators, b.finishedOperators], [undefined, ['b']])
    assert.deepEqual(b.restore, { checkpointId: 8, state: { operators: { b1: NO_STATE } } })
    assert.deepEqual([a.maxParallelism, b.maxParallelism], [32, 64])
    assert.equal(a.outputs[0]?.peerMaxParallelism, 64)
    assert.equal(b.inputs[0]?.peerMaxParallelism, 32)
  })

  it('has no restored state on a fresh start', () => {
    const planned = plan(sampleGraph([{ id: 'a', maxParallelism: 16 }]))
    const task = find(planned, 'a', 0)
    assert.deepEqual([task.restore, task.finishedOnRestore, task.maxParallelism], [undefined, false, 16])
  })
})

const NO_STATE = { managedKeyed: [], managedOperator: [] }
