/** Job graphs of a few vertices, as the tests of the job manager need them. */
import type { JobEdge, JobGraph, JobVertex } from '../../../../src/graph/job-graph.js'

export interface SampleVertex {
  readonly id: string
  readonly parallelism?: number
  readonly maxParallelism?: number
  readonly maxParallelismDeclared?: boolean
  readonly slotSharingGroup?: string
  /** Operators of the chain; the vertex' own id when there is none. */
  readonly operators?: readonly string[]
}

/** `[source vertex, target vertex, partitioner]` */
export type SampleEdge = readonly [string, string, JobEdge['partitioner']]

export function sampleGraph(vertices: readonly SampleVertex[], edges: readonly SampleEdge[] = []): JobGraph {
  return {
    name: 'sample',
    vertices: vertices.map((vertex) => sampleVertex(vertex, !edges.some(([, target]) => target === vertex.id))),
    edges: edges.map(([source, target, partitioner], index) => sampleEdge(source, target, partitioner, index)),
    configuration: {},
    hash: 'h',
  }
}

function sampleVertex(vertex: SampleVertex, isSource: boolean): JobVertex {
  const { id, parallelism = 1, maxParallelism = 128, maxParallelismDeclared = false } = vertex
  const { slotSharingGroup = 'default', operators = [id] } = vertex
  return {
    id,
    name: id,
    parallelism,
    maxParallelism,
    maxParallelismDeclared,
    slotSharingGroup,
    isSource,
    operators: operators.map((operator, index) => ({
      id: operator,
      uid: operator,
      name: operator,
      kind: index === 0 && isSource ? 'source-function' : 'map',
      input: index - 1,
      inputSideOutput: undefined,
      keyed: false,
    })),
  }
}

function sampleEdge(
  sourceVertex: string,
  targetVertex: string,
  partitioner: JobEdge['partitioner'],
  index: number,
): JobEdge {
  return {
    id: `${sourceVertex}/${String(index)}-${targetVertex}/0`,
    sourceVertex,
    sourceOperator: 0,
    sideOutput: undefined,
    targetVertex,
    targetInput: 0,
    partitioner,
    keyPath: undefined,
    bufferTimeoutMs: 100,
  }
}
