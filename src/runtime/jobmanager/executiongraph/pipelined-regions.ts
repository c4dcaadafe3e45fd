// Duty: which subtasks restart together: those that channels connect, directly or through others. In Flink:
// SchedulingPipelinedRegionComputeUtil.
// Invariants: every subtask is in exactly one region. A coordinator connects all subtasks of its operator where it is restored with
// them; that of a source lives on, and is told of each subtask that was reset. The way back of a loop connects all as well.
// Thread: main thread.
import type { ChainedOperator, JobGraph, JobVertex } from '../../../graph/job-graph.js'
import { hasLastingCoordinator } from '../../../graph/lasting-coordinator.js'
import { consumersOf, type EdgeEnds } from './connectivity.js'

export class PipelinedRegions {
  readonly count: number
  /** By vertex: the first place of its subtasks among all of the plan. */
  readonly #firstOf = new Map<string, number>()
  readonly #regionOf: readonly number[]

  constructor(jobGraph: JobGraph) {
    let size = 0
    for (const { id, parallelism } of jobGraph.vertices) {
      this.#firstOf.set(id, size)
      size += parallelism
    }
    const joined = new JoinedSets(size)
    for (const vertex of jobGraph.vertices) if (vertex.operators.some(connectsAll)) this.#joinAll(vertex, joined)
    const widths = new Map(jobGraph.vertices.map(({ id, parallelism }) => [id, parallelism]))
    for (const { sourceVertex, targetVertex, partitioner } of jobGraph.edges) {
      const producers = widths.get(sourceVertex) ?? 0
      const ends = { partitioner, producers, consumers: widths.get(targetVertex) ?? 0 }
      const [source, target] = [this.#placeOf(sourceVertex, 0), this.#placeOf(targetVertex, 0)]
      for (let producer = 0; producer < producers; producer += 1) {
        for (const consumer of peersToJoin(ends, producer)) joined.join(source + producer, target + consumer)
      }
    }
    const numbers = new Map<number, number>()
    this.#regionOf = Array.from({ length: size }, (_, place) => {
      const set = joined.find(place)
      const number = numbers.get(set) ?? numbers.size
      numbers.set(set, number)
      return number
    })
    this.count = numbers.size
  }

  /** Counted from 0, in the order of the plan. */
  of(vertexId: string, subtaskIndex: number): number {
    return this.#regionOf[this.#placeOf(vertexId, subtaskIndex)] ?? 0
  }

  #joinAll({ id, parallelism }: JobVertex, joined: JoinedSets): void {
    const first = this.#placeOf(id, 0)
    for (let subtask = 1; subtask < parallelism; subtask += 1) joined.join(first, first + subtask)
  }

  #placeOf(vertexId: string, subtaskIndex: number): number {
    return (this.#firstOf.get(vertexId) ?? 0) + subtaskIndex
  }
}

function connectsAll(operator: ChainedOperator): boolean {
  const { coordinator, kind } = operator
  const isRestoredWithAll = coordinator !== undefined && !hasLastingCoordinator(operator)
  return isRestoredWithAll || kind === 'iteration-head' || kind === 'iteration-tail'
}

/** Where everybody is connected with everybody, one row and one column join all: 1,000 x 1,000 subtasks are 2,000 pairs. */
function peersToJoin(ends: EdgeEnds, producer: number): number[] {
  const isPointwise = ends.partitioner === 'forward' || ends.partitioner === 'rescale'
  return isPointwise || producer === 0 ? consumersOf(ends, producer) : [0]
}

/** Union-find with halved paths. */
class JoinedSets {
  readonly #parents: Int32Array

  constructor(size: number) {
    this.#parents = Int32Array.from({ length: size }, (_, index) => index)
  }

  find(member: number): number {
    let set = member
    for (let parent = this.#parentOf(set); parent !== set; parent = this.#parentOf(set)) {
      this.#parents[set] = this.#parentOf(parent)
      set = parent
    }
    return set
  }

  join(one: number, other: number): void {
    this.#parents[this.find(one)] = this.find(other)
  }

  #parentOf(member: number): number {
    return this.#parents[member] ?? member
  }
}
