import type { ChainedOperator, JobEdge, JobGraph, JobVertex } from './job-graph.js'

interface JsonPlanInput {
  readonly num: number
  readonly id: string
  readonly ship_strategy: string
  readonly exchange: 'pipelined_bounded'
}

interface JsonPlanNode {
  readonly id: string
  readonly parallelism: number
  readonly operator: ''
  readonly operator_strategy: ''
  /** The operators of the chain as a tree, escaped for HTML. */
  readonly description: string
  /** Absent for sources. */
  readonly inputs?: readonly JsonPlanInput[]
  readonly optimizer_properties: Readonly<Record<string, never>>
}

/** The plan of a job as the REST API shows it: one node a task, in topological order. */
export interface JsonPlan {
  readonly jid: string
  readonly name: string
  readonly type: 'STREAMING'
  readonly nodes: readonly JsonPlanNode[]
}

export function renderJsonPlan(jobGraph: JobGraph, jobId: string): JsonPlan {
  return {
    jid: jobId,
    name: jobGraph.name,
    type: 'STREAMING',
    nodes: jobGraph.vertices.map((vertex) => nodeOf(vertex, jobGraph.edges)),
  }
}

function nodeOf(vertex: JobVertex, edges: readonly JobEdge[]): JsonPlanNode {
  const inputs = edges.filter((edge) => edge.targetVertex === vertex.id).map(inputOf)
  return {
    id: vertex.id,
    parallelism: vertex.parallelism,
    operator: '',
    operator_strategy: '',
    description: escapeHtml(describeTree(vertex.operators)).replaceAll('\n', '<br/>'),
    ...(inputs.length === 0 ? {} : { inputs }),
    optimizer_properties: {},
  }
}

function inputOf(edge: JobEdge, num: number): JsonPlanInput {
  const { sourceVertex, partitioner } = edge
  return { num, id: sourceVertex, ship_strategy: partitioner.toUpperCase(), exchange: 'pipelined_bounded' }
}

/** One operator a line; `:-` for a child with siblings after it, `+-` for the last one. */
function describeTree(operators: readonly ChainedOperator[]): string {
  const lines: string[] = []
  const visit = (operator: ChainedOperator, ownPrefix: string, childPrefix: string): void => {
    lines.push(`${ownPrefix}${operator.description ?? operator.name}\n`)
    const index = operators.indexOf(operator)
    const children = operators.filter((candidate) => candidate.input === index)
    for (const [place, child] of children.entries()) {
      const isLast = place === children.length - 1
      visit(child, `${childPrefix}${isLast ? '+- ' : ':- '}`, `${childPrefix}${isLast ? '   ' : ':  '}`)
    }
  }
  for (const head of operators.filter((operator) => operator.input === -1)) visit(head, '', '')
  return lines.join('')
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\\', '&#92;')
}
