import type { StreamEdge, StreamGraph, StreamNode } from './stream-graph.js'

/** The edges on which records go round: whoever follows them, and the ways back, comes to where he was. */
export function loopEdges(graph: StreamGraph): ReadonlySet<StreamEdge> {
  if (graph.loops.length === 0) return new Set()
  const headOf = new Map(graph.loops.flatMap(({ head, tails }) => tails.map((tail) => [tail, head])))
  const reachable = new Map(graph.nodes.map((node) => [node, reachableFrom(node, headOf)]))
  const edges = graph.nodes.flatMap((node) => node.outEdges)
  return new Set(edges.filter(({ source, target }) => reachable.get(target)?.has(source) === true))
}

function reachableFrom(start: StreamNode, headOf: ReadonlyMap<StreamNode, StreamNode>): ReadonlySet<StreamNode> {
  const reached = new Set<StreamNode>([start])
  const open = [start]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const head = headOf.get(node)
    for (const next of [...node.outEdges.map(({ target }) => target), ...(head === undefined ? [] : [head])]) {
      if (reached.has(next)) continue
      reached.add(next)
      open.push(next)
    }
  }
  return reached
}
