import type { OperatorKind } from '../api/dag/operator-spec.js'
import type { Pipeline } from '../api/environment/pipeline-executor.js'
import { generateStreamGraph } from './stream-graph-generator.js'
import type { StreamGraph, StreamNode } from './stream-graph.js'

type Json = string | number | readonly Json[] | { readonly [key: string]: Json }

/** The plan of a program as `info` prints it: operators before chaining, ids of transformations, Flink's layout of JSON. */
export function renderExecutionPlan(pipeline: Pipeline): string {
  return renderStreamGraph(generateStreamGraph(pipeline))
}

function renderStreamGraph(graph: StreamGraph): string {
  // Flink lists sinks after everything else.
  const nodes = [...graph.nodes.filter((node) => !isSink(node)), ...graph.nodes.filter(isSink)]
  const tailsOf = new Map(graph.loops.map(({ head, tails }) => [head, tails]))
  return prettyPrint({ nodes: nodes.map((node) => describeNode(node, tailsOf.get(node))) }, '')
}

/** A writer and a committer are in the middle of a sink where something reads from them. */
const SINKS: ReadonlySet<OperatorKind> = new Set([
  'sink',
  'iteration-tail',
  'sink-writer',
  'committer',
  'global-committer',
])

function isSink(node: StreamNode): boolean {
  return SINKS.has(node.operator.kind) && node.outEdges.length === 0
}

/** `tails`: of a loop's head. */
function describeNode(node: StreamNode, tails: readonly StreamNode[] | undefined): Json {
  const facts = {
    id: node.id,
    type: node.name,
    pact: node.isSource ? 'Data Source' : isSink(node) ? 'Data Sink' : 'Operator',
    contents: node.description ?? node.name,
    parallelism: node.parallelism,
  }
  if (tails !== undefined) return { ...facts, feedback: tails.map(({ id }) => id) }
  if (node.isSource) return facts
  const predecessors = node.inEdges.map((edge) => ({
    id: edge.source.id,
    ship_strategy: edge.partitioner.kind.toUpperCase(),
    // Flink says `second` for every input.
    side: 'second',
  }))
  return { ...facts, predecessors }
}

/** JSON as Jackson's default pretty printer lays it out: `"a" : 1`, arrays open on the line of their key. */
function prettyPrint(value: Json, indent: string): string {
  if (typeof value !== 'object') return JSON.stringify(value)
  if (isArray(value)) {
    return value.length === 0 ? '[ ]' : `[ ${value.map((item) => prettyPrint(item, indent)).join(', ')} ]`
  }
  const inner = `${indent}  `
  const fields = Object.entries(value).map(
    ([key, field]) => `${inner}${JSON.stringify(key)} : ${prettyPrint(field, inner)}`,
  )
  return fields.length === 0 ? '{ }' : `{\n${fields.join(',\n')}\n${indent}}`
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
