import { FlinkError } from '../core/errors/flink-error.js'
import type { ChainedOperator, JobEdge, JobGraph, JobVertex } from './job-graph.js'

interface Difference {
  readonly operator: string
  readonly reason: string
}

const VERTEX_FACTS = [
  'name',
  'parallelism',
  'maxParallelism',
  'maxParallelismDeclared',
  'slotSharingGroup',
  'isSource',
] as const satisfies readonly (keyof JobVertex)[]

const OPERATOR_FACTS = [
  'name',
  'uid',
  'kind',
  'keyed',
  'keyShape',
  'coordinator',
  'input',
  'inputSideOutput',
  'description',
  'onError',
] as const satisfies readonly (keyof ChainedOperator)[]

const EDGE_FACTS = [
  'partitioner',
  'keyPath',
  'sideOutput',
  'bufferTimeoutMs',
  'sourceOperator',
  'targetInput',
  'recordType',
  'isInLoop',
] as const satisfies readonly (keyof JobEdge)[]

/**
 * Checks that a worker's own run of the program gave the plan that was submitted; else JOB_GRAPH_MISMATCH names the first
 * operator that differs.
 */
export function compareGraphs(plan: JobGraph, mine: JobGraph): void {
  if (plan.hash === mine.hash) return
  const difference = firstDifference(plan, mine)
  throw new FlinkError('JOB_GRAPH_MISMATCH', { operator: difference.operator, reason: difference.reason })
}

function firstDifference(plan: JobGraph, mine: JobGraph): Difference {
  return (
    differenceOfOperators(plan, mine, OPERATOR_FACTS) ??
    differenceOfVertices(plan, mine) ??
    differenceOfEdges(plan, mine) ??
    // An id follows from everything around the operator, so it is no help while there is something else to name.
    differenceOfOperators(plan, mine, ['id']) ?? {
      operator: `'${plan.name}'`,
      reason: `the hashes are ${plan.hash} and ${mine.hash}`,
    }
  )
}

function differenceOfOperators(
  plan: JobGraph,
  mine: JobGraph,
  facts: readonly (keyof ChainedOperator)[],
): Difference | undefined {
  const theirs = plan.vertices.flatMap((vertex) => vertex.operators)
  const own = mine.vertices.flatMap((vertex) => vertex.operators)
  for (let index = 0; index < Math.max(theirs.length, own.length); index += 1) {
    const expected = theirs[index]
    const actual = own[index]
    if (expected === undefined) return { operator: `'${actual?.name ?? ''}'`, reason: 'it is new in the worker' }
    if (actual === undefined) return { operator: `'${expected.name}'`, reason: 'it is missing in the worker' }
    const reason = firstFact(facts, expected, actual)
    if (reason !== undefined) return { operator: `'${expected.name}'`, reason }
  }
  return undefined
}

function differenceOfVertices(plan: JobGraph, mine: JobGraph): Difference | undefined {
  for (const [index, expected] of plan.vertices.entries()) {
    const actual = mine.vertices[index]
    if (actual === undefined) return { operator: `'${expected.name}'`, reason: 'it is missing in the worker' }
    const reason = firstFact(VERTEX_FACTS, expected, actual)
    if (reason !== undefined) return { operator: `'${expected.name}'`, reason }
  }
  return undefined
}

function differenceOfEdges(plan: JobGraph, mine: JobGraph): Difference | undefined {
  for (let index = 0; index < Math.max(plan.edges.length, mine.edges.length); index += 1) {
    const expected = plan.edges[index]
    const actual = mine.edges[index]
    const operator = `'${sourceNameOf(plan, expected ?? actual)}'`
    if (expected === undefined) return { operator, reason: 'it has more outputs in the worker' }
    if (actual === undefined) return { operator, reason: 'it has fewer outputs in the worker' }
    const reason = firstFact(EDGE_FACTS, expected, actual)
    if (reason !== undefined) return { operator, reason: `output: ${reason}` }
  }
  return undefined
}

function sourceNameOf(graph: JobGraph, edge: JobEdge | undefined): string {
  const vertex = graph.vertices.find(({ id }) => id === edge?.sourceVertex)
  return vertex?.operators[edge?.sourceOperator ?? 0]?.name ?? vertex?.name ?? graph.name
}

function firstFact<T>(facts: readonly (keyof T & string)[], expected: T, actual: T): string | undefined {
  const fact = facts.find((name) => expected[name] !== actual[name])
  if (fact === undefined) return undefined
  return `${fact} is ${String(expected[fact])} in the plan and ${String(actual[fact])} in the worker`
}
