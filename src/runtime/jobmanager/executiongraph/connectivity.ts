// Duty: which subtasks of two vertices are connected by an edge.
// Invariants: `consumersOf` and `producersOf` are each other's inverse; every subtask has at least one peer.
// Forward connects equal indexes; rescale spreads each side over the other in blocks (Flink's pointwise pattern); all
// other partitioners connect everybody with everybody.
// Thread: main thread.
import type { JobEdge } from '../../../graph/job-graph.js'

export interface EdgeEnds {
  readonly partitioner: JobEdge['partitioner']
  readonly producers: number
  readonly consumers: number
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index)
}

/** Subtask indexes of the consumers that producer `index` writes to. */
export function consumersOf(edge: EdgeEnds, index: number): number[] {
  const { producers, consumers } = edge
  if (edge.partitioner === 'forward') return [index]
  if (edge.partitioner !== 'rescale') return range(0, consumers)
  if (producers >= consumers) return [Math.floor((index * consumers) / producers)]
  return range(Math.ceil((index * consumers) / producers), Math.ceil(((index + 1) * consumers) / producers))
}

/** Subtask indexes of the producers that consumer `index` reads from. */
export function producersOf(edge: EdgeEnds, index: number): number[] {
  return range(0, edge.producers).filter((producer) => consumersOf(edge, producer).includes(index))
}
