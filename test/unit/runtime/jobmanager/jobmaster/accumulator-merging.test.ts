import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { serializeError } from '../../../../../src/core/errors/error-codec.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { ExecutionGraph } from '../../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import { AccumulatorMerging } from '../../../../../src/runtime/jobmanager/jobmaster/accumulator-merging.js'
import type { AccumulatorPart, MergeAccumulators } from '../../../../../src/runtime/protocol/accumulators.js'
import type { MasterToWorker } from '../../../../../src/runtime/protocol/master-to-worker.js'
import { sampleGraph } from '../sample-graphs.js'

function part(value: unknown, type = 'Maximum'): AccumulatorPart {
  return { type, value, fields: {} }
}

/** Two vertices of two subtasks each, whose workers are 0 and 1. */
function mergingOf(...accumulators: readonly Readonly<Record<string, AccumulatorPart>>[]) {
  const graph = sampleGraph([
    { id: 'a', parallelism: 2 },
    { id: 'b', parallelism: 2 },
  ])
  const executions = new ExecutionGraph(graph, (_, subtask) => ({ worker: subtask, slot: 0 }), 0)
  for (const [index, execution] of [...executions.all()].entries()) execution.accumulators = accumulators[index] ?? {}
  const clock = new ManualClock()
  const sent: (readonly [worker: number, message: MergeAccumulators])[] = []
  const dead = new Set<number>()
  const pool = {
    isAlive: (worker: number) => !dead.has(worker),
    send: (worker: number, message: MasterToWorker) => {
      if (message.type === 'merge-accumulators') sent.push([worker, message])
    },
  }
  const merging = new AccumulatorMerging(pool, clock)
  const merge = () => merging.merge(executions.all(), { into: 'accumulator', limitMs: 30_000 })
  const mergeCopies = () => merging.merge(executions.all(), { into: 'copy', limitMs: 500 })
  return { merging, clock, sent, dead, merge, mergeCopies }
}

describe('What the subtasks of a finished job accumulated', () => {
  it('is merged where the first subtask with the name ran, the others in their order', async () => {
    const { merging, clock, sent, merge } = mergingOf({}, { max: part(5) }, { max: part(3) }, { max: part(4) })
    const results = merge()
    const others = [part(3), part(4)]
    const wanted = { mergeId: 1, into: 'accumulator', executionId: 'a_1_0', name: 'max', others }
    assert.deepEqual(sent, [[1, { type: 'merge-accumulators', ...wanted }]])
    merging.merged({ mergeId: 1, result: { type: 'Maximum', value: 5 } })
    assert.deepEqual(await results, { max: { type: 'Maximum', value: 5 } })
    assert.equal(clock.pendingTimers, 0)
  })

  it('is waited for longer than what somebody wanted to see before', async () => {
    const { merging, clock, merge, mergeCopies } = mergingOf({ max: part(5) }, { max: part(3) })
    const [seen, results] = [mergeCopies(), merge()]
    clock.advance(500)
    const { max } = await seen
    assert.ok(max !== undefined && 'error' in max)
    assert.match(max.error.message, /has not ended within 0\.5 s/)
    merging.merged({ mergeId: 2, result: { type: 'Maximum', value: 5 } })
    assert.deepEqual(await results, { max: { type: 'Maximum', value: 5 } })
  })

  it('needs no worker where one subtask has the name', async () => {
    const { sent, merge } = mergingOf({ toString: part(1) }, {}, {}, { list: part(['x'], 'ListAccumulator') })
    assert.deepEqual(await merge(), {
      toString: { type: 'Maximum', value: 1 },
      list: { type: 'ListAccumulator', value: ['x'] },
    })
    assert.deepEqual(sent, [])
    assert.deepEqual(await mergingOf().merge(), {})
  })

  it('of two types under one name has no result', async () => {
    const { sent, merge } = mergingOf({ n: part(1, 'IntCounter') }, { n: part(['a'], 'ListAccumulator') })
    const { n } = await merge()
    assert.ok(n !== undefined && 'error' in n)
    assert.equal(n.error.code, 'ACCUMULATOR_TYPES_DIFFER')
    assert.match(n.error.message, /'n' was created with two different types: IntCounter and ListAccumulator/)
    assert.deepEqual(sent, [])
  })

  it('has no result where a subtask could not give its value', async () => {
    const error = serializeError(new FlinkError('ACCUMULATOR_INVALID', { operator: 'Map', name: 'n', reason: 'no' }))
    const { sent, merge } = mergingOf({ n: part(1) }, { n: { ...part(undefined), error } })
    assert.deepEqual(await merge(), { n: { error } })
    assert.deepEqual(sent, [])
  })

  it('has no result where its worker is gone, goes, or says nothing', async () => {
    for (const [reason, how] of [
      [/the worker with the first of them has ended/, ({ dead }: ReturnType<typeof mergingOf>) => dead.add(0)],
      [/out of memory/, undefined],
      [/the job was cancelled meanwhile/, undefined],
      [/the merge has not ended within 30 s/, undefined],
    ] as const) {
      const rig = mergingOf({ n: part(1) }, { n: part(2) })
      how?.(rig)
      const results = rig.merge()
      if (reason.source === 'out of memory') rig.merging.workerExited(0, new Error('out of memory'))
      if (reason.source.includes('cancelled')) rig.merging.abandon('the job was cancelled meanwhile')
      rig.merging.workerExited(1, new Error('it is not asked'))
      rig.clock.advance(30_000)
      const { n } = await results
      assert.ok(n !== undefined && 'error' in n)
      assert.equal(n.error.code, 'ACCUMULATOR_MERGE_FAILED')
      assert.match(n.error.message, reason)
      assert.equal(rig.clock.pendingTimers, 0)
    }
  })
})
