// Duty: how far event time has come at each vertex of a job, and who holds it back: followed from an input upstream along the
// channels that it waits for, to the operators that make watermarks.
// Invariants: pure. A subtask that has not reported holds nobody back: it has not begun, or had finished before.
// Thread: main thread.
import type { JobEdge, JobGraph, JobVertex } from '../../../graph/job-graph.js'
import type { InputTime, WatermarkMakerTime } from '../../protocol/time-report.js'
import { droppedRecordsOf, type DroppedRecords } from './dropped-records.js'
import { splitKey, type SubtaskTime, type TimeStore } from './time-store.js'

/** What an input waits for. Times are epoch ms; a watermark may be -Infinity or Infinity. */
export interface WatermarkHolder {
  readonly vertex: JobVertex
  readonly subtask: number
  /** Name of the operator that makes the watermarks, or would have to. */
  readonly operator: string
  readonly strategy: 'none' | 'function' | 'strategy'
  readonly hasRecord: boolean | undefined
  readonly isIdle: boolean
  readonly mayGetSplits: boolean | undefined
  readonly waitsForGroup: string | undefined
  readonly watermark: number
  readonly since: number
  readonly splits: readonly { readonly splitId: string; readonly watermark: number; readonly since: number }[]
  readonly numSplits: number
}

/** An input of a vertex: of the subtask whose time is the earliest. */
export interface VertexInputTime {
  readonly watermark: number
  readonly since: number
  /** All channels of all its subtasks are. */
  readonly isIdle: boolean
  /** How many subtasks stand there. */
  readonly numSubtasks: number
  readonly holders: readonly WatermarkHolder[]
}

export interface VertexTime {
  readonly vertex: JobVertex
  readonly lateRecords: readonly DroppedRecords[]
  readonly inputs: readonly VertexInputTime[]
  /** Of a source: what its operators have made, of the slowest subtask that is not idle. */
  readonly makers: readonly VertexMaker[]
}

export interface VertexMaker extends WatermarkHolder {
  /** How many subtasks are idle. */
  readonly numIdle: number
}

/** How many holders of an input are named. */
const MAX_HOLDERS = 5

export function diagnoseWatermarks(graph: JobGraph, store: TimeStore): VertexTime[] {
  const times = new JobTimes(graph, store)
  return graph.vertices.map((vertex) => times.of(vertex))
}

interface SubtaskInput {
  readonly time: InputTime
  readonly since: number
}

interface OutputOfOperator {
  readonly vertex: JobVertex
  readonly subtask: number
  /** Its index in the vertex. */
  readonly operator: number
}

class JobTimes {
  readonly #vertices: ReadonlyMap<string, JobVertex>
  readonly #edges: ReadonlyMap<string, JobEdge>
  readonly #store: TimeStore
  readonly #lateRecords: ReadonlyMap<string, number>
  /** Found once: the way upstream of a vertex is the end of the way of each below it. */
  readonly #makers = new Map<string, readonly WatermarkHolder[]>()

  constructor({ vertices, edges }: JobGraph, store: TimeStore) {
    this.#vertices = new Map(vertices.map((vertex) => [vertex.id, vertex]))
    this.#edges = new Map(edges.map((edge) => [edge.id, edge]))
    this.#store = store
    this.#lateRecords = store.lateRecords()
  }

  of(vertex: JobVertex): VertexTime {
    const subtasks = this.#subtasksOf(vertex)
    const numInputs = Math.max(0, ...subtasks.map(({ report }) => report.inputs.length))
    const made = Array.from({ length: numInputs }, (_, number) => this.#inputOf(subtasks, number))
    // What an operator that assigns watermarks is told of time it does not pass on: nobody waits for it.
    const inputs = assignsWatermarks(vertex) ? made.map((input) => ({ ...input, holders: [] })) : made
    const lateRecords = droppedRecordsOf(vertex.operators, this.#lateRecords)
    return { vertex, lateRecords, inputs, makers: numInputs === 0 ? this.#slowestMakers(vertex) : [] }
  }

  #subtasksOf(vertex: JobVertex): SubtaskTime[] {
    return indexes(vertex.parallelism).flatMap((subtask) => this.#store.find(vertex.id, subtask) ?? [])
  }

  #inputOf(subtasks: readonly SubtaskTime[], number: number): VertexInputTime {
    const all: SubtaskInput[] = subtasks.flatMap(({ report, inputsSince }) => {
      const time = report.inputs[number]
      return time === undefined ? [] : [{ time, since: inputsSince[number] ?? 0 }]
    })
    const active = all.filter(({ time }) => !time.isIdle)
    const counted = active.length > 0 ? active : all
    const watermark = Math.min(...counted.map(({ time }) => time.watermark))
    const slowest = counted.filter(({ time }) => time.watermark === watermark)
    return {
      watermark,
      since: Math.min(...slowest.map(({ since }) => since)),
      isIdle: active.length === 0,
      numSubtasks: slowest.length,
      holders: this.#holdersOf(slowest.map(({ time }) => time)),
    }
  }

  /** Each once, those first that wait longest. */
  #holdersOf(inputs: readonly InputTime[]): WatermarkHolder[] {
    const found = new Map<string, WatermarkHolder>()
    for (const input of inputs) for (const holder of this.#upstream(input)) found.set(keyOf(holder), holder)
    return [...found.values()].sort((left, right) => left.since - right.since).slice(0, MAX_HOLDERS)
  }

  #upstream(input: InputTime): readonly WatermarkHolder[] {
    const found = input.holders.flatMap(({ edgeId, producer }) => {
      const edge = this.#edges.get(edgeId)
      const vertex = edge && this.#vertices.get(edge.sourceVertex)
      if (edge === undefined || vertex === undefined) return []
      return this.#makersOf({ vertex, subtask: producer, operator: edge.sourceOperator })
    })
    return [...new Set(found)]
  }

  #makersOf(at: OutputOfOperator): readonly WatermarkHolder[] {
    const key = `${at.vertex.id}#${String(at.subtask)}#${String(at.operator)}`
    const known = this.#makers.get(key)
    if (known !== undefined) return known
    const makers = this.#findMakers(at)
    this.#makers.set(key, makers)
    return makers
  }

  /** The operator at the end of an edge passes on what the nearest one before it in its chain made, or what its task received. */
  #findMakers({ vertex, subtask, operator }: OutputOfOperator): readonly WatermarkHolder[] {
    const time = this.#store.find(vertex.id, subtask)
    if (time === undefined) return []
    for (let index = operator; index >= 0; index = vertex.operators[index]?.input ?? -1) {
      const maker = time.report.makers.find(({ operatorId }) => operatorId === vertex.operators[index]?.id)
      if (maker !== undefined) return [holderOf(vertex, subtask, maker, time)]
    }
    return time.report.inputs.flatMap((input) => this.#upstream(input))
  }

  #slowestMakers(vertex: JobVertex): VertexMaker[] {
    const byOperator = new Map<string, WatermarkHolder[]>()
    for (const subtask of indexes(vertex.parallelism)) {
      const time = this.#store.find(vertex.id, subtask)
      if (time === undefined) continue
      for (const maker of time.report.makers) {
        const holders = byOperator.get(maker.operatorId) ?? []
        byOperator.set(maker.operatorId, [...holders, holderOf(vertex, subtask, maker, time)])
      }
    }
    return [...byOperator.values()].flatMap((holders) => {
      const slowest = [...holders].sort(slowestFirst)[0]
      return slowest === undefined ? [] : [{ ...slowest, numIdle: holders.filter(({ isIdle }) => isIdle).length }]
    })
  }
}

function slowestFirst(left: WatermarkHolder, right: WatermarkHolder): number {
  if (left.isIdle !== right.isIdle) return left.isIdle ? 1 : -1
  return left.watermark === right.watermark ? left.subtask - right.subtask : left.watermark < right.watermark ? -1 : 1
}

function assignsWatermarks({ operators }: JobVertex): boolean {
  return operators.some(({ kind }) => kind === 'timestamps-and-watermarks')
}

function holderOf(
  vertex: JobVertex,
  subtask: number,
  maker: WatermarkMakerTime,
  { makersSince }: SubtaskTime,
): WatermarkHolder {
  const { operatorId, splits: splitTimes, ...told } = maker
  const operator = vertex.operators.find(({ id }) => id === operatorId)?.name ?? vertex.name
  const splits = splitTimes.map((split) => ({
    ...split,
    since: makersSince.get(splitKey(operatorId, split.splitId)) ?? 0,
  }))
  const since = makersSince.get(operatorId) ?? 0
  return { ...told, vertex, subtask, operator, since, splits }
}

function keyOf({ vertex, subtask, operator }: WatermarkHolder): string {
  return `${vertex.id}#${String(subtask)}#${operator}`
}

function indexes(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
