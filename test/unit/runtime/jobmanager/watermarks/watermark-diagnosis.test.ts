import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TimeStore } from '../../../../../src/runtime/jobmanager/watermarks/time-store.js'
import { diagnoseWatermarks } from '../../../../../src/runtime/jobmanager/watermarks/watermark-diagnosis.js'
import type { InputTime, TaskTimeReport, WatermarkMakerTime } from '../../../../../src/runtime/protocol/time-report.js'
import { sampleGraph } from '../sample-graphs.js'

const NONE = Number.NEGATIVE_INFINITY
const END = Number.POSITIVE_INFINITY

function maker(operatorId: string, watermark: number, more: Partial<WatermarkMakerTime> = {}): WatermarkMakerTime {
  const unknown = { isIdle: false, strategy: 'strategy', hasRecord: true, splits: [], numSplits: 0 } as const
  const source = { mayGetSplits: undefined, waitsForGroup: undefined }
  return { operatorId, watermark, ...unknown, ...source, ...more }
}

/** `holders`: `[edge, producer]` of the channels that it waits for; none where it is idle. */
function input(watermark: number, ...holders: readonly (readonly [string, number])[]): InputTime {
  const named = holders.map(([edgeId, producer]) => ({ edgeId, producer }))
  return { watermark, isIdle: holders.length === 0, holders: named }
}

interface Told {
  readonly vertex: string
  readonly subtask?: number
  readonly inputs?: readonly InputTime[]
  readonly makers?: readonly WatermarkMakerTime[]
  readonly lateRecords?: TaskTimeReport['lateRecords']
  readonly at?: number
}

function storeOf(...reports: readonly Told[]): TimeStore {
  const store = new TimeStore()
  for (const { vertex, subtask = 0, inputs = [], makers = [], lateRecords = [], at = 0 } of reports) {
    store.put(vertex, subtask, { executionId: `${vertex}${String(subtask)}`, inputs, makers, lateRecords }, at)
  }
  return store
}

describe('the diagnosis of watermarks', () => {
  const chain = sampleGraph(
    [{ id: 'source', parallelism: 2, operators: ['read', 'assign'] }, { id: 'map', parallelism: 2 }, { id: 'window' }],
    [
      ['source', 'map', 'rebalance'],
      ['map', 'window', 'hash'],
    ],
  )
  const [toMap = '', toWindow = ''] = chain.edges.map(({ id }) => id)

  it('follows the channels that an input waits for upstream, to the subtask whose watermark it is', () => {
    const graph = {
      ...chain,
      edges: chain.edges.map((edge) => ({ ...edge, sourceOperator: edge.id === toMap ? 1 : 0 })),
    }
    const store = storeOf(
      { vertex: 'source', makers: [maker('assign', 500)] },
      { vertex: 'source', subtask: 1, makers: [maker('assign', NONE, { hasRecord: false })], at: 7 },
      { vertex: 'map', inputs: [input(NONE, [toMap, 1])] },
      { vertex: 'map', subtask: 1, inputs: [input(NONE, [toMap, 1])] },
      { vertex: 'window', inputs: [input(NONE, [toWindow, 0], [toWindow, 1])], at: 9 },
    )
    const window = diagnoseWatermarks(graph, store).at(-1)?.inputs[0]
    assert.equal(window?.watermark, NONE)
    assert.equal(window.since, 9)
    const [holder, ...others] = window.holders
    assert.deepEqual(others, [], 'both ways lead to the same subtask')
    assert.deepEqual(
      [holder?.vertex.id, holder?.subtask, holder?.operator, holder?.hasRecord, holder?.since],
      ['source', 1, 'assign', false, 7],
    )
  })

  it('goes each way upstream once, however many lead through a long plan', () => {
    // Two subtasks that wait for both before them: 2 ** 60 ways to the source.
    const ids = Array.from({ length: 60 }, (_, index) => `step ${String(index)}`)
    const steps = ids.map((id, index): [string, string, 'hash'] => [ids[index - 1] ?? 'source', id, 'hash'])
    const long = sampleGraph([{ id: 'source', parallelism: 2 }, ...ids.map((id) => ({ id, parallelism: 2 }))], steps)
    const subtasks = [0, 1]
    const reports = long.edges.flatMap(({ id, targetVertex }) =>
      subtasks.map((subtask) => ({ vertex: targetVertex, subtask, inputs: [input(3, [id, 0], [id, 1])] })),
    )
    const sources = subtasks.map((subtask) => ({ vertex: 'source', subtask, makers: [maker('source', 3)] }))
    const last = diagnoseWatermarks(long, storeOf(...sources, ...reports)).at(-1)?.inputs[0]
    assert.deepEqual(
      last?.holders.map(({ vertex, subtask }) => [vertex.id, subtask]),
      [
        ['source', 0],
        ['source', 1],
      ],
    )
  })

  it('does not take an operator further down the chain than the edge for the one that makes its watermarks', () => {
    const store = storeOf(
      { vertex: 'source', makers: [maker('read', 3, { strategy: 'function' }), maker('assign', 900)] },
      { vertex: 'map', inputs: [input(3, [toMap, 0])] },
    )
    const [holder] = diagnoseWatermarks(chain, store)[1]?.inputs[0]?.holders ?? []
    assert.deepEqual([holder?.operator, holder?.watermark], ['read', 3])
  })

  it('takes the slowest subtask of a vertex, leaving out those whose inputs are all idle', () => {
    const store = storeOf(
      { vertex: 'map', inputs: [input(NONE)] },
      { vertex: 'map', subtask: 1, inputs: [input(40, [toMap, 0])] },
    )
    const [mapped] = diagnoseWatermarks(chain, store)[1]?.inputs ?? []
    assert.deepEqual([mapped?.watermark, mapped?.isIdle, mapped?.numSubtasks], [40, false, 1])
    const idle = storeOf({ vertex: 'map', inputs: [input(12)] }, { vertex: 'map', subtask: 1, inputs: [input(12)] })
    const [both] = diagnoseWatermarks(chain, idle)[1]?.inputs ?? []
    assert.deepEqual([both?.watermark, both?.isIdle, both?.holders.length], [12, true, 0])
  })

  it('names the splits of a source, each with the time since when it stands', () => {
    const splits = [{ splitId: 'partition 3', watermark: 5 }]
    const store = storeOf({ vertex: 'source', makers: [maker('read', 5, { splits, numSplits: 8 })], at: 100 })
    const [slow] = diagnoseWatermarks(chain, store)[0]?.makers ?? []
    assert.deepEqual(slow?.splits, [{ splitId: 'partition 3', watermark: 5, since: 100 }])
    assert.equal(slow.numSplits, 8)
  })

  it('shows of a source the slowest subtask that is not idle, and counts those that are', () => {
    const idle = { vertex: 'source', makers: [maker('read', 3, { isIdle: true })] }
    const active = { vertex: 'source', subtask: 1, makers: [maker('read', 5)] }
    const [one] = diagnoseWatermarks(chain, storeOf(idle, active))[0]?.makers ?? []
    assert.deepEqual([one?.subtask, one?.watermark, one?.numIdle], [1, 5, 1])
    const [all] = diagnoseWatermarks(chain, storeOf(idle))[0]?.makers ?? []
    assert.deepEqual([all?.isIdle, all?.numIdle], [true, 1])
  })

  it('adds up the late records that the subtasks of an operator have dropped', () => {
    const store = storeOf(
      { vertex: 'map', lateRecords: [{ operatorId: 'map', numDropped: 2 }] },
      { vertex: 'map', subtask: 1, lateRecords: [{ operatorId: 'map', numDropped: 3 }] },
    )
    const [source, map] = diagnoseWatermarks(chain, store)
    const operator = chain.vertices[1]?.operators[0]
    assert.deepEqual(map?.lateRecords, [{ operator: operator?.name, numDropped: 5 }])
    assert.deepEqual(source?.lateRecords, [])
  })

  it('looks for nobody whose time an operator with a strategy of its own does not pass on', () => {
    const vertices = chain.vertices.map((vertex) => ({
      ...vertex,
      operators: vertex.operators.map((each) => ({ ...each, kind: 'timestamps-and-watermarks' as const })),
    }))
    const store = storeOf(
      { vertex: 'source', makers: [maker('read', NONE, { strategy: 'function' })] },
      { vertex: 'map', inputs: [input(NONE, [toMap, 0])] },
    )
    assert.equal(diagnoseWatermarks(chain, store)[1]?.inputs[0]?.holders.length, 1)
    assert.deepEqual(diagnoseWatermarks({ ...chain, vertices }, store)[1]?.inputs[0]?.holders, [])
  })

  it('blames nobody of whom nothing is known', () => {
    const store = storeOf({ vertex: 'map', inputs: [input(NONE, [toMap, 0], ['no such edge', 0])] })
    assert.deepEqual(diagnoseWatermarks(chain, store)[1]?.inputs[0]?.holders, [])
    assert.deepEqual(
      diagnoseWatermarks(chain, new TimeStore()).flatMap(({ inputs, makers }) => [...inputs, ...makers]),
      [],
    )
  })
})

describe('TimeStore', () => {
  const report = (watermark: number, split: number) => ({
    executionId: 'e',
    lateRecords: [],
    inputs: [input(watermark, ['edge', 0])],
    makers: [maker('read', watermark, { splits: [{ splitId: 's', watermark: split }], numSplits: 1 })],
  })

  it('keeps since when a watermark stands, over reports that say the same', () => {
    const store = new TimeStore()
    store.put('v', 0, report(10, 10), 1000)
    store.put('v', 0, report(10, 20), 2000)
    const { inputsSince, makersSince } = store.find('v', 0) ?? {}
    assert.deepEqual(inputsSince, [1000])
    assert.deepEqual(
      [...(makersSince ?? [])],
      [
        ['read', 1000],
        ['read/s', 2000],
      ],
    )
    store.put('v', 0, report(END, END), 3000)
    assert.deepEqual(store.find('v', 0)?.inputsSince, [3000])
  })

  it('says when all who were asked have reported', async () => {
    const store = new TimeStore()
    let isThere = false
    const reports = store.nextReports(['e', 'f']).then(() => (isThere = true))
    store.put('v', 0, report(1, 1), 0)
    await Promise.resolve()
    assert.equal(isThere, false)
    store.put('v', 1, { ...report(1, 1), executionId: 'f' }, 0)
    await reports
    await store.nextReports([])
  })
})
